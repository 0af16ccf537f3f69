import { expect, it } from 'vitest';
import { fitStandardiser, standardise } from './standardiser.ts';
import type { Matrix } from './table.ts';

const matrix = (rows: number[][]): Matrix => ({
  values: Float64Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0].length,
});

it('takes columns to mean 0 and deviation 1', () => {
  const rows = matrix([
    [1, 1e9],
    [3, 1e9 + 2],
  ]);
  expect([...standardise(fitStandardiser(rows), rows).values]).toEqual([-1, -1, 1, 1]);
});

it('leaves constant columns at 0, and what differs there as far away as it is', () => {
  const standardiser = fitStandardiser(matrix(new Array(10).fill([0.1, 1e15 / 3])));
  expect(Math.abs(standardise(standardiser, matrix([[0.1, 1e15 / 3]])).values[0])).toBeLessThan(1e-15);
  expect(standardise(standardiser, matrix([[2.1, 0]])).values[0]).toBeCloseTo(2, 12);
});

it('keeps the widest values within bounds', () => {
  const standardiser = fitStandardiser(matrix([[0], [1e-200]]));
  expect([...standardise(standardiser, matrix([[1e90], [-1e99], [1e100]])).values]).toEqual([
    1e90, -1e99, 1e100,
  ]);
  const tight = { means: Float64Array.of(0), deviations: Float64Array.of(1e-9) };
  expect([...standardise(tight, matrix([[1e99], [-1e99]])).values]).toEqual([1e100, -1e100]);
});
