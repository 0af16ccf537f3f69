import { type CrossValidation, type Evaluation, type Examples, evaluate } from '@antinex/models';
import type { TargetScale } from '../models/stored-model.ts';
import type { Lesson } from './lesson.ts';

/** What is told of a training. */
export interface Report {
  readonly accuracy: number | null;
  readonly scores: readonly [deviation: number, mean: number] | null;
  readonly accData: Readonly<Record<string, unknown>>;
}

const percent = (share: number) => 100 * share;

/** As AntiNex has it: the deviation first. */
export const scoresOf = (folds: CrossValidation | undefined) =>
  folds === undefined ? null : ([folds.deviation, folds.mean] as const);

/**
 * The accuracy of the folds (without folds that of the test part), beside what needs no model: always
 * saying the class that most rows are of, and the best rule on one column. Shares are percent.
 *
 * @param given the network's scores of the test part
 * @param raw the rows before scaling
 */
export function classificationReport(
  given: Float32Array,
  raw: { readonly train: Examples; readonly test: Examples },
  columnNames: readonly string[],
  classes: readonly number[],
  folds: CrossValidation | undefined,
): Report {
  const labelled = ({ inputs, targets }: Examples) => ({ rows: inputs, labels: targets.values });
  const evaluation = evaluate(given, labelled(raw.train), labelled(raw.test), { columnNames });
  const ofFolds = folds && percent(folds.mean);
  const accuracy = ofFolds ?? percent(evaluation.accuracy);
  const trainLabels = raw.train.targets.values;
  const ones = trainLabels.reduce((sum, label) => sum + label, 0);
  return {
    accuracy,
    scores: scoresOf(folds),
    accData: {
      accuracy,
      ...(folds && { accuracy_deviation: percent(folds.deviation), folds: folds.scores.map(percent) }),
      baseline_accuracy: percent(Math.max(ones, trainLabels.length - ones) / trainLabels.length),
      classes,
      train_rows: trainLabels.length,
      holdout: holdoutOf(evaluation, classes),
    },
  };
}

function holdoutOf(evaluation: Evaluation, classes: readonly number[]): Record<string, unknown> {
  const { majority, stump } = evaluation;
  return {
    rows: evaluation.rows,
    accuracy: percent(evaluation.accuracy),
    baseline_class: classes[majority.label],
    baseline_accuracy: percent(majority.accuracy),
    best_rule: {
      column: stump.name,
      threshold: Number.isFinite(stump.threshold) ? stump.threshold : null,
      class_above: classes[stump.above],
      accuracy: percent(stump.accuracy),
    },
    leak_suspected_in: evaluation.leakSuspectedIn ?? null,
    precision: evaluation.precision ?? null,
    recall: evaluation.recall ?? null,
    f1: evaluation.f1 ?? null,
    false_positive_rate: evaluation.falsePositiveRate ?? null,
    auc: evaluation.auc ?? null,
    average_precision: evaluation.averagePrecision ?? null,
    true_positives: evaluation.truePositives,
    false_positives: evaluation.falsePositives,
    true_negatives: evaluation.trueNegatives,
    false_negatives: evaluation.falseNegatives,
  };
}

/**
 * Errors on the test part, in the predicted column's own unit, beside those of always saying the mean of
 * the training part. A regression has no accuracy.
 */
export function regressionReport(
  given: Float32Array,
  target: TargetScale,
  train: Lesson,
  test: Lesson,
  folds: CrossValidation | undefined,
): Report {
  const predicted = Float64Array.from(given, (value) => (value - target.offset) / target.factor);
  const mean = train.labels.reduce((sum, label) => sum + label, 0) / train.labels.length;
  const model = errorsOf((row) => predicted[row], test.labels);
  const baseline = errorsOf(() => mean, test.labels);
  return {
    accuracy: null,
    scores: scoresOf(folds),
    accData: {
      accuracy: null,
      train_rows: train.labels.length,
      holdout: {
        rows: test.labels.length,
        mean_absolute_error: model.mean_absolute_error,
        root_mean_squared_error: model.root_mean_squared_error,
        baseline_mean_absolute_error: baseline.mean_absolute_error,
        baseline_root_mean_squared_error: baseline.root_mean_squared_error,
        r2: baseline.squares === 0 ? null : 1 - model.squares / baseline.squares,
      },
    },
  };
}

function errorsOf(predicted: (row: number) => number, labels: Float64Array) {
  let squares = 0;
  let absolutes = 0;
  for (let row = 0; row < labels.length; row++) {
    const error = predicted(row) - labels[row];
    squares += error * error;
    absolutes += Math.abs(error);
  }
  return {
    squares,
    mean_absolute_error: absolutes / labels.length,
    root_mean_squared_error: Math.sqrt(squares / labels.length),
  };
}
