import { describe, expect, it } from 'vitest';
import { RandomState } from '../../data/random-state.ts';
import { drawWithout } from './draw-rows.ts';
import { averageDepth, growTree, LEAF } from './isolation-tree.ts';
import { Xorshift } from './xorshift.ts';

describe('drawing without replacement', () => {
  it.each([
    [1000, 5],
    [1000, 10],
    [1000, 500],
    [1000, 995],
    [1000, 1000],
    [1, 1],
  ])('of %i, %i are different', (population, count) => {
    const drawn = drawWithout(new RandomState(3), population, count);
    expect(new Set(drawn).size).toBe(count);
    expect(Math.max(...drawn)).toBeLessThan(population);
  });
});

describe('a tree', () => {
  const table = { values: Float32Array.of(0, 5, 1, 5, 10, 5, 11, 5, 100, 5), rows: 5, columns: 2 };
  const all = () => Uint32Array.of(0, 1, 2, 3, 4);

  it('leaves each row alone, if it may', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { columns, thresholds, rights, depths } = growTree(table, all(), 10, seed);
      expect(columns.filter((column) => column === LEAF)).toHaveLength(5);
      expect(columns.every((column) => column === LEAF || column === 0)).toBe(true);
      const leaves = [0, 1, 2, 3, 4].map((row) => {
        let node = 0;
        let depth = 0;
        for (; columns[node] !== LEAF; depth++)
          node = table.values[row * 2] <= thresholds[node] ? node + 1 : rights[node];
        expect(depths[node]).toBe(depth);
        return node;
      });
      expect(new Set(leaves).size).toBe(5);
    }
  });

  it('ends where it is deep enough, or nothing differs', () => {
    const { columns, depths } = growTree(table, all(), 1, 1);
    expect(columns).toHaveLength(3);
    expect(depths.slice(1).every((depth) => depth >= 1)).toBe(true);
    const same = { values: new Float32Array(8).fill(3), rows: 4, columns: 2 };
    expect(growTree(same, Uint32Array.of(0, 1, 2, 3), 9, 1).depths).toEqual([averageDepth(4)]);
  });
});

it('the average depth is that of a search tree', () => {
  expect([0, 1, 2].map(averageDepth)).toEqual([0, 0, 1]);
  expect(averageDepth(256)).toBeCloseTo(10.2448, 4);
});

it('the generator draws within bounds, from seed 0, too', () => {
  for (const seed of [0, 1, 0x7ffffffe]) {
    const random = new Xorshift(seed);
    const drawn = Array.from({ length: 1000 }, () => random.below(3, 8));
    expect(new Set(drawn)).toEqual(new Set([3, 4, 5, 6, 7]));
    const value = random.uniform(-2, 5);
    expect(value >= -2 && value <= 5).toBe(true);
  }
});
