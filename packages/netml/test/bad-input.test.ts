import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { example, pcapOf } from '../../cli/test/captures.ts';
import { useScratch } from '../../cli/test/scratch.ts';
import { ALGORITHM_NAMES } from '../src/options/names.ts';
import { netml, refused as netmlRefused, spawnNetml, start, succeed, verdictsOf } from './netml.ts';

const scratch = useScratch();
const MIXED = example('mixed');
const HTTP = example('http');

beforeAll(async () => {
  await succeed(['learn', '-p', MIXED, '-m', scratch('good.netml')]);
});

const refused = (args: readonly string[]) => netmlRefused(args, scratch());

function written(name: string, content: string): string {
  writeFileSync(scratch(name), content);
  return scratch(name);
}

/** UDP packets of so many flows, `packets` each, at the same distance. */
function steadyCapture(name: string, flows: number, packets: number): string {
  const frame = Buffer.alloc(60);
  frame.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17]);
  frame.set([192, 0, 2, 1, 192, 0, 2, 2], 26);
  frame.writeUInt16BE(26, 38);
  const frames: Buffer[] = [];
  for (let packet = 0; packet < packets; packet++) {
    for (let flow = 0; flow < flows; flow++) {
      frame.writeUInt16BE(1000 + flow, 34);
      frames.push(Buffer.from(frame));
    }
  }
  writeFileSync(scratch(name), pcapOf(1, frames));
  return scratch(name);
}

