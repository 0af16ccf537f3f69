import { log } from '../data/exact-math.ts';

export const LOSSES = ['binary_crossentropy', 'mse', 'mae'] as const;
export type Loss = (typeof LOSSES)[number];

/** Keras keeps probabilities this far from 0 and 1 before it takes their logarithm. */
const FUZZ = 1e-7;

const clip = (value: number) => Math.min(Math.max(value, FUZZ), 1 - FUZZ);

/** The loss of one output; a row's is the mean over its outputs, a batch's the mean over its rows. */
export function lossOf(loss: Loss, output: number, target: number): number {
  switch (loss) {
    case 'binary_crossentropy': {
      const p = clip(output);
      return -(target === 0 ? 0 : target * log(p)) - (target === 1 ? 0 : (1 - target) * log(1 - p));
    }
    case 'mse':
      return (output - target) ** 2;
    case 'mae':
      return Math.abs(output - target);
  }
}

/** The slope of the loss by the output; 0 where the output is kept away from 0 or 1. */
export function lossSlope(loss: Loss, output: number, target: number): number {
  switch (loss) {
    case 'binary_crossentropy': {
      const p = clip(output);
      return p === output ? (p - target) / (p * (1 - p)) : 0;
    }
    case 'mse':
      return 2 * (output - target);
    case 'mae':
      return Math.sign(output - target);
  }
}
