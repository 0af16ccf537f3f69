import { PipelineError } from '@antinex/runtime';
import { type AiRequest, type AiRequestOptions, DEFAULTS, type Row } from './ai-request.ts';
import type { Template } from './template.ts';

/**
 * Makes the request that the Python client makes of the same rows and settings, for comparing and for
 * models that learned from such requests:
 *
 * - whatever Python takes for false (0, 0.0, "", None, False, []) becomes the missing value;
 * - columns that a row does not have, the predicted one among them, become its text: "-1.0";
 * - a label in a row is dropped;
 * - values that cannot be converted are left out, and then are columns the row does not have;
 * - metrics and histories that are not set are sent as [], whatever the template says, and the
 *   defaults of all other settings come before the template, too.
 *
 * The key order is Python's as well. JSON has one kind of number: Python writes 1.0 where 1 is written here.
 */
export function imitateOriginal(rows: readonly Row[], options: AiRequestOptions): AiRequest {
  const { template, ignoreFeatures = [], sortValues = [] } = options;
  if (template === undefined || Object.keys(template).length === 0) {
    throw new PipelineError('CONFIG_INVALID', {
      problems: ['a request without a template cannot be imitated'],
    });
  }
  const predictFeature = options.predictFeature ?? DEFAULTS.predictFeature;
  const features = (options.features ?? []).filter(
    (name) => name !== predictFeature && !ignoreFeatures.includes(name),
  );
  const converter = new Converter(options);
  const isFeature = new Set(features);
  const predictRows = rows.map((row) => {
    const read = converter.read(row, isFeature);
    for (const name of features) if (!Object.hasOwn(read, name)) read[name] = converter.missingValue;
    if (options.addPredictFeature ?? true) read[predictFeature] = converter.missingValue;
    return read;
  });
  return {
    body: {
      ...(structuredClone(template) as Template),
      label: options.modelName ?? DEFAULTS.modelName,
      predict_feature: predictFeature,
      predict_rows: predictRows,
      publish_to_core: options.publishToCore ?? true,
      seed: options.seed ?? DEFAULTS.seed,
      test_size: options.testSize ?? DEFAULTS.testSize,
      batch_size: options.batchSize ?? DEFAULTS.batchSize,
      epochs: options.epochs ?? DEFAULTS.epochs,
      num_splits: options.numSplits ?? DEFAULTS.numSplits,
      loss: options.loss ?? DEFAULTS.loss,
      optimizer: options.optimizer ?? DEFAULTS.optimizer,
      metrics: options.metrics ?? [],
      histories: options.histories ?? [],
      ml_type: options.mlType ?? DEFAULTS.mlType,
      ...(sortValues.length > 0 && { sort_values: sortValues }),
      ...(features.length > 0 && { features_to_process: features }),
      ...(ignoreFeatures.length > 0 && { ignore_features: ignoreFeatures }),
    },
    failedConversions: converter.failed,
  };
}

class Converter {
  readonly failed = new Map<string, number>();
  readonly missingValue: string;
  readonly #options: AiRequestOptions;

  constructor(options: AiRequestOptions) {
    this.#options = options;
    this.missingValue = options.missingValue ?? DEFAULTS.missingValue;
  }

  /** The row's own columns, in its order, converted. */
  read(row: Row, isFeature: ReadonlySet<string>): Record<string, unknown> {
    const { convertTo = 'float', includeFailedConversions } = this.#options;
    const read: Record<string, unknown> = {};
    for (const [name, raw] of Object.entries(row)) {
      if (!isFeature.has(name)) continue;
      const value = isFalse(raw) ? this.missingValue : raw;
      const converted = convertTo === false ? value : pythonNumber(value, convertTo);
      if (converted !== undefined) read[name] = converted;
      else {
        this.failed.set(name, (this.failed.get(name) ?? 0) + 1);
        if (includeFailedConversions) read[name] = value;
      }
    }
    return read;
  }
}

/** What `not value` is in Python, for values that JSON can hold. */
function isFalse(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return (
    value === undefined || value === null || value === false || value === '' || value === 0 || value === 0n
  );
}

const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const INTEGER = /^[+-]?\d+(?:_\d+)*$/;
const SPECIAL = /^([+-]?)(nan|inf(?:inity)?)$/i;

/** Python's float() or int(); undefined where it raises. */
function pythonNumber(value: unknown, kind: 'float' | 'int'): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') {
    if (kind === 'float') return value;
    return Number.isFinite(value) ? Math.trunc(value) : undefined;
  }
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (kind === 'int') return INTEGER.test(text) ? Number(text.replaceAll('_', '')) : undefined;
  const special = SPECIAL.exec(text);
  if (special) return specialNumber(special[1], special[2]);
  return FLOAT.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

function specialNumber(sign: string, name: string): number {
  if (name.toLowerCase() === 'nan') return Number.NaN;
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
