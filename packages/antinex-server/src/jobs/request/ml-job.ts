import {
  describeNetwork,
  type LabelRules,
  type Loss,
  outputsOf,
  parseLabelRules,
  parseMetrics,
} from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import type { JobRequest, Problem } from '../types.ts';
import { Fields } from './fields.ts';

const ML_TYPES = ['classification', 'regression', 'standalone-classification'] as const;
export type MlType = (typeof ML_TYPES)[number];

/** What Keras calls the losses there are. */
const LOSS_NAMES = {
  binary_crossentropy: 'binary_crossentropy',
  mse: 'mse',
  mean_squared_error: 'mse',
  mae: 'mae',
  mean_absolute_error: 'mae',
} as const satisfies Record<string, Loss>;

const MOST_FOLDS = 100;
const MOST_EPOCHS = 100_000;
const LARGEST_BATCH = 65_536;
const RECORDS = 100_000;
const MOST_RECORDS = 1_000_000_000;

/** A `/ml/` request, checked, without its rows: what a thread needs to know. */
export interface MlJob {
  /** The model's name as it came, and as models are told apart. */
  readonly label: string;
  readonly name: string;
  readonly mlType: MlType;
  readonly predictFeature: string;
  /** The columns to learn from, in order; none when the model's are meant. */
  readonly features: readonly string[];
  readonly sortValues: readonly string[];
  readonly modelDesc: unknown;
  readonly loss: Loss;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly testSize: number;
  readonly numSplits: number;
  readonly labelRules: LabelRules | undefined;
  readonly applyScaler: boolean;
  /** Rows that are answered. */
  readonly maxRecords: number;
  /** Train although the model is there. */
  readonly retrain: boolean;
}

/** Where a job's rows are. */
export type RowSource = { readonly rows: readonly unknown[] } | { readonly dataset: string };

export interface ParsedRequest {
  readonly job: MlJob;
  readonly source: RowSource;
}

/**
 * Reads a `/ml/` body; in `problems` is what is wrong with it, and then the rest means nothing.
 * Fields and defaults are those of the AntiNex API; `retrain` is ours.
 */
export function parseMlRequest(
  request: JobRequest,
  compat: boolean,
): ParsedRequest & { readonly problems: readonly Problem[] } {
  const fields = new Fields(request);
  const mlType = fields.word('ml_type', ML_TYPES, 'classification');
  const isRegression = mlType === 'regression';
  const predictFeature = fields.text('predict_feature', 'label_value');
  const ignored = new Set([...fields.names('ignore_features'), predictFeature]);
  const features = fields.names('features_to_process').filter((name) => !ignored.has(name));
  fields.word('optimizer', ['adam'], 'adam');
  checkMetrics(fields);
  const lossNames = Object.keys(LOSS_NAMES) as (keyof typeof LOSS_NAMES)[];
  // The original has models without a name, too.
  const label = fields.text('label', compat ? '' : undefined);
  const job: MlJob = {
    label,
    name: label.trim().toLowerCase(),
    mlType,
    predictFeature,
    features,
    sortValues: fields.names('sort_values'),
    modelDesc: modelDescOf(fields, features.length, isRegression),
    loss: LOSS_NAMES[fields.word('loss', lossNames, isRegression ? 'mse' : 'binary_crossentropy')],
    epochs: fields.count('epochs', 5, 1, MOST_EPOCHS),
    batchSize: fields.count('batch_size', 32, 1, LARGEST_BATCH),
    seed: fields.count('seed', 9, 0, 0xffffffff),
    testSize: fields.share('test_size', 0.2),
    numSplits: fields.count('num_splits', 5, 2, MOST_FOLDS),
    labelRules: labelRulesOf(fields),
    applyScaler: fields.flag('apply_scaler', true),
    maxRecords: fields.count('max_records', RECORDS, 1, MOST_RECORDS),
    retrain: fields.flag('retrain', false),
  };
  return { job, source: sourceOf(fields), problems: fields.problems };
}

function sourceOf(fields: Fields): RowSource {
  const rows = fields.value('predict_rows');
  if (rows === undefined) {
    const isThere = ['dataset', 'csv_file'].some((field) => fields.value(field) !== undefined);
    if (!isThere) fields.wrong('predict_rows', 'or dataset must be there');
    const dataset = isThere
      ? fields.text(fields.value('dataset') === undefined ? 'csv_file' : 'dataset')
      : '';
    return { dataset };
  }
  if (!Array.isArray(rows)) fields.wrong('predict_rows', 'must be a list of rows');
  else if (rows.length === 0) fields.wrong('predict_rows', 'has no rows');
  else {
    const bad = rows.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
    if (bad >= 0) fields.wrong(`predict_rows[${bad}]`, 'must be an object');
  }
  return { rows: Array.isArray(rows) ? rows : [] };
}

function modelDescOf(fields: Fields, inputs: number, isRegression: boolean): unknown {
  const modelDesc = fields.value('model_desc');
  note(fields, 'model_desc', () => {
    // How many columns a model of before has is not known here, and one will do.
    const network = describeNetwork(
      modelDesc,
      Math.max(inputs, 1),
      isRegression ? 'regression' : 'classification',
    );
    if (outputsOf(network) !== 1) fields.wrong('model_desc', 'must end with a layer of 1 neuron');
  });
  return modelDesc;
}

/** What is told of a training is always the same; a metric that there is none of is an error all the same. */
function checkMetrics(fields: Fields): void {
  const names = fields.names('metrics');
  note(fields, 'metrics', () => parseMetrics(names));
}

function labelRulesOf(fields: Fields): LabelRules | undefined {
  const rules = fields.value('label_rules');
  if (rules === undefined) return undefined;
  return note(fields, 'label_rules', () => parseLabelRules(rules));
}

/** Notes what is thrown as problems: those of a network by the fields that they name. */
function note<T>(fields: Fields, field: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    for (const problem of problemsOf(error)) {
      const [named, ...words] = problem.split(' ');
      if (named.startsWith(field)) fields.wrong(named, words.join(' '));
      else fields.wrong(field, problem);
    }
    return undefined;
  }
}

function problemsOf(error: PipelineError): readonly string[] {
  const { problems, reason } = error.details as { problems?: readonly string[]; reason?: string };
  return problems ?? [reason ?? error.message];
}
