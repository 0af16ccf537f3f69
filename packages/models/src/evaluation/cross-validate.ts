import { fitStandard, type Scaler, scale } from '../data/scaler.ts';
import type { Split } from '../data/splits.ts';
import { type Table, takeRows } from '../data/table.ts';
import type { NetworkDescription } from '../network/description.ts';
import { type Examples, scoreNetwork, type TrainingOptions, trainNetwork } from '../network/train.ts';

export interface CrossValidation {
  readonly scores: readonly number[];
  readonly mean: number;
  /** Of the scores, all of them counted. */
  readonly deviation: number;
}

export interface CrossValidationOptions extends TrainingOptions {
  /** How a fold's training part says that columns are scaled; standardised, as AntiNex does, unless given. */
  readonly fit?: ((inputs: Table) => Scaler | undefined) | undefined;
  /** The share of right rows, or minus the loss; unless given the former with a cross-entropy loss. */
  readonly scoreBy?: 'accuracy' | 'loss' | undefined;
}

/**
 * A fresh network for each fold, columns scaled by its training part: the score AntiNex calls accuracy.
 *
 * @throws what training throws
 */
export async function crossValidate(
  description: NetworkDescription,
  examples: Examples,
  folds: readonly Split[],
  options: CrossValidationOptions,
): Promise<CrossValidation> {
  const { fit = fitStandard, loss } = options;
  const { scoreBy = loss === 'binary_crossentropy' ? 'accuracy' : 'loss' } = options;
  const scores: number[] = [];
  for (const { train, test } of folds) {
    const inputs = takeRows(examples.inputs, train);
    const scaler = fit(inputs);
    const scaled = (rows: Table) => (scaler === undefined ? rows : scale(scaler, rows));
    const { network } = await trainNetwork(
      description,
      { inputs: scaled(inputs), targets: takeRows(examples.targets, train) },
      { ...options, validation: undefined },
    );
    const held = {
      inputs: scaled(takeRows(examples.inputs, test)),
      targets: takeRows(examples.targets, test),
    };
    const { loss: heldLoss, acc } = scoreNetwork(network, held, loss, ['accuracy']);
    scores.push(scoreBy === 'accuracy' ? acc : -heldLoss);
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { scores, mean, deviation: Math.sqrt(squares / scores.length) };
}
