import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { example, examples, MIXED_PACKETS } from '../../cli/test/captures.ts';
import { useScratch } from '../../cli/test/scratch.ts';
import { ALGORITHM_NAMES } from '../src/options/names.ts';
import { netml, spawnNetml, succeed, verdictsOf } from './netml.ts';

const scratch = useScratch();
const MIXED = example('mixed');

describe.each(ALGORITHM_NAMES)('%s', (algorithm) => {
  test.each([[[]], [['--compat', 'netml']]])('learn, then classify, %j', async (compat) => {
    const model = scratch(`${algorithm}${compat.length}.netml`);
    const learned = await succeed([
      'learn',
      '-p',
      MIXED,
      '--algorithm',
      algorithm,
      '-o',
      model,
      '--json',
      ...compat,
    ]);
    const { flows, columns, threshold } = JSON.parse(learned);
    expect(flows).toBeGreaterThan(columns);

    const own = verdictsOf(await succeed(['classify', '-m', model, '-p', MIXED, '--json']));
    expect(own.verdicts).toHaveLength(flows);
    expect(own.summary).toMatchObject({ flows, threshold, packets: { packets: MIXED_PACKETS } });
    // The detector was told that about a tenth of what it learned from lies beyond its threshold.
    expect(own.summary.anomalies).toBeLessThan(
      algorithm === 'ocsvm' && compat.length > 0 ? flows : flows / 5,
    );
    expect(own.summary.anomalies + own.summary.normal).toBe(flows);
    for (const { score, verdict, start, end } of own.verdicts) {
      expect(Number.isFinite(score)).toBe(true);
      expect(verdict).toBe(score > threshold ? 'anomaly' : 'normal');
      expect(end).toBeGreaterThanOrEqual(start);
    }

    const args = ['classify', '-m', model, '--json'];
    const piped = await spawnNetml(args, { input: readFileSync(MIXED) });
    expect(piped).toMatchObject({ code: 0, stderr: '' });
    expect(verdictsOf(piped.stdout).verdicts).toEqual(own.verdicts);
  });
});

test('any capture with flows can be learned from, and judged', async () => {
  const model = scratch('any.netml');
  const withFlows: string[] = [];
  for (const [i, path] of examples.entries()) {
    const algorithm = ALGORITHM_NAMES[i % ALGORITHM_NAMES.length];
    const args = ['learn', '-p', path, '--protocols', 'all', '--algorithm', algorithm, '-o', model, '--json'];
    const { code, stdout, stderr } = await netml(args);
    if (code === 1) {
      expect(stderr, path).toMatch(/^netml: there are no flows to make features of: .*\n$/);
      continue;
    }
    expect({ code, stderr }, path).toEqual({ code: 0, stderr: '' });
    const { verdicts } = verdictsOf(await succeed(['classify', '-m', model, '-p', path, '--json']));
    expect(verdicts, path).toHaveLength(JSON.parse(stdout).flows);
    withFlows.push(path);
  }
  // All but ARP, which has none.
  expect(withFlows).toHaveLength(examples.length - 1);
});

test('several captures at once, and others than learned from', async () => {
  const model = scratch('several.netml');
  const paths = ['http', 'tls', 'dns'].map(example);
  const learned = JSON.parse(
    await succeed(['learn', '-p', ...paths, '-m', model, '--algorithm', 'if', '--json']),
  );
  let apart = 0;
  for (const path of paths) {
    apart += verdictsOf(await succeed(['classify', '-m', model, '-p', path, '--json'])).summary.flows;
  }
  expect(apart).toBe(learned.flows);
  const again = ['--pcap', paths[0], '--pcap', paths[1], paths[2]];
  const together = verdictsOf(await succeed(['classify', '-m', model, ...again, '--json']));
  expect(together.summary.flows).toBe(learned.flows);
  const others = verdictsOf(await succeed(['classify', '-m', model, '-p', example('ssh'), '--json']));
  const ports = others.verdicts.map(({ source_port, destination_port }) => [source_port, destination_port]);
  expect(ports.filter((pair) => pair.includes(22)).length).toBeGreaterThan(0);
});

