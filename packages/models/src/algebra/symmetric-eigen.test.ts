import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Breather } from '../data/breather.ts';
import { RandomState } from '../data/random-state.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

const eigen = (rows: number[][]) =>
  symmetricEigen(Float64Array.from(rows.flat()), rows.length, new Breather());

describe('eigenvalues', () => {
  it('of small matrices', async () => {
    expect([...(await eigen([[3]])).values]).toEqual([3]);
    const two = await eigen([
      [2, 1],
      [1, 2],
    ]);
    expect(two.values[0]).toBeCloseTo(3, 14);
    expect(two.values[1]).toBeCloseTo(1, 14);
    expect(Math.abs(two.vectors[0])).toBeCloseTo(Math.SQRT1_2, 14);
    expect([
      ...(
        await eigen([
          [0, 0],
          [0, 0],
        ])
      ).values,
    ]).toEqual([0, 0]);
    expect([
      ...(
        await eigen([
          [1, 0, 0],
          [0, 5, 0],
          [0, 0, -2],
        ])
      ).values,
    ]).toEqual([5, 1, -2]);
  });

  it('of the second difference are known', async () => {
    const size = 40;
    const rows = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
    );
    const { values } = await eigen(rows);
    for (let k = 1; k <= size; k++)
      expect(values[size - k]).toBeCloseTo(2 - 2 * Math.cos((k * Math.PI) / (size + 1)), 12);
  });

  it('and vectors make up the matrix, whatever its rank and scale', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 0, max: 24 }),
        fc.integer({ min: -150, max: 150 }),
        fc.integer({ min: 0, max: 1e6 }),
        async (size, rank, exponent, seed) => {
          const random = new RandomState(seed);
          const scale = 10 ** exponent;
          const matrix = new Float64Array(size * size);
          for (let r = 0; r < rank; r++) {
            const vector = Float64Array.from({ length: size }, () => Math.round(random.normal() * 4));
            for (let i = 0; i < size; i++)
              for (let j = 0; j < size; j++) matrix[i * size + j] += vector[i] * vector[j] * scale;
          }
          const most = Math.max(...matrix.map(Math.abs), Number.MIN_VALUE);
          const { values, vectors } = await symmetricEigen(matrix.slice(), size, new Breather());
          for (let i = 0; i < size; i++)
            for (let j = 0; j < size; j++) {
              let sum = 0;
              let product = 0;
              for (let k = 0; k < size; k++) {
                sum += (values[k] / most) * vectors[k * size + i] * vectors[k * size + j];
                product += vectors[i * size + k] * vectors[j * size + k];
              }
              expect(Math.abs(sum - matrix[i * size + j] / most)).toBeLessThan(1e-12);
              expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-12);
            }
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  });
});
