import type { RandomState } from '../../data/random-state.ts';

/** Whole numbers below `population`, each at most once, as sample_without_replacement of scikit-learn draws. */
export function drawWithout(random: RandomState, population: number, count: number): Uint32Array {
  const share = count / population;
  if (share > 0.01 && share < 0.99) return random.permutation(population).subarray(0, count);
  return share < 0.01 || count === 0
    ? drawFew(random, population, count)
    : drawMost(random, population, count);
}

/** Draws again what was drawn before. */
function drawFew(random: RandomState, population: number, count: number): Uint32Array {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(random.interval(population - 1));
  return Uint32Array.from(drawn);
}

/** Reservoir sampling. */
function drawMost(random: RandomState, population: number, count: number): Uint32Array {
  const drawn = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count; i < population; i++) {
    const place = random.interval(i);
    if (place < count) drawn[place] = i;
  }
  return drawn;
}

/** Numbers below `population`, any of them as often as it comes. */
export const drawWith = (random: RandomState, population: number, count: number) =>
  Uint32Array.from({ length: count }, () => random.interval(population - 1));
