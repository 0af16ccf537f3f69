import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { example } from '../../cli/test/captures.ts';
import { useScratch } from '../../cli/test/scratch.ts';
import { netml, spawnNetml, succeed, verdictsOf } from './netml.ts';

const scratch = useScratch();
const MIXED = example('mixed');

interface Row {
  readonly source_port: number;
  readonly destination_port: number;
  readonly protocol: number;
  readonly start: number;
  readonly label: number;
  readonly label_name: string;
}

function rulesFile(name: string, text: string): string {
  const path = scratch(name);
  writeFileSync(path, text);
  return path;
}

/** The rows that `learn extract` makes. */
async function extracted(...args: string[]): Promise<Row[]> {
  const path = scratch('rows.ndjson');
  await succeed(['learn', 'extract', '-p', MIXED, '-f', path, ...args]);
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const isOfPort = (row: Row, port: number) => [row.source_port, row.destination_port].includes(port);
const RULES = 'rules:\n  - {label: TLS, port: 443, proto: tcp}\n  - {label: NORMAL, proto: tcp}\n';

test('rules label the flows of learn extract, in this order', async () => {
  const all = await extracted();
  const labelled = await extracted('-l', rulesFile('rules.yml', `${RULES}default: other\n`));
  const expected = all.map((row) => {
    if (row.protocol === 6 && isOfPort(row, 443)) return 'TLS';
    return row.protocol === 6 ? 'NORMAL' : 'other';
  });
  expect(new Set(expected).size).toBe(3);
  expect(labelled.map((row) => row.label_name)).toEqual(expected);
  expect(labelled.map((row) => row.label)).toEqual(expected.map((name) => (name === 'NORMAL' ? 0 : 1)));
});

test('without a default the rest has no label, or that of the next file', async () => {
  const rules = rulesFile('some.yaml', RULES);
  const rest = rulesFile('rest.yml', 'rules:\n  - {label: x, proto: tcp}\n  - {label: DNS, port: 53}\n');
  const all = await extracted();
  const tcp = all.filter(({ protocol }) => protocol === 6);
  expect(await extracted('-l', rules)).toHaveLength(tcp.length);
  expect(await extracted('-l', rules, '--unlabelled', 'normal')).toHaveLength(all.length);
  const both = await extracted('-l', rules, rest);
  expect(both.map(({ label_name: name }) => name).includes('x')).toBe(false);
  expect(both.filter(({ label_name: name }) => name === 'DNS')).toHaveLength(
    all.filter((row) => row.protocol !== 6 && isOfPort(row, 53)).length,
  );
});

test('times are of the clock that is told', async () => {
  const all = await extracted();
  const middle = all.map(({ start }) => start).sort((a, b) => a - b)[all.length >> 1];
  const local = new Date((middle + 7200) * 1000).toISOString().slice(0, -1);
  const rules = rulesFile('time.yml', `rules:\n  - {label: late, start: ${local}}\ndefault: BENIGN\n`);
  const rows = await extracted('-l', rules, '--label-utc-offset', '120');
  const late = rows.filter(({ label }) => label === 1).map(({ start }) => start);
  expect(late.length).toBeGreaterThanOrEqual(all.filter(({ start }) => start > middle + 0.001).length);
  expect(late.length).toBeLessThan(rows.length);
});

test('learn and classify are judged by them', async () => {
  const labels = rulesFile('judge.yml', 'rules:\n  - {label: TLS, port: 443}\ndefault: BENIGN\n');
  const model = scratch('m.netml');
  const learned = await succeed([
    'learn',
    '-m',
    model,
    '-p',
    MIXED,
    '-l',
    labels,
    '--algorithm',
    'kde',
    '--json',
  ]);
  const abnormal = (await extracted()).filter((row) => isOfPort(row, 443)).length;
  expect(JSON.parse(learned)).toMatchObject({ abnormal, unlabelled: 0 });
  expect(JSON.parse(learned).evaluation.auc).not.toBeNull();
  const judged = verdictsOf(await succeed(['classify', '-m', model, '-p', MIXED, '-l', labels, '--json']));
  expect(judged.verdicts.filter(({ label }) => label === 'TLS')).toHaveLength(abnormal);
  expect(judged.verdicts.filter(({ label }) => label === 'BENIGN')).toHaveLength(
    judged.verdicts.length - abnormal,
  );
});

test('the rules of the manual are some', async () => {
  const manual = readFileSync(new URL('../../../docs/netml.md', import.meta.url), 'utf8');
  const rows = await extracted('-l', rulesFile('manual.yml', /```yaml\n(rules:.*?)```/s.exec(manual)![1]));
  expect(new Set(rows.map((row) => row.label_name))).toContain('BENIGN');
});

test('netml’s own flows have labels by rules, too', async () => {
  const rows = await extracted(
    '--compat',
    'netml',
    '-l',
    rulesFile('compat.yml', `${RULES}default: other\n`),
  );
  expect(rows.every((row) => (row.label_name === 'TLS') === (row.protocol === 6 && isOfPort(row, 443)))).toBe(
    true,
  );
});

test('a program of its own tells where rules are wrong, and leaves them as they are', async () => {
  const text = 'rules:\n  - label: DDoS\n    dport: 80\n    form: 10.0.0.1\n';
  const labels = rulesFile('wrong.yml', text);
  const { code, stdout, stderr } = await spawnNetml(['learn', '-m', scratch('w'), '-p', MIXED, '-l', labels]);
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^netml: cannot use the labels in \S+wrong\.yml: line 4, rule 1: "form" is no condition; there are label, from, .*\n$/,
    ),
  });
  expect(readFileSync(labels, 'utf8')).toBe(text);
  const onto = await netml(['learn', 'extract', '-p', MIXED, '-l', labels, '-f', labels]);
  expect(onto.code).toBeGreaterThan(0);
  expect(readFileSync(labels, 'utf8')).toBe(text);
});
