import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Breather } from '../../data/breather.ts';
import { RandomState } from '../../data/random-state.ts';
import type { Matrix } from '../../data/table.ts';
import { fitDetector } from '../fit-detector.ts';
import { KernelRows } from './kernel-rows.ts';
import { type SmoOptions, solveOneClass } from './smo.ts';

const OPTIONS: SmoOptions = { nu: 0.5, tolerance: 1e-3, isShrinking: true, maxIterations: 100_000 };
const RBF = { kernel: 'rbf', gamma: 0.5, degree: 3, coef0: 0 } as const;
const MB = 1 << 20;

const drawn = (rows: number, columns: number, seed: number): Matrix => {
  const random = new RandomState(seed);
  const values = Float64Array.from({ length: rows * columns }, () => Math.round(random.normal() * 4) / 4);
  return { values, rows, columns };
};
const solve = (rows: Matrix, options: Partial<SmoOptions> = {}, cacheBytes = MB) =>
  solveOneClass(new KernelRows(RBF, rows, cacheBytes), { ...OPTIONS, ...options }, new Breather());

describe('the weights', () => {
  it('add up, and leave no row on the wrong side, whatever the rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 120 }),
        fc.integer({ min: 1, max: 3 }),
        fc.double({ min: 0.02, max: 1, noNaN: true }),
        fc.boolean(),
        fc.integer({ min: 0, max: 1e6 }),
        async (count, columns, nu, isShrinking, seed) => {
          const rows = drawn(count, columns, seed);
          const { weights, rho, hasConverged } = await solve(rows, { nu, isShrinking });
          expect(hasConverged).toBe(true);
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(nu * count, 8);
          const kernel = new KernelRows(RBF, rows, MB);
          for (let row = 0; row < count; row++) {
            const likeness = kernel.row(row).reduce((sum, value, i) => sum + value * weights[i], 0);
            expect(weights[row]).toBeGreaterThanOrEqual(0);
            expect(weights[row]).toBeLessThanOrEqual(1);
            if (weights[row] < 1) expect(likeness).toBeGreaterThan(rho - 0.01);
            if (weights[row] > 0) expect(likeness).toBeLessThan(rho + 0.01);
          }
        },
      ),
      { seed: 5, numRuns: 40 },
    );
  });

  it('are the same however few likenesses are kept', async () => {
    const rows = drawn(300, 3, 7);
    expect(await solve(rows, {}, 1)).toEqual(await solve(rows));
  });

  it('are the same but for the tolerance without shrinking', async () => {
    const rows = drawn(2500, 2, 8);
    const options = { nu: 0.1, tolerance: 1e-6 };
    const [shrunk, plain] = [
      await solve(rows, options, 64 * MB),
      await solve(rows, { ...options, isShrinking: false }, 64 * MB),
    ];
    expect(shrunk.rho).toBeCloseTo(plain.rho, 3);
    expect(shrunk.iterations).toBeGreaterThan(1000);
  });

  it('are as good as so many steps make them', async () => {
    const rows = drawn(300, 3, 7);
    const { hasConverged, iterations, weights } = await solve(rows, { maxIterations: 5 });
    expect([hasConverged, iterations]).toEqual([false, 5]);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(150, 8);
  });

  it('of two rows are equal', async () => {
    const { weights, rho } = await solve({ values: Float64Array.of(0, 2), rows: 2, columns: 1 });
    expect([...weights]).toEqual([0.5, 0.5]);
    expect(rho).toBeCloseTo(0.5 + 0.5 * Math.exp(-2), 6);
  });
});

it('in compat mode the line is where the algorithm has it: nu of the rows are outside', async () => {
  const rows = drawn(500, 2, 3);
  for (const nu of [0.05, 0.3]) {
    const detector = await fitDetector('OCSVM', rows, { compat: true, parameters: { nu } });
    const outside = detector.predict(rows).reduce((sum, one) => sum + one, 0) / 500;
    expect(Math.abs(outside - nu)).toBeLessThan(0.03);
  }
});

it.each([
  [{ gamma: 'quantile' }, 1 / 4],
  [{ gamma: 'quantile', quantile: 1 }, 1 / 9],
  [{ gamma: 'auto' }, 1],
  [{ gamma: 'scale' }, 1 / 1.6875],
  [{ gamma: 0.125 }, 0.125],
])('takes gamma from %j', async (parameters, wanted) => {
  const rows = { values: Float64Array.of(0, 1, 3, 3), rows: 4, columns: 1 };
  const settings = { quantile: 0.5, ...parameters };
  const detector = await fitDetector('OCSVM', rows, { compat: true, parameters: settings });
  expect(detector.parts.facts.gamma).toBeCloseTo(wanted, 12);
});

it.each(['linear', 'poly', 'sigmoid', 'rbf'])('likenesses by %s of wild rows are numbers', async (kernel) => {
  const wild = { values: Float64Array.of(1e100, -1e100, 0, 3, -7, 1e60), rows: 3, columns: 2 };
  const parameters = { kernel, degree: 100, gamma: 1e100, coef0: 1e300, max_iter: 100 };
  for (const compat of [false, true]) {
    const detector = await fitDetector('OCSVM', wild, { compat, parameters });
    expect(detector.score(wild).every(Number.isFinite)).toBe(true);
  }
});

it('a spread too small for any number is none', async () => {
  const rows = { values: Float64Array.of(0, 1e-160, 2e-160), rows: 3, columns: 1 };
  const detector = await fitDetector('OCSVM', rows, { compat: true });
  expect(detector.score(rows).every(Number.isFinite)).toBe(true);
});
