import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { example } from '../../cli/test/captures.ts';
import { useScratch } from '../../cli/test/scratch.ts';
import { netml, succeed, verdictsOf } from './netml.ts';

const scratch = useScratch();
const MIXED = example('mixed');
const HEADER =
  'Flow ID, Source IP, Source Port, Destination IP, Destination Port, Protocol, Timestamp, Label';

interface Row {
  readonly source: string;
  readonly source_port: number;
  readonly destination: string;
  readonly destination_port: number;
  readonly protocol: number;
  readonly start: number;
}

let rows: Row[];

/** A label file for the flows of MIXED as `textOf` says. */
function labelFile(name: string, textOf: (row: Row, i: number) => string | undefined): string {
  const path = scratch(name);
  const lines = rows.flatMap((row, i) => {
    const label = textOf(row, i);
    const { source, source_port, destination, destination_port, protocol, start } = row;
    const time = new Date(start * 1000).toISOString().slice(0, 19);
    if (label === undefined) return [];
    return [`x,${source},${source_port},${destination},${destination_port},${protocol},${time},${label}`];
  });
  writeFileSync(path, [HEADER, ...lines, ''].join('\r\n'));
  return path;
}

const isBad = ({ source_port, destination_port }: Row) => [source_port, destination_port].includes(443);
const labelOf = (row: Row) => (isBad(row) ? 'DDoS' : 'BENIGN');

beforeAll(async () => {
  const path = scratch('rows.ndjson');
  await succeed(['learn', 'extract', '-p', MIXED, '-f', path]);
  rows = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
});

const learn = async (...args: string[]) =>
  JSON.parse(await succeed(['learn', '-m', scratch('m.netml'), '--json', '--algorithm', 'kde', ...args]));

test('labels: tested on flows apart, beside the share of the majority', async () => {
  const labels = labelFile('dns.csv', labelOf);
  const summary = await learn('-p', MIXED, '-l', labels, '--feature-type', 'STATS');
  const abnormal = rows.filter(isBad).length;
  expect(summary).toMatchObject({ flows: rows.length, abnormal, unlabelled: 0 });
  const { evaluation, trainedFlows } = summary;
  expect(evaluation.rows).toBe(Math.ceil(0.33 * rows.length));
  expect(trainedFlows).toBeLessThan(rows.length - evaluation.rows);
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = evaluation;
  const [bad, good] = [truePositives + falseNegatives, trueNegatives + falsePositives];
  expect(bad + good).toBe(evaluation.rows);
  expect(evaluation.accuracy).toBeCloseTo((truePositives + trueNegatives) / evaluation.rows, 12);
  expect(evaluation.baseline).toBeCloseTo(Math.max(bad, good) / evaluation.rows, 12);
  expect(evaluation.auc).not.toBeNull();

  const text = await succeed(['learn', '-m', scratch('m.netml'), '-p', MIXED, '-l', labels]);
  expect(text).toMatch(/AUC +0\.\d{4}\naccuracy +[\d.]+ %; always saying the same: [\d.]+ %\n/);
});

test('classify has labels, too', async () => {
  const labels = labelFile('classify.csv', labelOf);
  await learn('-p', MIXED, '-l', labels, '--feature-type', 'STATS');
  const args = ['classify', '-m', scratch('m.netml'), '-p', MIXED, '-l', labels];
  const { verdicts, summary } = verdictsOf(await succeed([...args, '--json']));
  expect(verdicts.filter(({ label }) => label === 'DDoS')).toHaveLength(rows.filter(isBad).length);
  expect(verdicts.filter(({ label }) => label === undefined)).toEqual([]);
  const right = verdicts.filter(({ label, verdict }) => (label === 'DDoS') === (verdict === 'anomaly'));
  const scores = (bad: boolean) =>
    verdicts.filter(({ label }) => (label === 'DDoS') === bad).map(({ score }) => score);
  const pairs = scores(true).flatMap((high) =>
    scores(false).map((low) => (high > low ? 1 : high === low ? 0.5 : 0)),
  );
  expect(summary.evaluation?.auc).toBeCloseTo(
    pairs.reduce((sum: number, pair) => sum + pair, 0) / pairs.length,
    12,
  );
  expect(summary.evaluation?.accuracy).toBeCloseTo(right.length / verdicts.length, 12);
  const { stdout, stderr } = await netml(args);
  expect(stdout).toMatch(/ (ANOMALY|NORMAL) [\d.e-]+ \(DDoS\)\n/);
  expect(stderr).toMatch(/always saying the same: [\d.]+ %/);
});

