import { checkTable, type Table } from '../data/table.ts';
import { checkLabels, evaluateScores, type ScoreEvaluation } from './score-evaluation.ts';
import { bestStump, type Stump, stumpAccuracy } from './stump.ts';

/** Rows and the class of each, 0 or 1. */
export interface Labelled {
  readonly rows: Table;
  readonly labels: ArrayLike<number>;
}

export interface Evaluation extends ScoreEvaluation {
  /** Always the class that most training rows are of. */
  readonly majority: { readonly label: 0 | 1; readonly accuracy: number };
  /** The best rule on one column, found in the training rows. */
  readonly stump: Stump & { readonly name: string; readonly accuracy: number };
  /** Set when that rule is as right as the model: the column may give the label away. */
  readonly leakSuspectedIn: string | undefined;
}

/**
 * What a model's scores of the test rows are worth, beside what needs no model.
 *
 * @param scores one for each test row; above the threshold it is taken for class 1
 * @param train the rows the model learned from; the rules it is held against learn from them, too
 * @throws PipelineError TABLE_UNUSABLE
 */
export function evaluate(
  scores: Float32Array,
  train: Labelled,
  test: Labelled,
  options: { readonly threshold?: number; readonly columnNames?: readonly string[] } = {},
): Evaluation {
  const { threshold = 0.5, columnNames = [] } = options;
  checkLabelled('the training rows', train);
  checkLabelled('the test rows', test, train.rows.columns);
  checkTable('the scores', { values: scores, rows: test.rows.rows, columns: 1 });
  const ofScores = evaluateScores(scores, test.labels, threshold);
  const stump = bestStump(train.rows, train.labels);
  const name = columnNames[stump.column] ?? `column ${stump.column}`;
  const ofStump = stumpAccuracy(stump, test.rows, test.labels);
  const majority = majorityOf(train.labels);
  const ofMajority = shareOf(test.labels, majority);
  return {
    ...ofScores,
    majority: { label: majority, accuracy: ofMajority },
    stump: { ...stump, name, accuracy: ofStump },
    leakSuspectedIn: ofStump >= ofScores.accuracy && ofStump > ofMajority ? name : undefined,
  };
}

/** The evaluation as lines for people: the model's accuracy never without those of the two rules. */
export function printEvaluation(evaluation: Evaluation): string[] {
  const percent = (value: number | undefined) =>
    value === undefined ? 'unknown' : `${(100 * value).toFixed(2)} %`;
  const { majority, stump, threshold, leakSuspectedIn } = evaluation;
  const sides = stump.above === 1 ? '>' : '<=';
  return [
    `accuracy           ${percent(evaluation.accuracy)} of ${evaluation.rows} rows, threshold ${threshold}`,
    `always ${majority.label}           ${percent(majority.accuracy)}`,
    `best single rule   ${percent(stump.accuracy)} (${stump.name} ${sides} ${stump.threshold})`,
    `AUC                ${percent(evaluation.auc)}, average precision ${percent(evaluation.averagePrecision)}`,
    `F1                 ${percent(evaluation.f1)}, false positives ${percent(evaluation.falsePositiveRate)}`,
    `confusion          ${evaluation.truePositives} true and ${evaluation.falsePositives} false positives, ` +
      `${evaluation.trueNegatives} true and ${evaluation.falseNegatives} false negatives`,
    ...(leakSuspectedIn === undefined
      ? []
      : [`warning: one rule on ${leakSuspectedIn} is as good as the model; does it give the label away?`]),
  ];
}

function checkLabelled(what: string, { rows, labels }: Labelled, columns?: number): void {
  checkTable(what, rows, columns);
  checkLabels(what, rows.rows, labels);
}

function shareOf(labels: ArrayLike<number>, label: number): number {
  let count = 0;
  for (let row = 0; row < labels.length; row++) if (labels[row] === label) count++;
  return count / labels.length;
}

const majorityOf = (labels: ArrayLike<number>): 0 | 1 => (shareOf(labels, 1) > 0.5 ? 1 : 0);
