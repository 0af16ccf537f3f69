import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomState } from '../data/random-state.ts';
import { kFolds } from '../data/splits.ts';
import { describeNetwork } from '../network/description.ts';
import { crossValidate } from './cross-validate.ts';
import { evaluate, printEvaluation } from './evaluate.ts';
import { bestStump, stumpAccuracy } from './stump.ts';

const table = (rows: number[][]) => ({
  values: Float32Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0].length,
});
const unusable = expect.objectContaining({ code: 'TABLE_UNUSABLE' });

const rows = table([
  [0, 9],
  [1, 1],
  [2, 8],
  [3, 2],
  [4, 7],
]);
const labels = [0, 0, 0, 1, 1];
const data = { rows, labels };

describe('an evaluation', () => {
  it('counts, ranks and holds the model against two rules', () => {
    const result = evaluate(Float32Array.of(0.1, 0.6, 0.2, 0.9, 0.4), data, data, {
      columnNames: ['port', 'ttl'],
    });
    expect(result).toMatchObject({
      rows: 5,
      accuracy: 0.6,
      majority: { label: 0, accuracy: 0.6 },
      stump: { name: 'port', column: 0, threshold: 2, above: 1, accuracy: 1 },
      leakSuspectedIn: 'port',
      truePositives: 1,
      falsePositives: 1,
      trueNegatives: 2,
      falseNegatives: 1,
      precision: 0.5,
      recall: 0.5,
      f1: 0.5,
      falsePositiveRate: 1 / 3,
      auc: 5 / 6,
    });
    expect(result.averagePrecision).toBeCloseTo((1 + 2 / 3) / 2, 10);
    const text = printEvaluation(result).join('\n');
    expect(text).toContain('60.00 % of 5 rows');
    expect(text).toContain('best single rule   100.00 % (port > 2)');
    expect(text).toContain('warning: one rule on port');
  });

  it('leaves unknown what has no rows', () => {
    const none = { rows, labels: [0, 0, 0, 0, 0] };
    const result = evaluate(new Float32Array(5), data, none);
    expect(result).toMatchObject({ recall: undefined, precision: undefined, auc: undefined, accuracy: 1 });
    expect(printEvaluation(result).join()).toContain('unknown');
  });

  it.each([
    ['other labels', () => evaluate(new Float32Array(5), { rows, labels: [-1, 0, 0, 1, 1] }, data)],
    ['fewer labels', () => evaluate(new Float32Array(5), data, { rows, labels: [1] })],
    ['fewer scores', () => evaluate(new Float32Array(4), data, data)],
    [
      'other columns',
      () => evaluate(new Float32Array(5), data, { rows: { ...rows, rows: 10, columns: 1 }, labels }),
    ],
    ['NaN', () => evaluate(new Float32Array(5).fill(Number.NaN), data, data)],
  ])('refuses %s', (_, run) => {
    expect(run).toThrow(unusable);
  });

  it('ranks as counting all pairs does', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(0, 1));
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 40 }), (list) => {
        fc.pre(new Set(list.map(([, label]) => label)).size === 2);
        const scores = Float32Array.from(list, ([score]) => score / 6);
        const given = { rows: table(list.map(([score]) => [score])), labels: list.map(([, label]) => label) };
        let pairs = 0;
        let count = 0;
        for (const [a, isA] of list)
          for (const [b, isB] of list) {
            if (!(isA === 1 && isB === 0)) continue;
            count++;
            pairs += a > b ? 1 : a === b ? 0.5 : 0;
          }
        expect(evaluate(scores, given, given).auc).toBeCloseTo(pairs / count, 10);
      }),
      { seed: 6 },
    );
  });
});

it('no other rule on a column is better than the best stump', () => {
  const row = fc.tuple(
    fc.integer({ min: -3, max: 3 }),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(0, 1),
  );
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (list) => {
      const given = table(list.map(([a, b]) => [a, b]));
      const wanted = list.map(([, , label]) => label);
      const best = stumpAccuracy(bestStump(given, wanted), given, wanted);
      const others = [0, 1].flatMap((column) =>
        [-4, -3, -2, -1, 0, 1, 2, 3].flatMap((threshold) =>
          ([0, 1] as const).map((above) => stumpAccuracy({ column, threshold, above }, given, wanted)),
        ),
      );
      expect(best).toBe(Math.max(...others));
    }),
    { seed: 7 },
  );
});

it('cross-validation standardises by the training part and scores the rest', async () => {
  const random = new RandomState(1);
  const inputs = {
    values: Float32Array.from({ length: 900 }, () => random.uniform(1e5, 2e5)),
    rows: 300,
    columns: 3,
  };
  const targets = {
    values: Float32Array.from({ length: 300 }, (_, row) => (inputs.values[row * 3] > 1.5e5 ? 1 : 0)),
    rows: 300,
    columns: 1,
  };
  const description = describeNetwork({ layers: [{ num_neurons: 1, activation: 'sigmoid' }] }, 3);
  const result = await crossValidate(description, { inputs, targets }, kFolds(300, 3), {
    loss: 'binary_crossentropy',
    epochs: 30,
    batchSize: 4,
    seed: 1,
  });
  expect(result.scores).toHaveLength(3);
  expect(result.mean).toBeGreaterThan(0.75);
  expect(result.deviation).toBeLessThan(0.1);
});

it('cross-validation scales as it is told, and scores by the loss', async () => {
  const inputs = table([[0], [1], [2], [3], [4], [5], [6], [7]]);
  const targets = table([[0], [2], [4], [6], [8], [10], [12], [14]]);
  const description = describeNetwork({ layers: [{ num_neurons: 1 }] }, 1);
  const fitted: number[] = [];
  const { scores } = await crossValidate(description, { inputs, targets }, kFolds(8, 2), {
    loss: 'mse',
    epochs: 1,
    batchSize: 8,
    seed: 1,
    fit: ({ rows }) => {
      fitted.push(rows);
      return undefined;
    },
    scoreBy: 'loss',
  });
  expect(fitted).toEqual([4, 4]);
  expect(scores.every((value) => value < 0)).toBe(true);
});
