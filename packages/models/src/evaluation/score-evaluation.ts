import { PipelineError } from '@antinex/runtime';
import { byClass, rank } from './ranking.ts';

/** What scores are worth at a threshold, above which a row is taken for class 1. */
export interface ScoreEvaluation {
  readonly rows: number;
  readonly accuracy: number;
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
  /** undefined where it is 0 of 0 rows, or a ranking of one class. */
  readonly precision: number | undefined;
  readonly recall: number | undefined;
  readonly f1: number | undefined;
  readonly falsePositiveRate: number | undefined;
  readonly auc: number | undefined;
  readonly averagePrecision: number | undefined;
}

/**
 * Holds scores against what rows are.
 *
 * @param scores one for each row; infinity is one, NaN is none
 * @param labels 0 or 1 for each row
 * @throws PipelineError TABLE_UNUSABLE
 */
export function evaluateScores(
  scores: Float32Array | Float64Array,
  labels: ArrayLike<number>,
  threshold: number,
): ScoreEvaluation {
  checkLabels('the scores', scores.length, labels);
  if (scores.some(Number.isNaN))
    throw new PipelineError('TABLE_UNUSABLE', { what: 'the scores', reason: 'one is no number' });
  const counts = confusion(scores, labels, threshold);
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
  return {
    rows: scores.length,
    accuracy: (truePositives + trueNegatives) / scores.length,
    threshold,
    ...counts,
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, truePositives + falseNegatives),
    f1: ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    falsePositiveRate: ratio(falsePositives, falsePositives + trueNegatives),
    ...rank(byClass((row) => scores[row], labels)),
  };
}

/** @throws PipelineError TABLE_UNUSABLE unless there is 0 or 1 for each row */
export function checkLabels(what: string, rows: number, labels: ArrayLike<number>): void {
  const bad = (reason: string) => new PipelineError('TABLE_UNUSABLE', { what, reason });
  if (rows === 0) throw bad('there are none');
  if (labels.length !== rows) throw bad(`there are ${rows} rows and ${labels.length} labels`);
  for (let row = 0; row < labels.length; row++)
    if (labels[row] !== 0 && labels[row] !== 1) throw bad(`the label of row ${row} is ${labels[row]}`);
}

const ratio = (part: number, whole: number) => (whole === 0 ? undefined : part / whole);

function confusion(scores: ArrayLike<number>, labels: ArrayLike<number>, threshold: number) {
  const counts = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  for (let row = 0; row < scores.length; row++) {
    const isPositive = scores[row] > threshold;
    if (labels[row] === 1) counts[isPositive ? 'truePositives' : 'falseNegatives']++;
    else counts[isPositive ? 'falsePositives' : 'trueNegatives']++;
  }
  return counts;
}
