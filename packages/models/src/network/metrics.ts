import { PipelineError } from '@antinex/runtime';

/** What a request may call a metric, and what Keras calls it in a history. */
const NAMES = {
  accuracy: 'acc',
  acc: 'acc',
  mse: 'mean_squared_error',
  mean_squared_error: 'mean_squared_error',
  mae: 'mean_absolute_error',
  mean_absolute_error: 'mean_absolute_error',
  mape: 'mean_absolute_percentage_error',
  mean_absolute_percentage_error: 'mean_absolute_percentage_error',
  cosine: 'cosine_proximity',
  cosine_proximity: 'cosine_proximity',
} as const;

export type Metric = keyof typeof NAMES;
export const METRICS = Object.keys(NAMES) as Metric[];

/** The name of a metric in a history: `acc`, and `val_acc` of validation rows. */
export const historyName = (metric: Metric): string => NAMES[metric];

/**
 * The metrics of a request.
 *
 * @throws PipelineError NETWORK_INVALID
 */
export function parseMetrics(names: readonly unknown[]): Metric[] {
  const unknown = names.filter((name) => !METRICS.includes(name as Metric));
  if (unknown.length === 0) return names as Metric[];
  throw new PipelineError('NETWORK_INVALID', {
    problems: [`metrics must be of ${METRICS.join(', ')}`],
  });
}

/** A metric of one row: `outputs` and `targets` hold it from these places on, `width` long. */
export function metricOfRow(
  metric: Metric,
  outputs: Float32Array,
  output: number,
  targets: Float32Array,
  target: number,
  width: number,
): number {
  if (NAMES[metric] === 'cosine_proximity') return cosine(outputs, output, targets, target, width);
  let sum = 0;
  for (let i = 0; i < width; i++) sum += metricOf(NAMES[metric], outputs[output + i], targets[target + i]);
  return sum / width;
}

function metricOf(name: (typeof NAMES)[Metric], output: number, target: number): number {
  switch (name) {
    case 'acc':
      return (output > 0.5 ? 1 : 0) === target ? 1 : 0;
    case 'mean_squared_error':
      return (output - target) ** 2;
    case 'mean_absolute_error':
      return Math.abs(output - target);
    default:
      return (100 * Math.abs(output - target)) / Math.max(Math.abs(target), 1e-7);
  }
}

/** Minus the cosine of the angle between the two, as Keras counted it. */
function cosine(outputs: Float32Array, output: number, targets: Float32Array, target: number, width: number) {
  let product = 0;
  let outputSquares = 0;
  let targetSquares = 0;
  for (let i = 0; i < width; i++) {
    product += outputs[output + i] * targets[target + i];
    outputSquares += outputs[output + i] ** 2;
    targetSquares += targets[target + i] ** 2;
  }
  const lengths = Math.sqrt(outputSquares * targetSquares);
  return lengths === 0 ? 0 : -product / lengths;
}
