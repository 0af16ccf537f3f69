import type { DenseLayer, NetworkDescription } from './description.ts';

/** Rows of the kernels' matrices take a multiple of this many floats. */
const LANES = 4;
export const padded = (width: number) => Math.ceil(width / LANES) * LANES;

/** A dense layer's places in memory, in floats. */
export interface DensePlaces {
  readonly layer: DenseLayer;
  /** Layers before it in the description, dropout included. */
  readonly inputs: number;
  readonly units: number;
  /** `inputs` rows of `stride` floats. */
  readonly weights: number;
  readonly bias: number;
  readonly stride: number;
  /** What is left out of its inputs; 0 for nothing. */
  readonly dropout: number;
  /** What it takes, when training with dropout; what it gives; slopes by its sums. */
  readonly dropped: number;
  readonly outputs: number;
  readonly slopes: number;
}

/** Where all is: the weights from 0 on, and when training their gradients and moments behind them. */
export interface Layout {
  readonly dense: readonly DensePlaces[];
  /** Weights and biases, padding included. */
  readonly weights: number;
  readonly input: number;
  readonly inputStride: number;
  /** A column of ones, a row of zeros, and room for a transposed weight matrix (training only). */
  readonly ones: number;
  readonly zeros: number;
  readonly transposed: number;
  /** Rows that fit at once. */
  readonly capacity: number;
  readonly floats: number;
}

export function layOut(description: NetworkDescription, capacity: number, isTraining: boolean): Layout {
  let end = 0;
  const reserve = (floats: number) => {
    end += floats;
    return end - floats;
  };
  const sizes = denseSizes(description);
  const parameters = sizes.map(({ inputs, units }) => ({
    weights: reserve(inputs * padded(units)),
    bias: reserve(padded(units)),
  }));
  const weights = end;
  if (isTraining) reserve(3 * weights);
  const input = reserve(capacity * padded(description.inputs));
  const dense = sizes.map((size, i) => {
    const stride = padded(size.units);
    return {
      ...size,
      ...parameters[i],
      stride,
      outputs: reserve(capacity * stride),
      slopes: isTraining ? reserve(capacity * stride) : 0,
      dropped: isTraining && size.dropout > 0 ? reserve(2 * capacity * padded(size.inputs)) : 0,
    };
  });
  const widest = Math.max(...sizes.map(({ inputs, units }) => Math.max(padded(inputs), padded(units))));
  const largest = Math.max(0, ...sizes.slice(1).map(({ inputs, units }) => padded(inputs) * units));
  return {
    dense,
    weights,
    input,
    inputStride: padded(description.inputs),
    ones: isTraining ? reserve(padded(capacity)) : 0,
    zeros: reserve(widest),
    transposed: isTraining ? reserve(largest) : 0,
    capacity,
    floats: end,
  };
}

function denseSizes({ inputs, layers }: NetworkDescription) {
  const sizes: Pick<DensePlaces, 'layer' | 'inputs' | 'units' | 'dropout'>[] = [];
  let width = inputs;
  let kept = 1;
  for (const layer of layers) {
    if (layer.type === 'dropout') {
      kept *= 1 - layer.rate;
      continue;
    }
    sizes.push({ layer, inputs: width, units: layer.units, dropout: 1 - kept });
    width = layer.units;
    kept = 1;
  }
  return sizes;
}
