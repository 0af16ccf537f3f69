import { type JobResult, type Prediction, predictionsOf } from '@antinex/antinex-client';
import type { PostedRow } from './batch.ts';
import { type Joined, joinPredictions } from './join.ts';
import type { PredictedRow } from './predictions-file.ts';

const LONGEST_LABEL = 200;

/** What of a prediction is made use of, besides the column that was to be predicted. */
export const PREDICTION_COLUMNS = ['_row_idx', 'label_name', '_score'] as const;

export interface Answered {
  /** Rows that have a prediction. */
  readonly rows: readonly PredictedRow[];
  /** The places of those that have none. */
  readonly left: readonly number[];
  readonly problems: Joined['problems'];
}

/** What an answer says of the rows that were posted; `column` is the one that was to be predicted. */
export function predictedRows(posted: readonly PostedRow[], result: JobResult, column: string): Answered {
  const { predictions, problems } = joinPredictions(predictionsOf(result), posted.length, column);
  const rows: PredictedRow[] = [];
  const left: number[] = [];
  for (const [place, row] of posted.entries()) {
    const prediction = predictions[place];
    if (prediction === undefined) left.push(place);
    else rows.push({ ...row, ...verdictIn(prediction, column) });
  }
  return { rows, left, problems };
}

function verdictIn(
  prediction: Prediction,
  column: string,
): Pick<PredictedRow, 'label' | 'labelName' | 'score'> {
  const { [column]: label, label_name, _score } = prediction;
  return { label: numberOf(label) ?? textOf(label), labelName: textOf(label_name), score: numberOf(_score) };
}

/** What a server sends goes into a file; it need not be as long as it likes. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= LONGEST_LABEL ? value : undefined;

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
