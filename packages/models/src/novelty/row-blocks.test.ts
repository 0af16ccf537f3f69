import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RandomState } from '../data/random-state.ts';
import type { Matrix } from '../data/table.ts';
import { RowBlocks } from './row-blocks.ts';
import { typicalDistance } from './typical-distance.ts';

const drawn = (rows: number, columns: number, seed: number): Matrix => {
  const random = new RandomState(seed);
  return { values: Float64Array.from({ length: rows * columns }, () => random.normal()), rows, columns };
};

it('distances come for each query and each row, in order, and rows come back', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1100 }),
      fc.integer({ min: 1, max: 19 }),
      fc.integer({ min: 1, max: 6 }),
      (rows, queries, columns) => {
        const held = drawn(rows, columns, 1);
        const asked = drawn(queries, columns, 2);
        const blocks = new RowBlocks(held);
        expect(blocks.matrix()).toEqual(held);
        const next = new Array(queries).fill(0);
        blocks.eachDistances(asked, ({ query, firstRow, count, at }) => {
          expect(firstRow).toBe(next[query]);
          for (const row of [firstRow, firstRow + count - 1]) {
            let square = 0;
            for (let column = 0; column < columns; column++)
              square += (held.values[row * columns + column] - asked.values[query * columns + column]) ** 2;
            expect(blocks.memory[at + row - firstRow]).toBe(square);
          }
          next[query] += count;
        });
        expect(next).toEqual(new Array(queries).fill(rows));
      },
    ),
    { seed: 4, numRuns: 40 },
  );
});

it('a typical distance is a quantile of those between different rows', () => {
  const line = { values: Float64Array.of(0, 1, 3, 3), rows: 4, columns: 1 };
  // 1, 2, 2, 3, 3
  expect(typicalDistance(line, 0.5, 1)).toBeCloseTo(2, 12);
  expect(typicalDistance(line, 1, 1)).toBeCloseTo(3, 12);
  expect(typicalDistance({ values: new Float64Array(8), rows: 4, columns: 2 }, 0.5, 1)).toBe(1);
  // Of standard normal columns: about 2 for each of them.
  expect(typicalDistance(drawn(5000, 50, 3), 0.5, 1)).toBeCloseTo(10, 0);
});
