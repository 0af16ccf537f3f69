import {
  type Detector,
  evaluateScores,
  fitDetector,
  type ScoreEvaluation,
  takeRows,
  trainTestSplit,
} from '@antinex/models';
import type { TrainValues } from '../options/settings.ts';
import type { FeatureTable } from '../table/feature-table.ts';

/** What a detector's verdicts are worth, beside saying the same of every row. */
export interface Worth extends ScoreEvaluation {
  /** The share of the class that most rows are of. */
  readonly baseline: number;
}

export interface Trained {
  readonly detector: Detector;
  /** Rows it learned from: normal ones alone, but in compat mode. */
  readonly trainedRows: number;
  /** On rows it did not learn from; undefined without labels. */
  readonly evaluation: Worth | undefined;
}

/**
 * Fits a detector to a table. With labels a share of the rows is kept apart, and the detector judged by it.
 *
 * @throws PipelineError ALGORITHM_UNKNOWN, PARAMETERS_INVALID, TABLE_UNUSABLE, FITTING_FAILED
 */
export async function train(
  { matrix, labels, columns }: FeatureTable,
  parameters: Readonly<Record<string, unknown>>,
  values: TrainValues,
  signal: AbortSignal,
): Promise<Trained> {
  const { algorithm, testSize, randomState, compat, otherShapes } = values;
  const options = {
    parameters,
    compat: compat !== undefined,
    columns,
    otherShapes,
    signal,
  };
  if (labels === undefined || testSize === 0) {
    const detector = await fitDetector(algorithm, matrix, { ...options, labels });
    return { detector, trainedRows: rowsOf(detector, matrix.rows), evaluation: undefined };
  }
  const split = trainTestSplit(matrix.rows, testSize, randomState);
  const labelsOf = (rows: Uint32Array) => Uint8Array.from(rows, (row) => labels[row]);
  const rows = takeRows(matrix, split.train);
  const detector = await fitDetector(algorithm, rows, { ...options, labels: labelsOf(split.train) });
  const scores = detector.score(takeRows(matrix, split.test));
  const evaluation = worthOf(scores, labelsOf(split.test), detector.threshold);
  return { detector, trainedRows: rowsOf(detector, rows.rows), evaluation };
}

/** @param labels 0 or 1 for each score; at least one */
export function worthOf(scores: Float64Array, labels: Uint8Array, threshold: number): Worth {
  const novel = labels.reduce((sum, label) => sum + label, 0);
  const baseline = Math.max(novel, labels.length - novel) / labels.length;
  return { ...evaluateScores(scores, labels, threshold), baseline };
}

const rowsOf = ({ parts }: Detector, rows: number): number =>
  typeof parts.facts.rows === 'number' ? parts.facts.rows : rows;
