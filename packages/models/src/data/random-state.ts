import { log } from './exact-math.ts';

const SIZE = 624;
const SHIFT = 397;

/**
 * The numbers of numpy's RandomState(seed): MT19937 (Matsumoto and Nishimura 1998) with the same ways to
 * doubles, permutations and normal deviates, so that scikit-learn's splits come out the same.
 */
export class RandomState {
  readonly #state = new Uint32Array(SIZE);
  #at = SIZE;
  #spareNormal: number | undefined;

  /** @param seed 0 ... 4294967295 */
  constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const last = this.#state[i - 1];
      this.#state[i] = Math.imul(last ^ (last >>> 30), 1_812_433_253) + i;
    }
  }

  uint32(): number {
    if (this.#at === SIZE) this.#twist();
    let y = this.#state[this.#at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** 0 <= double < 1, with 53 random bits. */
  double(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  uniform(from: number, to: number): number {
    return from + (to - from) * this.double();
  }

  /** A standard normal deviate, by the polar method. */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * this.double() - 1;
      y = 2 * this.double() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * log(square)) / square);
    this.#spareNormal = factor * x;
    return factor * y;
  }

  /** A whole number from 0 to `max` and including it. */
  interval(max: number): number {
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    let value: number;
    do {
      value = (this.uint32() & mask) >>> 0;
    } while (value > max);
    return value;
  }

  shuffle(order: Uint32Array): void {
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.interval(i);
      const moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
  }

  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    this.shuffle(order);
    return order;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + SHIFT) % SIZE] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }
}
