import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kernels, Product } from './kernels.ts';
import { openKernels } from './open-kernels.ts';
import { plainKernels } from './plain-kernels.ts';
import { simdKernels } from './simd-kernels.ts';

const hasSimd = (() => {
  try {
    simdKernels(1);
    return true;
  } catch {
    return false;
  }
})();

const FLOATS = 20_000;
const numbers = (seed: number) => {
  let state = seed;
  return Float32Array.from({ length: FLOATS }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
};

const filled = (kernels: Kernels, seed: number) => {
  kernels.memory.set(numbers(seed));
  return kernels;
};

/** A product whose matrices lie apart, A transposed or not. */
const product = fc
  .record({
    rows: fc.integer({ min: 1, max: 19 }),
    vectors: fc.integer({ min: 1, max: 15 }),
    depth: fc.integer({ min: 0, max: 23 }),
    isTransposed: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1e9 }),
  })
  .map(({ rows, vectors, depth, isTransposed, seed }) => ({
    seed,
    product: {
      a: 3,
      aRowStride: isTransposed ? 1 : depth + 1,
      aColumnStride: isTransposed ? rows + 2 : 1,
      b: 2000,
      bRowStride: vectors * 4,
      bias: 1900,
      c: 10_000,
      cRowStride: vectors * 4 + 4,
      rows,
      columns: vectors * 4,
      depth,
    } satisfies Product,
  }));

describe('products', () => {
  it('are those of the textbook', () => {
    fc.assert(
      fc.property(product, ({ product, seed }) => {
        const before = numbers(seed);
        const kernels = filled(openKernels(FLOATS), seed);
        kernels.multiply(product);
        let error = 0;
        const { a, aRowStride, aColumnStride, b, bRowStride, bias, c, cRowStride, rows, columns, depth } =
          product;
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            let sum = before[bias + column];
            for (let k = 0; k < depth; k++)
              sum += before[a + row * aRowStride + k * aColumnStride] * before[b + k * bRowStride + column];
            error = Math.max(error, Math.abs(kernels.memory[c + row * cRowStride + column] - sum));
          }
        }
        expect(error).toBeLessThan(1e-5);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it.skipIf(!hasSimd)('have the same bits with SIMD and without, and leave the rest alone', () => {
    fc.assert(
      fc.property(product, ({ product, seed }) => {
        const simd = filled(simdKernels(FLOATS), seed);
        const plain = filled(plainKernels(FLOATS), seed);
        simd.multiply(product);
        plain.multiply(product);
        expect(
          Buffer.compare(Buffer.from(simd.memory.slice().buffer), Buffer.from(plain.memory.buffer)),
        ).toBe(0);
      }),
      { seed: 2, numRuns: 60 },
    );
  });
});

describe.each(['simd', 'plain'] as const)('%s', (kind) => {
  const skip = kind === 'simd' && !hasSimd;

  it.skipIf(skip)('makes what is below 0 0, and its slope', () => {
    const kernels = openKernels(16, kind);
    kernels.memory.set([-1, 2, -0.5, 0, 9, 9, 9, 9]);
    kernels.reluGradient(4, 0, 4);
    kernels.relu(0, 4);
    expect([...kernels.memory.slice(0, 8)]).toEqual([0, 2, 0, 0, 0, 9, 0, 0]);
  });

  it.skipIf(skip)('takes the steps of Adam', () => {
    const kernels = openKernels(16, kind);
    const gradients = [0.5, -2, 0, 1e-3];
    kernels.memory.set([1, 1, 1, 1, ...gradients]);
    const expected = gradients.map((gradient) => {
      let [weight, mean, square] = [1, 0, 0];
      for (let t = 1; t <= 3; t++) {
        mean = 0.9 * mean + 0.1 * gradient;
        square = 0.999 * square + 0.001 * gradient ** 2;
        weight -= (0.001 * Math.sqrt(1 - 0.999 ** t) * mean) / (1 - 0.9 ** t) / (Math.sqrt(square) + 1e-7);
      }
      return weight;
    });
    for (let t = 1; t <= 3; t++) kernels.adam(0, 4, (0.001 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t));
    expected.forEach((weight, i) => {
      expect(kernels.memory[i]).toBeCloseTo(weight, 6);
    });
  });

  it.skipIf(skip)('forgets moments before they become denormal', () => {
    const kernels = openKernels(16, kind);
    kernels.memory.fill(1e-25, 4, 8);
    kernels.adam(0, 4, 0.001);
    kernels.memory.fill(0, 4, 8);
    for (let step = 0; step < 300; step++) kernels.adam(0, 4, 0.001);
    expect([...kernels.memory.slice(8)]).toEqual(new Array(8).fill(0));
  });
});

it.skipIf(!hasSimd)('Adam has the same bits with SIMD and without', () => {
  const [simd, plain] = [filled(simdKernels(FLOATS), 7), filled(plainKernels(FLOATS), 7)];
  for (const { memory } of [simd, plain])
    for (let i = 15_000; i < FLOATS; i++) memory[i] = Math.abs(memory[i]);
  for (const kernels of [simd, plain]) for (let step = 0; step < 3; step++) kernels.adam(0, 5000, 0.0123);
  expect(Buffer.compare(Buffer.from(simd.memory.slice().buffer), Buffer.from(plain.memory.buffer))).toBe(0);
});
