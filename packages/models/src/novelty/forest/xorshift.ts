/** The highest number that is drawn. */
const MAX = 0x7fffffff;

/** The generator of scikit-learn's trees (Marsaglia, Xorshift RNGs, 2003, with 13, 17 and 5). */
export class Xorshift {
  #state: number;

  constructor(seed: number) {
    // From 0 it would never get away.
    this.#state = seed === 0 ? 1 : seed | 0;
  }

  #next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state & MAX;
  }

  /** A whole number from `from` on and below `to`. */
  below(from: number, to: number): number {
    return from + (this.#next() % (to - from));
  }

  uniform(low: number, high: number): number {
    return ((high - low) * this.#next()) / MAX + low;
  }
}
