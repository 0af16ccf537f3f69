import { PipelineError } from '@antinex/runtime';
import { checkTable, type Table } from '../data/table.ts';
import { byClass, rank } from './ranking.ts';
import { bestStump, type Stump, stumpAccuracy } from './stump.ts';

/** Rows and the class of each, 0 or 1. */
export interface Labelled {
  readonly rows: Table;
  readonly labels: ArrayLike<number>;
}

export interface Evaluation {
  readonly rows: number;
  readonly accuracy: number;
  /** Always the class that most training rows are of. */
  readonly majority: { readonly label: 0 | 1; readonly accuracy: number };
  /** The best rule on one column, found in the training rows. */
  readonly stump: Stump & { readonly name: string; readonly accuracy: number };
  /** Set when that rule is as right as the model: the column may give the label away. */
  readonly leakSuspectedIn: string | undefined;
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
  const counts = confusion(scores, test.labels, threshold);
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
  const accuracy = (truePositives + trueNegatives) / scores.length;
  const stump = bestStump(train.rows, train.labels);
  const name = columnNames[stump.column] ?? `column ${stump.column}`;
  const ofStump = stumpAccuracy(stump, test.rows, test.labels);
  const majority = majorityOf(train.labels);
  const ofMajority = shareOf(test.labels, majority);
  return {
    rows: scores.length,
    accuracy,
    majority: { label: majority, accuracy: ofMajority },
    stump: { ...stump, name, accuracy: ofStump },
    leakSuspectedIn: ofStump >= accuracy && ofStump > ofMajority ? name : undefined,
    threshold,
    ...counts,
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, truePositives + falseNegatives),
    f1: ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    falsePositiveRate: ratio(falsePositives, falsePositives + trueNegatives),
    ...rank(byClass((row) => scores[row], test.labels)),
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
  const bad = (reason: string) => new PipelineError('TABLE_UNUSABLE', { what, reason });
  if (labels.length !== rows.rows) throw bad(`there are ${rows.rows} rows and ${labels.length} labels`);
  for (let row = 0; row < labels.length; row++)
    if (labels[row] !== 0 && labels[row] !== 1) throw bad(`the label of row ${row} is ${labels[row]}`);
}

const ratio = (part: number, whole: number) => (whole === 0 ? undefined : part / whole);

function shareOf(labels: ArrayLike<number>, label: number): number {
  let count = 0;
  for (let row = 0; row < labels.length; row++) if (labels[row] === label) count++;
  return count / labels.length;
}

const majorityOf = (labels: ArrayLike<number>): 0 | 1 => (shareOf(labels, 1) > 0.5 ? 1 : 0);

function confusion(scores: Float32Array, labels: ArrayLike<number>, threshold: number) {
  const counts = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  for (let row = 0; row < scores.length; row++) {
    const isPositive = scores[row] > threshold;
    if (labels[row] === 1) counts[isPositive ? 'truePositives' : 'falseNegatives']++;
    else counts[isPositive ? 'falsePositives' : 'trueNegatives']++;
  }
  return counts;
}
