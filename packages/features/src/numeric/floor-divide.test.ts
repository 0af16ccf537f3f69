import { describe, expect, it } from 'vitest';
import { floorDivide } from './floor-divide.ts';

describe('floor division', () => {
  it.each([
    [7, 2, 3],
    [-7, 2, -4],
    [6, 2, 3],
    [0, 3.5, 0],
    // The quotients round up to 10 and 3; the remainders say that they are below.
    [1, 0.1, 9],
    [0.3, 0.1, 2],
    [0.6, 0.1, 5],
    [1e17, 3, 33333333333333332],
    [5.5, Number.POSITIVE_INFINITY, 0],
  ])('%d // %d is %d, as in Python', (a, b, expected) => {
    expect(floorDivide(a, b)).toBe(expected);
  });
});
