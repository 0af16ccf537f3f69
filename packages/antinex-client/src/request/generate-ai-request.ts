import { PipelineError } from '@antinex/runtime';
import { type AiRequest, type AiRequestOptions, DEFAULTS, type Row } from './ai-request.ts';
import { MISSING, toNumber } from './convert.ts';
import { imitateOriginal } from './imitate-original.ts';
import { DJANGO_TEMPLATE, type Template } from './template.ts';

/**
 * Makes the request for predictions (or a training) of rows. A row keeps its values, zeros too, as
 * numbers; what it does not have becomes the missing value. What is set comes before what the template
 * says, and that before the defaults.
 *
 * @throws PipelineError CONFIG_INVALID when there are no rows or no columns to send.
 */
export function generateAiRequest(rows: readonly Row[], options: AiRequestOptions = {}): AiRequest {
  if (rows.length === 0) throw bad('there are no rows to predict');
  if (options.imitateOriginal) return imitateOriginal(rows, options);
  const template = options.template ?? DJANGO_TEMPLATE;
  const predictFeature =
    options.predictFeature ?? textIn(template, 'predict_feature', DEFAULTS.predictFeature);
  const ignored = options.ignoreFeatures ?? listIn(template, 'ignore_features') ?? [];
  const features = featuresOf(options, template).filter(
    (name) => name !== predictFeature && !ignored.includes(name),
  );
  if (features.length === 0) throw bad('no column is left to send: set ANTINEX_FEATURES_TO_PROCESS');
  const reader = new RowReader(options);
  const keepsLabel = options.addPredictFeature ?? true;
  const predictRows = rows.map((row) => reader.read(row, features, predictFeature, keepsLabel));
  const body = {
    ...template,
    label: options.modelName ?? textIn(template, 'label', DEFAULTS.modelName),
    ml_type: options.mlType ?? template.ml_type ?? DEFAULTS.mlType,
    predict_feature: predictFeature,
    features_to_process: features,
    ...(ignored.length > 0 && { ignore_features: ignored }),
    seed: options.seed ?? template.seed ?? DEFAULTS.seed,
    test_size: options.testSize ?? template.test_size ?? DEFAULTS.testSize,
    batch_size: options.batchSize ?? template.batch_size ?? DEFAULTS.batchSize,
    epochs: options.epochs ?? template.epochs ?? DEFAULTS.epochs,
    num_splits: options.numSplits ?? template.num_splits ?? DEFAULTS.numSplits,
    loss: options.loss ?? template.loss ?? DEFAULTS.loss,
    optimizer: options.optimizer ?? template.optimizer ?? DEFAULTS.optimizer,
    ...(options.sortValues && { sort_values: options.sortValues }),
    ...(options.metrics && { metrics: options.metrics }),
    ...(options.histories && { histories: options.histories }),
    ...(options.version !== undefined && { version: options.version }),
    publish_to_core: options.publishToCore ?? template.publish_to_core ?? true,
    predict_rows: predictRows,
  };
  return { body, failedConversions: reader.failed };
}

/** Makes rows of numbers, and counts what could not be made one. */
class RowReader {
  readonly failed = new Map<string, number>();
  readonly #kind: 'float' | 'int' | false;
  readonly #keepsFailed: boolean;
  readonly #missing: number;

  constructor({ convertTo = 'float', includeFailedConversions = false, missingValue }: AiRequestOptions) {
    this.#kind = convertTo;
    this.#keepsFailed = includeFailedConversions;
    const missing = toNumber(missingValue ?? DEFAULTS.missingValue, 'float');
    if (typeof missing !== 'number') throw bad(`ANTINEX_MISSING_VALUE must be a number`);
    this.#missing = missing;
  }

  read(row: Row, features: readonly string[], label: string, keepsLabel: boolean): Record<string, unknown> {
    const read: Record<string, unknown> = {};
    for (const name of features) read[name] = this.#value(name, row[name]);
    if (keepsLabel || row[label] !== undefined) read[label] = this.#value(label, row[label]);
    return read;
  }

  #value(name: string, value: unknown): unknown {
    const number = toNumber(value, this.#kind || 'float');
    if (number === MISSING) return this.#missing;
    if (this.#kind === false) return value;
    if (number !== undefined) return number;
    this.failed.set(name, (this.failed.get(name) ?? 0) + 1);
    return this.#keepsFailed ? value : this.#missing;
  }
}

function featuresOf({ features }: AiRequestOptions, template: Template): string[] {
  return [...new Set(features ?? listIn(template, 'features_to_process') ?? [])];
}

function listIn(template: Template, key: string): string[] | undefined {
  const value = template[key];
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : undefined;
}

function textIn(template: Template, key: string, otherwise: string): string {
  const value = template[key];
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

const bad = (problem: string) => new PipelineError('CONFIG_INVALID', { problems: [problem] });
