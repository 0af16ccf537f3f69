import type { Breather } from '../../data/breather.ts';
import type { KernelRows } from './kernel-rows.ts';

/** What a row's weight can do. */
const AT_ZERO = 0;
const FREE = 1;
const AT_ONE = 2;

/** Stands in for a curvature that is none. */
const TINY_CURVATURE = 1e-12;

/** The weights of a one-class SVM while they are found, and the pair of rows that is to change next. */
export class WorkingSet {
  readonly weights: Float64Array;
  readonly #kernel: KernelRows;
  readonly #tolerance: number;
  readonly #states: Uint8Array;
  /** Each row's likeness to all rows by their weights, and to those whose weight is 1. */
  readonly #gradient: Float64Array;
  readonly #gradientOfOnes: Float64Array;
  /** All rows; only the first `activeCount` of them are looked at. Their order decides between equals. */
  readonly #order: Uint32Array;
  #activeCount: number;
  #hasUnshrunk = false;
  #rising = -1;
  #falling = -1;

  constructor(kernel: KernelRows, tolerance: number) {
    const { count } = kernel;
    this.#kernel = kernel;
    this.#tolerance = tolerance;
    this.weights = new Float64Array(count);
    this.#states = new Uint8Array(count);
    this.#gradient = new Float64Array(count);
    this.#gradientOfOnes = new Float64Array(count);
    this.#order = Uint32Array.from({ length: count }, (_, row) => row);
    this.#activeCount = count;
  }

  /** Gives the first rows what weight there is, 1 each. */
  async start(meanWeight: number, breather: Breather): Promise<void> {
    let left = 0;
    for (const _ of this.weights) left += meanWeight;
    for (let row = 0; left > 0 && row < this.weights.length; row++) {
      const weight = Math.min(1, left);
      left -= weight;
      this.weights[row] = weight;
      this.#states[row] = stateOf(weight);
      this.#add(this.#gradient, row, weight);
      if (weight === 1) this.#add(this.#gradientOfOnes, row, 1);
      if (breather.isDue) await breather.pause();
    }
  }

