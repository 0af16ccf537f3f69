import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Breather } from '../data/breather.ts';
import { RandomState } from '../data/random-state.ts';
import { cholesky, type Spread, squareDistance, squareRoot } from './square-root.ts';

const spreadOf = (rows: Float64Array[]): Spread => ({
  count: rows.length,
  row: (index, out) => out.set(rows[index]),
});
const rootOf = (rows: Float64Array[], size: number, added: number) =>
  squareRoot(spreadOf(rows), size, added, new Breather());

function productOf(root: Float64Array, size: number): number[] {
  return Array.from({ length: size * size }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < size; k++)
      sum += root[k * size + Math.floor(at / size)] * root[k * size + (at % size)];
    return sum;
  });
}

describe('a square root', () => {
  it('squared is the sum of the rows products', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 200 }),
        fc.constantFrom(1, 1e-6, 1e-12),
        fc.constantFrom(1, 1e4, 1e-3),
        fc.integer({ min: 1, max: 1e6 }),
        async (size, count, added, scale, seed) => {
          const random = new RandomState(seed);
          const rows = Array.from({ length: count }, () =>
            Float64Array.from({ length: size }, (_, i) => scale * (i % 3 === 2 ? 1 : random.normal())),
          );
          const root = await rootOf(rows, size, added);
          expect(root).toBeDefined();
          const sum = new Float64Array(size * size);
          for (const row of rows)
            for (let at = 0; at < sum.length; at++) sum[at] += row[Math.floor(at / size)] * row[at % size];
          for (let i = 0; i < size; i++) sum[i * size + i] += added;
          const most = Math.max(...sum);
          for (const [at, value] of productOf(root!, size).entries())
            expect(Math.abs(value - sum[at])).toBeLessThan(1e-12 * most);
          for (let i = 0; i < size; i++) {
            expect(root![i * size + i]).toBeGreaterThan(0);
            for (let j = 0; j < i; j++)
              if (root![i * size + j] !== 0) expect(root![i * size + j]).toBe(sum[i * size + j]);
          }
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });

  it('of what is nearly singular is right where its square is rounded away', async () => {
    // 1e8 along (1, 1), and 1e-6 in each direction.
    const root = (await rootOf([Float64Array.of(1e4, 1e4)], 2, 1e-6))!;
    const across = squareDistance(root, Float64Array.of(1, -1));
    expect(across / (2 / 1e-6)).toBeCloseTo(1, 6);
  });

  it('there is none of a singular sum', async () => {
    expect(await rootOf([Float64Array.of(1, 2), Float64Array.of(2, 4)], 2, 0)).toBeUndefined();
    expect(await rootOf([], 2, 0)).toBeUndefined();
  });
});

it("Cholesky's method ends at what is not positive definite", () => {
  expect(cholesky(Float64Array.of(1, 2, 2, 1), 2, 0)).toBe(false);
  expect(cholesky(Float64Array.of(Number.NaN), 1, 0)).toBe(false);
});

it('distances are those of the inverse', () => {
  const root = Float64Array.of(2, 1, 0, 3);
  // R'R = [[4, 2], [2, 10]], whose inverse is [[10, -2], [-2, 4]] / 36.
  expect(squareDistance(root, Float64Array.of(1, 2))).toBeCloseTo((10 - 8 + 16) / 36, 14);
});