describe('command lines', () => {
  const learn = ['learn', '-p', HTTP, '-m', '/nowhere/m'];
  test.each<[string, string[], RegExp]>([
    ['a command that is none', ['forget'], /unknown command 'forget'/],
    ['an option that is none', [...learn, '--fast'], /unknown option '--fast'/],
    ['no model to write', ['learn', '-p', HTTP], /--model: name the file that the model goes to/],
    ['no features to write', ['learn', 'extract', '-p', HTTP], /--feature: name the file/],
    ['no features to read', ['learn', 'train', '-m', '/nowhere/m'], /--feature: name the file/],
    ['no model to judge with', ['classify', '-p', HTTP], /--model: name the model/],
    ['an algorithm that is none', [...learn, '--algorithm', 'svm'], /one of ocsvm, kde, if, ae, gmm, pca/],
    ['features that are none', [...learn, '--feature-type', 'LENGTH'], /must be one of IAT, SIZE/],
    ['a format that is none', ['learn', 'extract', '-p', HTTP, '-f', 'x.xls'], /name it .csv, .ndjson/],
    ['a number that is none', [...learn, '--interval', 'long'], /--interval "long": must be a number/],
    ['an interval of nothing', [...learn, '-m', '/tmp/m', '--interval', '0'], /interval must be above 0/],
    ['a quantile above 1', ['--q-interval', '2', ...learn], /--q-interval "2": must be a number from 0 to 1/],
    [
      'a parameter that is none',
      [...learn, '--param', '{nux: 1}'],
      /there is no parameter "nux"; parameters of OCSVM: kernel, nu/,
    ],
    [
      'a value that is none',
      [...learn, '--param', '{"nu": 2}'],
      /nu must be a number above 0 up to 1, not 2/,
    ],
    ['parameters that are none', [...learn, '--param', 'fast'], /must be names with values/],
    ['broken YAML', [...learn, '--param', '{nu: 1'], /neither YAML nor JSON/],
    ['too many parameters', [...learn, '--param', '- '.repeat(10_000)], /longer than 16384 bytes/],
    [
      'what netml has not',
      [...learn, '--compat', 'netml', '--bidirectional'],
      /--bidirectional: netml has no such thing/,
    ],
    [
      'two sources',
      ['classify', '-m', 'x', '-p', HTTP, '--feature', 'x.csv'],
      /--pcap and --feature: give one of them/,
    ],
    ['a file and a device', ['classify', '-m', 'x', '-p', HTTP, '--device', 'lo'], /--pcap and --device/],
    [
      'labels for a feature file',
      ['classify', '-m', 'x', '--feature', 'x.csv', '-l', 'x.csv'],
      /--label: a feature file has its own labels/,
    ],
    ['standard input twice', ['learn', '-p', '-', '-', '-m', 'x'], /standard input can be read only once/],
    [
      'two outputs in one',
      ['learn', '-p', HTTP, '-m', scratch('o.csv'), '-f', scratch('o.csv')],
      /cannot be two outputs at once/,
    ],
  ])('%s', async (_what, args, about) => {
    expect(await refused(args)).toEqual({ code: 2, about: expect.stringMatching(about) });
  });

  test('settings come from a file, too, and are looked at', async () => {
    writeFileSync(scratch('netml.json'), JSON.stringify({ algorithm: 'gmm', interval: 3, quantile: 0.5 }));
    const args = ['learn', '-p', HTTP, '-m', 'x', '--config', scratch('netml.json'), '--q-interval', '0.7'];
    const printed = await succeed([...args, '--print-config']);
    expect(printed).toMatch(/--algorithm +gmm +\(.*netml.json: algorithm\)/);
    expect(printed).toMatch(/--interval +3 +\(/);
    expect(printed).toMatch(/--q-interval +0.7 +\(--q-interval\)/);
    expect(await succeed([...args, '--check'])).toBe('the settings are valid\n');
  });
});

describe('captures', () => {
  test.each<[string, () => string, RegExp]>([
    ['not there', () => scratch('no.pcap'), /no.pcap: no such file or directory/],
    ['a directory', () => scratch(), /a directory, not a capture/],
    ['none', () => new URL(import.meta.url).pathname, /not a pcap or pcapng/],
    ['without flows', () => example('arp'), /there are no flows to make features of: none has 2 packets/],
    ['empty', () => written('empty.pcap', ''), /empty/],
  ])('%s', async (_what, path, about) => {
    const capture = path();
    const words = { code: 1, about: expect.stringMatching(about) };
    expect(await refused(['learn', '-p', capture, '-m', scratch('m.netml')])).toEqual(words);
    expect(await refused(['learn', 'extract', '-p', capture, '-f', scratch('m.npy')])).toEqual(words);
    const judged = await refused(['classify', '-m', scratch('good.netml'), '-p', capture]);
    expect(judged).toMatchObject({
      code: 1,
      about: expect.stringMatching(/no flows|empty|no such|a directory|not a pcap/),
    });
  });

  test('cut short: what is in it counts, and the end is told', async () => {
    const whole = readFileSync(MIXED);
    writeFileSync(scratch('cut.pcap'), whole.subarray(0, whole.length * 0.7));
    const model = scratch('cut.netml');
    const learned = await netml(['learn', '-p', scratch('cut.pcap'), HTTP, '-m', model]);
    expect(learned).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^netml: .*cut.pcap: cut short in the middle of a record, at byte \d+\n$/,
      ),
    });
    const { code, stdout, stderr } = await netml([
      'classify',
      '-m',
      model,
      '-p',
      scratch('cut.pcap'),
      '--json',
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/cut short/) });
    expect(verdictsOf(stdout).summary.flows).toBeGreaterThan(0);
  });

  test.each(ALGORITHM_NAMES)('%s: constant columns, fewer rows than columns', async (algorithm) => {
    for (const [flows, packets] of [
      [40, 3],
      [4, 30],
      [1, 2],
    ]) {
      const capture = steadyCapture('steady.pcap', flows, packets);
      const args = [
        'learn',
        '-p',
        capture,
        '--algorithm',
        algorithm,
        '-m',
        scratch('steady.netml'),
        '--json',
      ];
      const { code, stdout, stderr } = await netml(args);
      if (code !== 0) {
        expect({ code, stderr }).toEqual({
          code: 1,
          stderr: expect.stringMatching(
            /^netml: [A-Z]+ cannot be fitted: .+\n|^netml: cannot use the training rows: .+\n/,
          ),
        });
        continue;
      }
      expect(JSON.parse(stdout)).toMatchObject({ flows, columns: packets - 1 });
      const judged = await succeed(['classify', '-m', scratch('steady.netml'), '-p', capture, '--json']);
      for (const { score } of verdictsOf(judged).verdicts) expect(Number.isFinite(score)).toBe(true);
    }
  });
});

describe('models', () => {
  test.each<[string, (good: Buffer) => Buffer, RegExp]>([
    ['empty', () => Buffer.alloc(0), /is no model that can be used/],
    ['a capture', () => readFileSync(HTTP), /is no model that can be used/],
    ['cut short', (good) => good.subarray(0, good.length / 2), /is no model that can be used/],
    [
      'damaged',
      (good) => Buffer.from(good.map((byte, i) => (i === good.length - 9 ? byte ^ 1 : byte))),
      /its digest does not fit/,
    ],
  ])('%s', async (_what, change, about) => {
    const path = scratch('bad.netml');
    writeFileSync(path, change(readFileSync(scratch('good.netml'))));
    const answer = await refused(['classify', '-m', path, '-p', HTTP]);
    expect(answer).toEqual({ code: 1, about: expect.stringMatching(about) });
  });

  test('not there', async () => {
    const answer = await refused(['classify', '-m', scratch('no.netml'), '-p', HTTP]);
    expect(answer).toEqual({ code: 1, about: expect.stringMatching(/no.netml: no such file/) });
  });

  test('of --compat netml: not for a device', async () => {
    await succeed(['learn', '-p', MIXED, '-m', scratch('compat.netml'), '--compat', 'netml']);
    const { code, stderr } = await netml(['classify', '-m', scratch('compat.netml'), '--device', 'lo']);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(
      /judges whole captures; train one without it|no permission to capture|cannot capture live/,
    );
  });
});

