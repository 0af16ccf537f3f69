import { classOf, classOfExisting, labelName } from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import type { StoredModel } from '../models/stored-model.ts';
import type { MlJob } from '../request/ml-job.ts';
import type { JobLimits } from '../types.ts';
import type { Answer } from './answer-default.ts';
import type { CompatBatch } from './compat-batch.ts';
import { roundedWriter, writeNumber } from './numbers-json.ts';
import { type AnswerColumn, asciiJson, rowsJson } from './rows-json.ts';

/** pandas writes so many digits. */
const write = roundedWriter(10);

/**
 * Predicts rows as AntiNex core does: features and label are answered as they were scaled, the predicted
 * class is one of training only in the answer to the training request, and 0 or 1 later.
 *
 * @param trained whether this very request trained the model
 * @throws PipelineError MODEL_MISMATCH; TABLE_UNUSABLE for a predicted class that has no name or is none
 */
export function answerCompat(
  model: StoredModel,
  job: MlJob,
  batch: CompatBatch,
  context: { readonly limits: JobLimits; readonly trained: boolean; readonly isDataset: boolean },
): Answer {
  const { inputs, labels, columns, features } = batch;
  const { inputs: known } = model.network.description;
  if (inputs.columns !== known) {
    const reason = `takes ${known} columns, and the rows have ${inputs.columns}`;
    throw new PipelineError('MODEL_MISMATCH', { label: job.label, reason });
  }
  const scores = model.network.predict(inputs);
  const isRegression = job.mlType === 'regression';
  const predicted = isRegression ? scores : classesOfScores(model, scores, context.trained);
  const cells = columns.map((name): AnswerColumn => {
    if (name === job.predictFeature)
      return { name, values: predicted, write: isRegression ? write : writeNumber };
    return { name, values: inputs.values, stride: inputs.columns, offset: features.indexOf(name), write };
  });
  const row = Uint32Array.from(batch.places, (_, i) => i);
  // One row more than asked for: the original compares with "more than".
  const asked = Math.min(inputs.rows, job.maxRecords + 1);
  const { json, rows } = rowsJson(
    asked,
    [
      ...cells,
      { name: `_original_${job.predictFeature}`, values: labels, write },
      ...(isRegression ? inverseOf(job, batch, scores, context.isDataset) : labelNames(job, predicted)),
      { name: '_row_idx', values: row, write: writeNumber },
      { name: '_count', values: batch.places, write: writeNumber },
    ],
    context.limits.answerLength,
  );
  return { predictionsJson: json, predictedRows: rows, leftOffRows: inputs.rows - rows };
}

function classesOfScores({ classes }: StoredModel, scores: Float32Array, trained: boolean): Float64Array {
  return Float64Array.from(scores, (score) => {
    if (!trained || classes === undefined) return classOfExisting(score);
    const value = classOf(classes, score);
    if (value !== undefined) return value;
    throw unusable('all rows are of one class, and the network takes some for another');
  });
}

function labelNames({ labelRules }: MlJob, predicted: ArrayLike<number>): AnswerColumn[] {
  if (labelRules === undefined) return [];
  const nameOf = (value: number) => {
    const name = labelName(labelRules, value);
    if (name === undefined) throw unusable(`label_rules have no name for ${value}`);
    return asciiJson(name);
  };
  return [{ name: 'label_name', values: predicted, write: (text, value) => text.ascii(nameOf(value)) }];
}

/** A dataset's predictions in the unit of the column, which scaling took them from. */
function inverseOf(job: MlJob, batch: CompatBatch, scores: Float32Array, isDataset: boolean): AnswerColumn[] {
  if (!isDataset || !job.applyScaler) return [];
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const label of batch.rawLabels) {
    min = Math.min(min, label);
    max = Math.max(max, label);
  }
  const values = Float64Array.from(scores, (score) => min + ((score + 1) / 2) * (max - min || 2));
  return [{ name: `_predicted_${job.predictFeature}`, values, write }];
}

const unusable = (reason: string) => new PipelineError('TABLE_UNUSABLE', { what: 'the predictions', reason });
