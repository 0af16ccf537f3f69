import { PipelineError } from '@antinex/runtime';
import type { Algorithm } from './algorithm.ts';
import { autoencoder } from './autoencoder/autoencoder.ts';
import { isolationForest } from './forest/isolation-forest.ts';
import { kde } from './kde/kde.ts';
import { gmm } from './mixture/gmm.ts';
import { ocsvm } from './ocsvm/ocsvm.ts';
import { pca } from './pca/pca.ts';

/** Every algorithm there is, in netml's order, by netml's names; a command line's help is made of it. */
export const NOVELTY_ALGORITHMS: readonly Algorithm[] = [ocsvm, kde, isolationForest, autoencoder, gmm, pca];

/**
 * The algorithm of a name, in capitals or not.
 *
 * @throws PipelineError ALGORITHM_UNKNOWN
 */
export function findAlgorithm(name: string): Algorithm {
  const algorithm = NOVELTY_ALGORITHMS.find((one) => one.name === name.toUpperCase());
  if (algorithm) return algorithm;
  throw new PipelineError('ALGORITHM_UNKNOWN', { name, known: NOVELTY_ALGORITHMS.map((one) => one.name) });
}
