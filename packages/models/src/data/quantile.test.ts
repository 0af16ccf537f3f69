import { expect, it } from 'vitest';
import { quantile } from './quantile.ts';

it.each([
  [[7], 0.3, 7],
  [[1, 2, 3, 4], 0, 1],
  [[1, 2, 3, 4], 1, 4],
  [[1, 2, 3, 4], 0.5, 2.5],
  [[0, 10], 0.9, 9],
  [[1, Infinity, Infinity], 0.9, Infinity],
  [[-Infinity, -Infinity, 4], 0.25, -Infinity],
])('of %j at %f is %f', (values, share, wanted) => {
  expect(quantile(Float64Array.from(values), share)).toBe(wanted);
});

it('is between infinity and a number infinite, and never NaN', () => {
  expect(quantile(Float64Array.of(1, Infinity), 0.1)).toBe(Infinity);
  expect(quantile(Float64Array.of(1, Infinity), 0.9)).toBe(Infinity);
});