test('labels go into feature files, and come back from them', async () => {
  const labels = labelFile('files.csv', labelOf);
  for (const format of ['csv', 'ndjson', 'parquet', 'npy']) {
    const [feature, model] = [scratch(`labelled.${format}`), scratch('labelled.netml')];
    await succeed(['learn', 'extract', '-p', MIXED, '-l', labels, '-f', feature]);
    const train = ['learn', 'train', '-f', feature, '-m', model, '--algorithm', 'kde', '--json'];
    const trained = JSON.parse(await succeed(train));
    const direct = await learn('-p', MIXED, '-l', labels);
    expect(trained.evaluation, format).toEqual(direct.evaluation);
    const judged = verdictsOf(await succeed(['classify', '-m', model, '-f', feature, '--json'])).summary;
    expect(judged.evaluation?.rows, format).toBe(rows.length);
  }
});

test('labels of an older array are not taken for those of a new one', async () => {
  const [feature, model] = [scratch('old.npy'), scratch('old.netml')];
  await succeed(['learn', 'extract', '-p', MIXED, '-l', labelFile('old.csv', labelOf), '-f', feature]);
  await succeed(['learn', 'extract', '-p', MIXED, '-f', feature]);
  const trained = JSON.parse(await succeed(['learn', 'train', '-f', feature, '-m', model, '--json']));
  expect(trained.evaluation).toBeNull();
});

describe('which flows have labels', () => {
  test('those without are left out, or normal', async () => {
    const labels = labelFile('few.csv', (row) =>
      isBad(row) ? 'x' : row.protocol === 6 ? 'normal' : undefined,
    );
    const kept = rows.filter((row) => isBad(row) || row.protocol === 6).length;
    const dropped = await learn('-p', MIXED, '-l', labels);
    expect(dropped).toMatchObject({ flows: kept, unlabelled: rows.length - kept });
    const all = await learn('-p', MIXED, '-l', labels, '--unlabelled', 'normal');
    expect(all).toMatchObject({ flows: rows.length, abnormal: dropped.abnormal });
  });

  test('of the other direction, and at the time', async () => {
    const reversed = labelFile('turned.csv', labelOf);
    const text = readFileSync(reversed, 'utf8').replace(/x,([^,]+),(\d+),([^,]+),(\d+),/g, 'x,$3,$4,$1,$2,');
    writeFileSync(reversed, text);
    // Most flows have one of the other direction, too.
    const one = await learn('-p', MIXED, '-l', reversed);
    const both = await learn('-p', MIXED, '-l', reversed, '--label-reverse');
    expect(both.flows).toBe(rows.length);
    expect(one.flows).toBeLessThan(rows.length);

    const timed = labelFile('timed.csv', labelOf);
    expect((await learn('-p', MIXED, '-l', timed, '--label-within', '2')).flows).toBe(rows.length);
    const shifted = ['--label-within', '2', '--label-utc-offset', '60'];
    const { code, stderr } = await netml(['learn', '-m', scratch('m'), '-p', MIXED, '-l', timed, ...shifted]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/no label belongs to any of them/),
    });
  });
});

describe('one class only', () => {
  test('normal: a model, and no AUC', async () => {
    const { evaluation } = await learn(
      '-p',
      MIXED,
      '-l',
      labelFile('normal.csv', () => 'BENIGN'),
    );
    expect(evaluation).toMatchObject({ auc: null, baseline: 1, truePositives: 0 });
    const labels = labelFile('normal.csv', () => 'BENIGN');
    const text = await succeed(['learn', '-m', scratch('m'), '-p', MIXED, '-l', labels]);
    expect(text).toMatch(/AUC +unknown: all these flows are of one class\n/);
  });

  test('abnormal: nothing to learn from', async () => {
    const labels = labelFile('abnormal.csv', () => 'DDoS');
    const { code, stderr } = await netml(['learn', '-m', scratch('m'), '-p', MIXED, '-l', labels]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'netml: cannot use the training rows: none of them is labelled 0, for normal\n',
    });
  });
});

describe('captures that are normal or not', () => {
  const captures = ['--pcap-normal', example('http'), example('tls'), '--pcap-abnormal', example('dns')];

  test('what the normal ones are decides the columns', async () => {
    const normal = await learn('--pcap-normal', example('http'), example('tls'), '--test-size', '0');
    const both = await learn(...captures);
    expect(both).toMatchObject({ columns: normal.columns, intervalSeconds: normal.intervalSeconds });
    expect(both.flows - both.abnormal).toBe(normal.flows);
    expect(both.evaluation.auc).not.toBeNull();
    const feature = scratch('both.csv');
    await succeed(['learn', 'extract', ...captures, '-f', feature]);
    const labels = readFileSync(feature, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[6]);
    expect(labels).toEqual([...Array(normal.flows).fill('0'), ...Array(both.abnormal).fill('1')]);
  });

  test('netml itself fails where they differ', async () => {
    const { code, stderr } = await netml(['learn', '-m', scratch('m'), ...captures, '--compat', 'netml']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^netml: netml fails here with ValueError: all the input array dimensions .* columns; leave out/,
      ),
    });
  });

  test('they need no labels', async () => {
    const { code, stderr } = await netml(['learn', '-m', scratch('m'), '-p', MIXED, ...captures]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/leave out --pcap and --label/),
    });
  });
});