  /** Finds the rows whose weights are to change: false if none are worth it. */
  select(): boolean {
    const order = this.#order;
    const gradient = this.#gradient;
    const states = this.#states;
    const count = this.#activeCount;
    let rising = -1;
    let most = -Infinity;
    for (let at = 0; at < count; at++) {
      const row = order[at];
      if (states[row] !== AT_ONE && -gradient[row] >= most) {
        most = -gradient[row];
        rising = row;
      }
    }
    this.#rising = rising;
    this.#falling = -1;
    if (rising < 0) return false;
    const { diagonal } = this.#kernel;
    const likeness = this.#kernel.row(rising);
    let highest = -Infinity;
    let least = Infinity;
    for (let at = 0; at < count; at++) {
      const row = order[at];
      if (states[row] === AT_ZERO) continue;
      if (gradient[row] >= highest) highest = gradient[row];
      const slope = most + gradient[row];
      if (!(slope > 0)) continue;
      const curvature = diagonal[rising] + diagonal[row] - 2 * likeness[row];
      const change = -(slope * slope) / (curvature > 0 ? curvature : TINY_CURVATURE);
      if (change <= least) {
        least = change;
        this.#falling = row;
      }
    }
    return !(most + highest < this.#tolerance || this.#falling < 0);
  }

  /** Moves weight from the falling to the rising row as far as it helps. */
  step(): void {
    const rising = this.#rising;
    const falling = this.#falling;
    const { weights } = this;
    const { diagonal } = this.#kernel;
    const before = [weights[rising], weights[falling]] as const;
    const ofRising = this.#kernel.row(rising);
    const ofFalling = this.#kernel.row(falling);
    const curvature = diagonal[rising] + diagonal[falling] - 2 * ofRising[falling];
    const move =
      (this.#gradient[rising] - this.#gradient[falling]) / (curvature > 0 ? curvature : TINY_CURVATURE);
    [weights[rising], weights[falling]] = keepInBounds(
      before[0] - move,
      before[1] + move,
      before[0] + before[1],
    );

    const risen = weights[rising] - before[0];
    const fallen = weights[falling] - before[1];
    const order = this.#order;
    const gradient = this.#gradient;
    for (let at = 0; at < this.#activeCount; at++) {
      const row = order[at];
      gradient[row] += ofRising[row] * risen + ofFalling[row] * fallen;
    }
    this.#updateState(rising);
    this.#updateState(falling);
  }

  /** Leaves out rows whose weight is 0 or 1 and likely to stay so. */
  shrink(): void {
    const [most, highest] = this.#violation();
    if (!this.#hasUnshrunk && most + highest <= this.#tolerance * 10) {
      this.#hasUnshrunk = true;
      this.unshrink();
    }
    const order = this.#order;
    const canLeave = (at: number) => {
      const row = order[at];
      if (this.#states[row] === AT_ONE) return -this.#gradient[row] > most;
      return this.#states[row] === AT_ZERO && this.#gradient[row] > highest;
    };
    for (let at = 0; at < this.#activeCount; at++) {
      if (!canLeave(at)) continue;
      this.#activeCount--;
      while (this.#activeCount > at) {
        const last = this.#activeCount;
        if (!canLeave(last)) {
          [order[at], order[last]] = [order[last], order[at]];
          break;
        }
        this.#activeCount--;
      }
    }
  }

  /** Looks at all rows again. */
  unshrink(): void {
    const { length } = this.#order;
    if (this.#activeCount === length) return;
    const active = this.#order.subarray(0, this.#activeCount);
    const left = this.#order.subarray(this.#activeCount);
    const free = active.filter((row) => this.#states[row] === FREE);
    for (const row of left) this.#gradient[row] = this.#gradientOfOnes[row];
    if (free.length * length > 2 * active.length * left.length) {
      for (const row of left) {
        const likeness = this.#kernel.row(row);
        for (const other of free) this.#gradient[row] += this.weights[other] * likeness[other];
      }
    } else {
      for (const other of free) {
        const likeness = this.#kernel.row(other);
        const weight = this.weights[other];
        for (const row of left) this.#gradient[row] += weight * likeness[row];
      }
    }
    this.#activeCount = length;
  }

  /** Where the line is: the likeness of the rows that lie on it. */
  rho(): number {
    let low = -Infinity;
    let high = Infinity;
    let sum = 0;
    let free = 0;
    for (const row of this.#order) {
      const likeness = this.#gradient[row];
      if (this.#states[row] === AT_ONE) low = Math.max(low, likeness);
      else if (this.#states[row] === AT_ZERO) high = Math.min(high, likeness);
      else {
        free++;
        sum += likeness;
      }
    }
    if (free > 0) return sum / free;
    // With every weight at 1 there is no upper end, and with none no lower one.
    if (!Number.isFinite(high)) return low;
    return Number.isFinite(low) ? (low + high) / 2 : high;
  }

  /** The steepest ways up and down: where their sum is small, the weights are right. */
  #violation(): [most: number, highest: number] {
    let most = -Infinity;
    let highest = -Infinity;
    for (let at = 0; at < this.#activeCount; at++) {
      const row = this.#order[at];
      const gradient = this.#gradient[row];
      if (this.#states[row] !== AT_ONE && -gradient >= most) most = -gradient;
      if (this.#states[row] !== AT_ZERO && gradient >= highest) highest = gradient;
    }
    return [most, highest];
  }

  #updateState(row: number): void {
    const before = this.#states[row];
    const now = stateOf(this.weights[row]);
    this.#states[row] = now;
    if ((before === AT_ONE) !== (now === AT_ONE))
      this.#add(this.#gradientOfOnes, row, now === AT_ONE ? 1 : -1);
  }

  #add(sums: Float64Array, row: number, weight: number): void {
    const likeness = this.#kernel.row(row);
    for (let other = 0; other < sums.length; other++) sums[other] += weight * likeness[other];
  }
}

const stateOf = (weight: number) => (weight >= 1 ? AT_ONE : weight <= 0 ? AT_ZERO : FREE);

/** Two weights with the given sum, moved to where both are from 0 to 1. */
function keepInBounds(rising: number, falling: number, sum: number): [rising: number, falling: number] {
  let [a, b] = [rising, falling];
  if (sum > 1) {
    if (a > 1) [a, b] = [1, sum - 1];
  } else if (b < 0) [a, b] = [sum, 0];
  if (sum > 1) {
    if (b > 1) [a, b] = [sum - 1, 1];
  } else if (a < 0) [a, b] = [0, sum];
  return [a, b];
}
