import { classOf, labelName, scale, type Table } from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import type { StoredModel } from '../models/stored-model.ts';
import type { MlJob } from '../request/ml-job.ts';
import { columnOf, type Frame } from '../rows/frame.ts';
import type { JobLimits } from '../types.ts';
import { roundedWriter, writeNumber } from './numbers-json.ts';
import { type AnswerColumn, asciiJson, type CellWriter, rowsJson } from './rows-json.ts';
import { MISSING_VALUE, tableOf } from './tables.ts';

/** Digits behind the point that float32 still has a meaning for. */
const SCALED_DIGITS = 7;
const writeScaled = roundedWriter(SCALED_DIGITS);
const NOT_THERE = asciiJson('missing-from-dataset');

/** Rows as JSON, and how many there are. */
export interface Answer {
  readonly predictionsJson: string;
  readonly predictedRows: number;
  readonly leftOffRows: number;
}

/**
 * Predicts each row of a frame. An answered row has each feature as it came (null for none), what is
 * predicted, `_scaled_` features as the network saw them, `_original_` and the predicted column as it came,
 * `label_name` (null without a rule for it), `_score` (what the network gave), `_row_idx` and `_count` (the
 * row's place in the request).
 */
export function answerDefault(model: StoredModel, job: MlJob, frame: Frame, limits: JobLimits): Answer {
  const { columns, scaler, network } = model;
  const raw = tableOf(frame, columns, MISSING_VALUE);
  const inputs = scaler ? scale(scaler, raw) : raw;
  const scores = network.predict(inputs);
  const asked = Math.min(frame.rows, job.maxRecords);
  const { json, rows } = rowsJson(asked, columnsOf(model, job, frame, inputs, scores), limits.answerLength);
  return { predictionsJson: json, predictedRows: rows, leftOffRows: frame.rows - rows };
}

function columnsOf(
  model: StoredModel,
  job: MlJob,
  frame: Frame,
  inputs: Table,
  scores: Float32Array,
): AnswerColumn[] {
  const { columns, scaler } = model;
  const { predictFeature } = model.details;
  const predicted = predictionsOf(model, scores);
  const places = Uint32Array.from({ length: frame.rows }, (_, row) => row);
  const features = columns.map((name): AnswerColumn => {
    const offset = frame.columns.indexOf(name);
    if (offset < 0) throw new PipelineError('UNEXPECTED', { message: `the column ${name} was not read` });
    return { name, values: frame.values, stride: frame.columns.length, offset, write: writeNumber };
  });
  const scaled = columns.map((name, offset) => ({
    name: `_scaled_${name}`,
    values: inputs.values,
    stride: inputs.columns,
    offset,
    write: writeScaled,
  }));
  return [
    ...features,
    { name: predictFeature, values: predicted, write: writeNumber },
    ...(scaler ? scaled : []),
    originalOf(frame, predictFeature),
    ...(model.classes ? [labelNameOf(model, job, predicted)] : []),
    { name: '_score', values: scores, write: writeScaled },
    { name: '_row_idx', values: places, write: writeNumber },
    { name: '_count', values: places, write: writeNumber },
  ];
}

function predictionsOf({ classes, details }: StoredModel, scores: Float32Array): Float64Array {
  if (classes) return Float64Array.from(scores, (score) => classOf(classes, score));
  const { factor, offset } = details.target ?? { factor: 1, offset: 0 };
  return Float64Array.from(scores, (score) => (score - offset) / factor);
}

function originalOf(frame: Frame, predictFeature: string): AnswerColumn {
  const values = columnOf(frame, predictFeature) ?? new Float64Array(frame.rows).fill(Number.NaN);
  const write: CellWriter = (text, value) => {
    if (Number.isNaN(value)) text.ascii(NOT_THERE);
    else writeNumber(text, value);
  };
  return { name: `_original_${predictFeature}`, values, write };
}

function labelNameOf(model: StoredModel, job: MlJob, predicted: Float64Array): AnswerColumn {
  const rules = job.labelRules ?? model.labelRules;
  const names = new Map(
    model.classes!.map((value) => [value, asciiJson((rules && labelName(rules, value)) ?? null)]),
  );
  return { name: 'label_name', values: predicted, write: (text, value) => text.ascii(names.get(value)!) };
}
