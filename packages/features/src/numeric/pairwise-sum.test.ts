import { describe, expect, it } from 'vitest';
import { pairwiseSum } from './pairwise-sum.ts';

/** Values whose sum depends on the order, and numpy.add.reduce (1.24.2) of the first so many of them. */
const value = (i: number): number => ((i * 7919 + 13) % 1009) / 1009 + (i % 3) * 1e5;
const SUMS: readonly (readonly [count: number, sum: number])[] = [
  [1, 0.01288404360753221],
  [7, 600002.9058473737],
  [8, 700003.85728444],
  [9, 900004.657086224],
  [127, 12600062.402378595],
  [128, 12700063.157581765],
  [129, 12900063.761149652],
  [136, 13500067.740336968],
  [300, 30000150.022794846],
  [1000, 99900500.06045589],
  [5001, 500102498.3141724],
];

describe('sums', () => {
  it.each(SUMS)('of %d values are numpy’s, to the last bit', (count, sum) => {
    expect(pairwiseSum(Float64Array.from({ length: count }, (_, i) => value(i)))).toBe(sum);
  });

  it('of a part', () => {
    expect(pairwiseSum(Float64Array.of(1, 2, 3, 4, 5), 1, 3)).toBe(5);
  });
});