test('- is standard input, to learn from too', async () => {
  const model = scratch('stdin.netml');
  const args = ['learn', '-p', '-', example('dns'), '-m', model, '--json', '--algorithm', 'gmm'];
  const { code, stdout } = await spawnNetml(args, { input: readFileSync(MIXED) });
  const dns = JSON.parse(await succeed(['learn', '-p', MIXED, example('dns'), '-m', model, '--json']));
  expect({ code, packets: JSON.parse(stdout).packets }).toEqual({ code: 0, packets: dns.packets });
});

test('the same seed makes the same model, another one another', async () => {
  const model = (seed: string) => scratch(`seed${seed}.netml`);
  const learn = async (name: string, seed: string) => {
    await succeed(['learn', '-p', MIXED, '--algorithm', 'if', '--seed', seed, '-m', model(name)]);
    return readFileSync(model(name));
  };
  const first = await learn('a', '7');
  expect((await learn('b', '7')).equals(first)).toBe(true);
  expect((await learn('c', '8')).equals(first)).toBe(false);
});

test('lines for people: every flow, or anomalies alone, and a summary on standard error', async () => {
  const model = scratch('text.netml');
  await succeed(['learn', '-p', MIXED, '--algorithm', 'if', '-m', model]);
  const all = await netml(['classify', '-m', model, '-p', MIXED]);
  const lines = all.stdout.trimEnd().split('\n');
  expect(all.code).toBe(0);
  expect(all.stderr).toMatch(new RegExp(`packets +2,929, .*\\nflows +${lines.length}, \\d+ anomalies\\n`));
  for (const line of lines) {
    expect(line).toMatch(
      /^\[\d{4}-\d\d-\d\d\] \[\d\d:\d\d:\d\d\.\d{6} – \d\d:\d\d:\d\d\.\d{6}\] \S+:\d+ → \S+:\d+ \[(TCP|UDP)\] (ANOMALY|NORMAL) [\d.e-]+$/,
    );
  }
  const few = await netml(['-v', '0', 'classify', '-m', model, '-p', MIXED, '--no-report-all']);
  expect(few).toEqual({
    code: 0,
    stderr: '',
    stdout: `${lines.filter((line) => line.includes('ANOMALY')).join('\n')}\n`,
  });
  const verbose = await netml(['classify', '-m', model, '-p', MIXED, '--no-report-all', '-v', '2']);
  expect(verbose.stdout).toBe(all.stdout);
});

test('a model remembers how its features were made', async () => {
  const model = scratch('shape.netml');
  const how = [
    '--feature-type',
    'SAMP_SIZE',
    '--header',
    '--fft',
    '--bidirectional',
    '--interval',
    '0.5',
    '--flow-pkts-threshold',
    '4',
    '--lengths',
    'captured',
  ];
  const learned = JSON.parse(
    await succeed(['learn', '-p', MIXED, ...how, '--algorithm', 'pca', '-m', model, '--json']),
  );
  expect(learned).toMatchObject({ featureType: 'SAMP_SIZE', fft: true, header: true, intervalSeconds: 0.5 });
  const { verdicts } = verdictsOf(await succeed(['classify', '-m', model, '-p', MIXED, '--json']));
  expect(verdicts).toHaveLength(learned.flows);
  expect(Math.min(...verdicts.map(({ packets }) => packets))).toBeGreaterThanOrEqual(4);
  const pairs = new Set(
    verdicts.map((it) => `${it.source} ${it.source_port} ${it.destination} ${it.destination_port}`),
  );
  expect(
    verdicts.some((it) =>
      pairs.has(`${it.destination} ${it.destination_port} ${it.source} ${it.source_port}`),
    ),
  ).toBe(false);
});
