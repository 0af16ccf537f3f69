import { PipelineError } from '@antinex/runtime';
import { ACTIVATIONS, type Activation } from './activations.ts';
import { INITS, type Init } from './initial-weights.ts';

export interface DenseLayer {
  readonly type: 'dense';
  readonly units: number;
  readonly activation: Activation;
  readonly init: Init;
}

/** Leaves this share of its inputs out at random, while training only. */
export interface DropoutLayer {
  readonly type: 'dropout';
  readonly rate: number;
}

export type Layer = DenseLayer | DropoutLayer;

/** A sequence of layers; the last dense one's units are what the network gives. */
export interface NetworkDescription {
  readonly inputs: number;
  readonly layers: readonly Layer[];
}

/** What no request may exceed, so that none can take all memory. */
const NETWORK_LIMITS = { inputs: 65_536, layers: 64, units: 16_384, weights: 1 << 24 } as const;

/**
 * The network of an AntiNex request's `model_desc`; without one the network AntiNex uses then (8-6-1).
 *
 * @throws PipelineError NETWORK_INVALID, naming every field that is wrong
 */
export function describeNetwork(
  modelDesc: unknown,
  inputs: number,
  mlType: 'classification' | 'regression' = 'classification',
): NetworkDescription {
  const layers = modelDesc == null ? defaultLayers(mlType) : (modelDesc as { layers?: unknown }).layers;
  if (!Array.isArray(layers)) throw invalid(['model_desc.layers must be a list']);
  if (layers.length > NETWORK_LIMITS.layers)
    throw invalid([`model_desc.layers has more than ${NETWORK_LIMITS.layers} layers`]);
  const problems: string[] = [];
  const description = {
    inputs,
    layers: layers.map((layer, i) => parseLayer(Object(layer), `model_desc.layers[${i}]`, problems)),
  };
  if (problems.length > 0) throw invalid(problems);
  return checkDescription(description);
}

/**
 * The description, if a network can be made of it.
 *
 * @throws PipelineError NETWORK_INVALID
 */
export function checkDescription(description: NetworkDescription): NetworkDescription {
  const { inputs, layers } = description;
  const problems: string[] = [];
  if (!isCount(inputs, NETWORK_LIMITS.inputs)) problems.push(`inputs: 1 to ${NETWORK_LIMITS.inputs}`);
  if (layers.at(-1)?.type !== 'dense') problems.push('the last layer must be dense');
  for (const layer of layers) {
    if (layer.type === 'dropout') {
      if (!(layer.rate >= 0 && layer.rate < 1)) problems.push('rate: from 0 to below 1');
    } else {
      if (!isCount(layer.units, NETWORK_LIMITS.units)) problems.push(`units: 1 to ${NETWORK_LIMITS.units}`);
      if (!ACTIVATIONS.includes(layer.activation)) problems.push(`activation: ${ACTIVATIONS.join(', ')}`);
      if (!INITS.includes(layer.init)) problems.push(`init: ${INITS.join(', ')}`);
    }
  }
  if (problems.length === 0 && countWeights(description) > NETWORK_LIMITS.weights)
    problems.push(`it has more than ${NETWORK_LIMITS.weights} weights`);
  if (problems.length > 0) throw invalid(problems);
  return description;
}

/** A description in the words of a request. */
export const toModelDesc = ({ layers }: NetworkDescription) => ({
  layers: layers.map((layer) =>
    layer.type === 'dropout'
      ? { layer_type: 'dropout', rate: layer.rate }
      : { layer_type: 'dense', num_neurons: layer.units, init: layer.init, activation: layer.activation },
  ),
});

/** Weights and biases. */
export function countWeights({ inputs, layers }: NetworkDescription): number {
  let width = inputs;
  let weights = 0;
  for (const layer of layers) {
    if (layer.type === 'dropout') continue;
    weights += (width + 1) * layer.units;
    width = layer.units;
  }
  return weights;
}

/** How many numbers the network gives for a row. */
export const outputsOf = ({ layers }: NetworkDescription) => (layers.at(-1) as DenseLayer).units;

const invalid = (problems: readonly string[]) => new PipelineError('NETWORK_INVALID', { problems });

const isCount = (value: unknown, limit: number) =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= limit;

function defaultLayers(mlType: 'classification' | 'regression'): unknown[] {
  const isRegression = mlType === 'regression';
  const init = isRegression ? 'normal' : 'uniform';
  return [
    { num_neurons: 8, init, activation: 'relu' },
    { num_neurons: 6, init, activation: 'relu' },
    { num_neurons: 1, init, activation: isRegression ? 'linear' : 'sigmoid' },
  ];
}

function parseLayer(layer: Record<string, unknown>, at: string, problems: string[]): Layer {
  const choose = <T extends string>(field: string, value: unknown, known: readonly T[]): T => {
    if (known.includes(value as T)) return value as T;
    problems.push(`${at}.${field} must be one of ${known.join(', ')}`);
    return known[0];
  };
  const type = choose('layer_type', layer.layer_type ?? 'dense', ['dense', 'dropout']);
  if (type === 'dropout') {
    const rate = Number(layer.rate);
    if (!(rate >= 0 && rate < 1)) problems.push(`${at}.rate must be from 0 to below 1`);
    return { type, rate };
  }
  const units = layer.num_neurons as number;
  if (!isCount(units, NETWORK_LIMITS.units))
    problems.push(`${at}.num_neurons must be 1 to ${NETWORK_LIMITS.units}`);
  // Keras takes no activation for linear, and glorot_uniform where no init is given.
  const activation = choose('activation', layer.activation ?? 'linear', ACTIVATIONS);
  return { type, units, activation, init: choose('init', layer.init ?? 'glorot_uniform', INITS) };
}
