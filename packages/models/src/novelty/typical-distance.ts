import { quantile } from '../data/quantile.ts';
import { RandomState } from '../data/random-state.ts';
import { type Matrix, takeRows } from '../data/table.ts';
import { RowBlocks } from './row-blocks.ts';

/** Pairs are taken of so many rows at most. */
const MOST_ROWS = 2000;

/**
 * A quantile of the distances between different rows: a scale on which rows are near each other or not.
 * Of many rows, a random part is enough to tell. 1 where all rows are the same.
 */
export function typicalDistance(rows: Matrix, share: number, seed: number): number {
  const part =
    rows.rows > MOST_ROWS
      ? takeRows(rows, new RandomState(seed).permutation(rows.rows).subarray(0, MOST_ROWS))
      : rows;
  const squares: Float64Array[] = [];
  const blocks = new RowBlocks(part);
  blocks.eachDistances(part, ({ query, firstRow, count, at }) => {
    const below = Math.min(Math.max(query - firstRow, 0), count);
    squares.push(blocks.memory.slice(at, at + below).filter((square) => square > 0));
  });
  const sorted = new Float64Array(squares.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const some of squares) {
    sorted.set(some, at);
    at += some.length;
  }
  return sorted.length === 0 ? 1 : Math.sqrt(quantile(sorted.sort(), share));
}
