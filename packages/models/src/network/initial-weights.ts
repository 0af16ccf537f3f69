import type { RandomState } from '../data/random-state.ts';

export const INITS = [
  'uniform',
  'normal',
  'glorot_uniform',
  'glorot_normal',
  'he_uniform',
  'he_normal',
  'lecun_uniform',
  'lecun_normal',
  'random_uniform',
  'random_normal',
  'zeros',
  'zero',
  'ones',
  'one',
] as const;
/** The names Keras has for the ways to draw a layer's first weights. */
export type Init = (typeof INITS)[number];

const SPREAD = 0.05;

/** The standard deviation of a standard normal variable that is drawn again beyond 2. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** Draws one weight after the other of a layer with so many inputs and units. */
export function weightSource(init: Init, random: RandomState, inputs: number, units: number): () => number {
  const uniform = (limit: number) => () => random.uniform(-limit, limit);
  const truncated = (variance: number) => {
    const deviation = Math.sqrt(variance) / TRUNCATED_DEVIATION;
    return () => {
      let value = random.normal();
      while (Math.abs(value) > 2) value = random.normal();
      return value * deviation;
    };
  };
  switch (init) {
    case 'uniform':
    case 'random_uniform':
      return uniform(SPREAD);
    case 'normal':
    case 'random_normal':
      return () => random.normal() * SPREAD;
    case 'glorot_uniform':
      return uniform(Math.sqrt(6 / (inputs + units)));
    case 'glorot_normal':
      return truncated(2 / (inputs + units));
    case 'he_uniform':
      return uniform(Math.sqrt(6 / inputs));
    case 'he_normal':
      return truncated(2 / inputs);
    case 'lecun_uniform':
      return uniform(Math.sqrt(3 / inputs));
    case 'lecun_normal':
      return truncated(1 / inputs);
    case 'zeros':
    case 'zero':
      return () => 0;
    case 'ones':
    case 'one':
      return () => 1;
  }
}
