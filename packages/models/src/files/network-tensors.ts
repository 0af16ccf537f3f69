import type { DenseNetwork } from '../network/dense-network.ts';
import type { Tensor } from './tensor-file.ts';

/** A network's weights as arrays of a file. */
export function networkTensors(network: DenseNetwork): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  network.weights().forEach(({ weights, bias }, i) => {
    tensors.set(`dense.${i}.weight`, { shape: [weights.length / bias.length, bias.length], values: weights });
    tensors.set(`dense.${i}.bias`, { shape: [bias.length], values: bias });
  });
  return tensors;
}

/** Sets the weights to arrays of a file. @throws Error for arrays that are not this network's */
export function takeWeights(
  network: DenseNetwork,
  take: (name: string, shape: readonly number[]) => Float32Array,
): void {
  network.setWeights(
    network.layout.dense.map(({ inputs, units }, i) => ({
      weights: take(`dense.${i}.weight`, [inputs, units]),
      bias: take(`dense.${i}.bias`, [units]),
    })),
  );
}
