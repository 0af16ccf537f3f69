import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomState } from './random-state.ts';
import { kFolds, type Split, stratifiedFolds, trainTestSplit } from './splits.ts';

const unusable = expect.objectContaining({ code: 'TABLE_UNUSABLE' });
const sorted = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const rowsOf = ({ train, test }: Split) => sorted([...train, ...test]);

describe('every split', () => {
  const sizes = fc.record({ rows: fc.integer({ min: 12, max: 200 }), folds: fc.integer({ min: 2, max: 6 }) });

  it('has each row once, in one part', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 2 ** 32 - 1 }), ({ rows, folds }, seed) => {
        const labels = upTo(rows).map((row) => (row * 7 + (seed % 5)) % 2);
        for (const split of [trainTestSplit(rows, 0.3, seed), ...kFolds(rows, folds)])
          expect(rowsOf(split)).toEqual(upTo(rows));
        for (const list of [kFolds(rows, folds), stratifiedFolds(labels, folds)])
          expect(sorted(list.flatMap(({ test }) => [...test]))).toEqual(upTo(rows));
      }),
      { seed: 3, numRuns: 50 },
    );
  });

  it('into strata has each class in each fold as often, give or take one', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-1, 1), { minLength: 20, maxLength: 80 }), (labels) => {
        const ones = stratifiedFolds(labels, 2).map(
          ({ test }) => test.filter((row) => labels[row] === 1).length,
        );
        expect(Math.abs(ones[0] - ones[1])).toBeLessThanOrEqual(1);
      }),
      { seed: 4, numRuns: 50 },
    );
  });
});

it.each([
  ['no rows', () => trainTestSplit(0, 0.2, 1)],
  ['a row alone', () => trainTestSplit(1, 0.2, 1)],
  ['nothing left to train on', () => trainTestSplit(3, 0.9, 1)],
  ['a share that is none', () => trainTestSplit(10, Number.NaN, 1)],
  ['a share of all', () => trainTestSplit(10, 1, 1)],
  ['rows that are no count', () => trainTestSplit(1e12, 0.5, 1)],
  ['one fold', () => kFolds(10, 1)],
  ['more folds than rows', () => kFolds(3, 4)],
  ['classes too small for the folds', () => stratifiedFolds([0, 1, 2, 3], 2)],
])('%s cannot be split', (_, split) => {
  expect(split).toThrow(unusable);
});

it('normal deviates have mean 0 and deviation 1', () => {
  const random = new RandomState(1);
  const values = Array.from({ length: 20_000 }, () => random.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(values.reduce((sum, value) => sum + value * value, 0) / values.length).toBeCloseTo(1, 1);
});
