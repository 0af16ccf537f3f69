import type { Table } from '../data/table.ts';
import { byClass, eachValue } from './ranking.ts';

/** A rule on one column: above the threshold it says 1, or 0 if it is turned round. */
export interface Stump {
  readonly column: number;
  readonly threshold: number;
  readonly above: 0 | 1;
}

/** The one rule on one column that is right on the most of these rows. */
export function bestStump(rows: Table, labels: ArrayLike<number>): Stump {
  let best: Stump = { column: 0, threshold: Number.NEGATIVE_INFINITY, above: 1 };
  let mostRight = -1;
  for (let column = 0; column < rows.columns; column++) {
    const values = byClass((row) => rows.values[row * rows.columns + column], labels);
    const consider = (threshold: number, right: number) => {
      for (const above of [1, 0] as const) {
        const count = above === 1 ? right : labels.length - right;
        if (count <= mostRight) continue;
        mostRight = count;
        best = { column, threshold, above };
      }
    };
    consider(Number.NEGATIVE_INFINITY, values.positives.length);
    eachValue(values, (value, negativesBelow, positivesBelow) =>
      consider(value, negativesBelow + values.positives.length - positivesBelow),
    );
  }
  return best;
}

/** The share of rows that the rule is right on. */
export function stumpAccuracy(stump: Stump, rows: Table, labels: ArrayLike<number>): number {
  let right = 0;
  for (let row = 0; row < rows.rows; row++) {
    const isAbove = rows.values[row * rows.columns + stump.column] > stump.threshold;
    if ((isAbove ? stump.above : 1 - stump.above) === labels[row]) right++;
  }
  return right / rows.rows;
}