describe('an input is never written to', () => {
  test.each(['itself', 'a hard link', 'a symbolic link', 'standard input'])(
    'by the name of %s',
    async (name) => {
      const [capture, other] = [scratch(`in ${name}.csv`), scratch(`other ${name}.csv`)];
      copyFileSync(HTTP, capture);
      if (name === 'a hard link') linkSync(capture, other);
      if (name === 'a symbolic link') symlinkSync(capture, other);
      const output = name.endsWith('link') ? other : capture;
      const isPiped = name === 'standard input';
      const inputs = isPiped ? [] : ['-p', capture];
      for (const args of [
        ['learn', ...inputs, '-m', output],
        ['learn', 'extract', ...inputs, '-f', output],
        ['learn', ...inputs, '-f', output, '-m', scratch('never.netml')],
      ]) {
        const end = isPiped ? await spawnNetml(args, { stdin: openSync(capture, 'r') }) : await netml(args);
        expect(end).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(/cannot write .*: it is the input /),
        });
      }
      expect(readFileSync(capture).equals(readFileSync(HTTP))).toBe(true);
    },
  );

  test('labels, features and parameters neither', async () => {
    const [labels, feature, param] = [scratch('l.csv'), scratch('f.npy'), scratch('p.yaml')];
    writeFileSync(labels, 'x\n');
    writeFileSync(param, 'nu: 0.2\n');
    await succeed(['learn', 'extract', '-p', HTTP, '-f', feature]);
    for (const args of [
      ['learn', '-p', HTTP, '-l', labels, '-m', labels],
      ['learn', 'train', '-f', feature, '-m', feature],
      ['learn', 'train', '-f', feature, '-m', `${feature}.json`],
      ['learn', 'train', '-f', feature, '--param', param, '-m', param],
    ]) {
      expect(await refused(args)).toEqual({ code: 1, about: expect.stringMatching(/it is the input/) });
    }
    expect(readFileSync(param, 'utf8')).toBe('nu: 0.2\n');
  });

  test('what was there stays when the work fails', async () => {
    const [model, feature] = [scratch('stays.netml'), scratch('stays.csv')];
    for (const path of [model, feature]) writeFileSync(path, 'precious');
    await refused(['learn', '-p', example('arp'), '-m', model]);
    await refused(['learn', 'extract', '-p', example('arp'), '-f', feature]);
    for (const path of [model, feature]) expect(readFileSync(path, 'utf8')).toBe('precious');
  });
});

test('a signal while it reads: nothing is learned from half a capture', async () => {
  const [fifo, model] = [scratch('fifo'), scratch('half.netml')];
  execFileSync('mkfifo', [fifo]);
  const { child, ended } = start(['learn', '-p', fifo, '-m', model]);
  // Waits until it is read.
  const pipe = await open(fifo, 'w');
  await pipe.write(readFileSync(MIXED).subarray(0, 50_000));
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 130, stdout: '', stderr: '' });
  await pipe.close();
  expect(existsSync(model)).toBe(false);
});

test('parameters from files of YAML and JSON', async () => {
  const [yaml, json] = [scratch('param.yaml'), scratch('param')];
  writeFileSync(yaml, 'nu: 0.25 # a quarter\ngamma: auto\n');
  writeFileSync(json, '{"nu": 0.25, "gamma": "auto"}');
  for (const param of [yaml, json, 'nu: 0.25\ngamma: auto', '{"nu": 0.25, "gamma": "auto"}']) {
    const args = ['learn', '-p', MIXED, '-m', scratch('param.netml'), '--param', param, '--json'];
    expect(JSON.parse(await succeed(args)).parameters).toMatchObject({
      nu: 0.25,
      gamma: 'auto',
      random_state: 42,
    });
  }
  appendFileSync(yaml, `#${' '.repeat(2 ** 20)}\n`);
  expect(await refused(['learn', '-p', MIXED, '-m', scratch('x'), '--param', yaml])).toMatchObject({
    code: 1,
  });
  const gone = ['learn', '-p', MIXED, '-m', scratch('x'), '--param', scratch('gone.yaml')];
  expect(await refused(gone)).toEqual({ code: 1, about: expect.stringMatching(/gone.yaml: no such file/) });
});
