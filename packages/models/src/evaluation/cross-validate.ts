import { fitStandard, scale } from '../data/scaler.ts';
import type { Split } from '../data/splits.ts';
import { takeRows } from '../data/table.ts';
import type { NetworkDescription } from '../network/description.ts';
import { type Examples, scoreNetwork, type TrainingOptions, trainNetwork } from '../network/train.ts';

export interface CrossValidation {
  readonly scores: readonly number[];
  readonly mean: number;
  /** Of the scores, all of them counted. */
  readonly deviation: number;
}

/**
 * A fresh network for each fold, columns standardised by its training part: the score AntiNex calls
 * accuracy. It is the share of right rows with a cross-entropy loss, otherwise minus the loss.
 *
 * @throws what training throws
 */
export async function crossValidate(
  description: NetworkDescription,
  examples: Examples,
  folds: readonly Split[],
  options: TrainingOptions,
): Promise<CrossValidation> {
  const scores: number[] = [];
  for (const { train, test } of folds) {
    const inputs = takeRows(examples.inputs, train);
    const scaler = fitStandard(inputs);
    const { network } = await trainNetwork(
      description,
      { inputs: scale(scaler, inputs), targets: takeRows(examples.targets, train) },
      { ...options, validation: undefined },
    );
    const held = {
      inputs: scale(scaler, takeRows(examples.inputs, test)),
      targets: takeRows(examples.targets, test),
    };
    const { loss, acc } = scoreNetwork(network, held, options.loss, ['accuracy']);
    scores.push(options.loss === 'binary_crossentropy' ? acc : -loss);
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { scores, mean, deviation: Math.sqrt(squares / scores.length) };
}
