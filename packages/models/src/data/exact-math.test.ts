import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exp, log, sigmoid, tanh } from './exact-math.ts';

const near = (value: number, expected: number, relative: number) => {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));
};

it('exp is within a few units in the last place', () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 709, noNaN: true }), (x) => near(exp(x), Math.exp(x), 2e-15)),
    { seed: 1 },
  );
});

it('log is within a few units in the last place', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
      expect(Math.abs(log(x) - Math.log(x))).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(Math.log(x))));
    }),
    { seed: 1 },
  );
});

it.each([
  [exp, 0, 1],
  [exp, 1000, Number.POSITIVE_INFINITY],
  [exp, -1000, 0],
  [exp, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [exp, Number.NEGATIVE_INFINITY, 0],
  [exp, Number.NaN, Number.NaN],
  [log, 1, 0],
  [sigmoid, 0, 0.5],
  [sigmoid, -800, 0],
  [sigmoid, 800, 1],
  [tanh, 0, 0],
  [tanh, 400, 1],
  [tanh, -400, -1],
])('%o(%d) is %d', (fn, x, y) => {
  expect(fn(x)).toBe(y);
});

it('tanh is that of the machine in float32', () => {
  fc.assert(
    fc.property(fc.double({ min: -20, max: 20, noNaN: true }), (x) => near(tanh(x), Math.tanh(x), 6e-8)),
    { seed: 1 },
  );
});
