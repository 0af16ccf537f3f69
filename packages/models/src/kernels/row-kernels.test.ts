import { describe, expect, it } from 'vitest';
import { RandomState } from '../data/random-state.ts';
import { plainRowKernels } from './plain-row-kernels.ts';
import type { RowKernels } from './row-kernels.ts';
import { simdRowKernels } from './simd-row-kernels.ts';

const NUMBERS = 4000;
const hasSimd = (() => {
  try {
    simdRowKernels(1);
    return true;
  } catch {
    return false;
  }
})();

const kinds: [string, () => RowKernels][] = [['plain', () => plainRowKernels(NUMBERS)]];
if (hasSimd) kinds.push(['simd', () => simdRowKernels(NUMBERS)]);

const filled = (kernels: RowKernels) => {
  const random = new RandomState(5);
  kernels.memory.set(Float64Array.from({ length: NUMBERS }, () => random.normal()));
  return kernels;
};

describe.each(kinds)('%s', (_, open) => {
  it.each([1, 2, 3, 5])('distances of %i queries are those of the textbook', (queryCount) => {
    const [columns, rowCount] = [7, 24];
    const kernels = filled(open());
    const before = kernels.memory.slice();
    const task = { queries: 0, queryCount, rows: 100, rowCount, columns, out: 1000, outStride: 40 };
    kernels.squaredDistances(task);
    for (let query = 0; query < queryCount; query++)
      for (let row = 0; row < rowCount; row++) {
        let sum = 0;
        for (let column = 0; column < columns; column++) {
          const at = 100 + Math.floor(row / 8) * 8 * columns + column * 8 + (row % 8);
          sum += (before[at] - before[query * columns + column]) ** 2;
        }
        expect(kernels.memory[1000 + query * 40 + row]).toBe(sum);
      }
    expect(kernels.memory.slice(1000 + queryCount * 40)).toEqual(before.slice(1000 + queryCount * 40));
    expect(kernels.memory.slice(0, 1000)).toEqual(before.slice(0, 1000));
  });

  it('exponentials are within a few units in the last place', () => {
    const kernels = filled(open());
    const values = Float64Array.from({ length: 800 }, (_, i) => -i * i * 0.0011);
    kernels.memory.set(values, 8);
    kernels.exponentials(8, 800, 1, 0);
    values.forEach((value, i) => {
      const wanted = Math.exp(value);
      expect(Math.abs(kernels.memory[8 + i] - wanted)).toBeLessThanOrEqual(wanted * 1e-15);
    });
  });

  it('what is too small is 0, whatever it is', () => {
    const kernels = open();
    kernels.memory.set([0, 1, 2, 800, 1e10, 1e300, Number.MAX_VALUE, Infinity], 16);
    kernels.exponentials(16, 8, -1, 1);
    const [a, one, c, ...small] = kernels.memory.slice(16, 24);
    expect(a).toBeCloseTo(Math.E, 14);
    expect(one).toBe(1);
    expect(c).toBeCloseTo(1 / Math.E, 15);
    expect(small).toEqual([0, 0, 0, 0, 0]);
  });
});

it.skipIf(!hasSimd)(`both give the same bits${hasSimd ? '' : ' (needs SIMD)'}`, () => {
  const [plain, simd] = kinds.map(([, open]) => {
    const kernels = filled(open());
    const [columns, rowCount] = [13, 64];
    kernels.squaredDistances({
      queries: 1,
      queryCount: 9,
      rows: 200,
      rowCount,
      columns,
      out: 1500,
      outStride: 64,
    });
    kernels.exponentials(1500, 576, -20, 0.5);
    return kernels.memory;
  });
  expect(simd).toEqual(plain);
  expect(plain.subarray(1500, 2076).some((value) => value === 0)).toBe(true);
});
