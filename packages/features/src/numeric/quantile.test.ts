import { describe, expect, it } from 'vitest';
import { quantile } from './quantile.ts';

/** numpy.quantile (1.24.2) of 0.1, 0.2 ... of the values below. */
const VALUES = Float64Array.of(
  ...[0.1, 7.3, 2.2, 1e-7, 5.5, 3.3000000000000003, 1e6, 0.30000000000000004, 2.2, 19.7, 4.1],
);
const QUANTILES: readonly (readonly [q: number, value: number])[] = [
  [0.05, 0.050000050000000004],
  [0.1, 0.1],
  [0.25, 1.25],
  [0.3, 2.2],
  [0.42, 2.4200000000000004],
  [0.5, 3.3000000000000003],
  [0.75, 6.4],
  [0.9, 19.7],
  [0.97, 700005.9099999992],
  [1, 1000000.0],
];

describe('quantiles', () => {
  it.each(QUANTILES)('%d is numpy’s, to the last bit', (q, value) => {
    expect(quantile(VALUES, q)).toBe(value);
  });

  it('of one value is that value', () => expect(quantile(Float64Array.of(4.5), 0.37)).toBe(4.5));

  it('leave the values as they are', () => {
    const values = Float64Array.from(VALUES);
    quantile(values, 0.5);
    expect(values).toEqual(VALUES);
  });
});
