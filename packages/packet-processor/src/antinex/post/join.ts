import type { Prediction } from '@antinex/antinex-client';

/** What is wrong with the predictions of an answer. */
export type JoinProblem = 'missing' | 'duplicate' | 'out of range';

export interface Joined {
  /** The prediction of each row, by its place in the request; undefined where there is none to believe. */
  readonly predictions: readonly (Prediction | undefined)[];
  readonly problems: Readonly<Record<JoinProblem, number>>;
}

/** What a model says of a row: a class, or a number. */
const isLabel = (value: unknown): boolean => Number.isFinite(value) || typeof value === 'string';

/**
 * Gives each row of a request its prediction, which tells by `_row_idx` whose it is. Of two for one row
 * nobody knows which to believe, so it has none. One without a value for the predicted column is none.
 */
export function joinPredictions(answered: readonly Prediction[], rows: number, column: string): Joined {
  const predictions: (Prediction | undefined)[] = new Array(rows).fill(undefined);
  const seen = new Uint8Array(rows);
  let duplicate = 0;
  let outOfRange = 0;
  for (const prediction of answered) {
    const index = prediction._row_idx;
    if (!Number.isSafeInteger(index) || (index as number) < 0 || (index as number) >= rows) {
      outOfRange++;
      continue;
    }
    const row = index as number;
    if (!isLabel(prediction[column])) continue;
    if (seen[row] === 1) duplicate++;
    predictions[row] = seen[row] === 0 ? prediction : undefined;
    seen[row] = 1;
  }
  const missing = rows - seen.reduce((sum, one) => sum + one, 0);
  return { predictions, problems: { missing, duplicate, 'out of range': outOfRange } };
}
