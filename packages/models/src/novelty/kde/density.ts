import { exp, log } from '../../data/exact-math.ts';
import { type Matrix, takeRows } from '../../data/table.ts';
import type { Tensor } from '../../files/tensor-file.ts';
import type { Scorer } from '../algorithm.ts';
import { type Distances, RowBlocks } from '../row-blocks.ts';
import { type DensityKernel, endingKernel, logVolume } from './density-kernels.ts';

/** Minus the logarithm of the density that rows make. */
export class Density implements Scorer {
  readonly #kernel: DensityKernel;
  readonly #bandwidth: number;
  readonly #rows: RowBlocks;
  /** What a kernel adds up to. */
  readonly #logVolume: number;

  constructor(kernel: DensityKernel, bandwidth: number, rows: Matrix) {
    this.#kernel = kernel;
    this.#bandwidth = bandwidth;
    this.#rows = new RowBlocks(rows);
    this.#logVolume = logVolume(kernel, bandwidth, rows.columns);
  }

  get comparisons(): number {
    return this.#rows.rows;
  }

  score(rows: Matrix): Float64Array {
    return this.#score(rows, undefined);
  }

  /** Scores rows of the density itself, each by all others. */
  scoreWithoutOwn(rows: Matrix, chosen: Uint32Array): Float64Array {
    return this.#score(takeRows(rows, chosen), chosen);
  }

  #score(rows: Matrix, own: Uint32Array | undefined): Float64Array {
    const logs = new Float64Array(rows.rows);
    const sums = new Float64Array(rows.rows);
    const add = this.#adder(sums, logs);
    const { memory } = this.#rows;
    this.#rows.eachDistances(rows, (distances) => {
      if (own) {
        const at = own[distances.query] - distances.firstRow;
        if (at >= 0 && at < distances.count) memory[distances.at + at] = Infinity;
      }
      add(distances);
    });
    const shared = this.#logVolume + Math.log(this.#rows.rows - (own ? 1 : 0));
    return sums.map((sum, i) => (sum > 0 ? shared - log(sum) - logs[i] : Infinity));
  }

  /** Adds what rows at some distances add to the density at a query: sum e^log. */
  #adder(sums: Float64Array, logs: Float64Array): (distances: Distances) => void {
    switch (this.#kernel) {
      case 'gaussian':
        return this.#exponentialAdder(sums, logs, -1 / (2 * this.#bandwidth ** 2));
      case 'exponential': {
        const { memory } = this.#rows;
        const add = this.#exponentialAdder(sums, logs, -1 / this.#bandwidth);
        return (distances) => {
          const { at, count } = distances;
          for (let i = at; i < at + count; i++) memory[i] = Math.sqrt(memory[i]);
          add(distances);
        };
      }
      default: {
        const { memory } = this.#rows;
        const bandwidth = this.#bandwidth;
        const density = endingKernel(this.#kernel);
        return ({ query, at, count }) => {
          for (let i = at; i < at + count; i++) {
            const distance = Math.sqrt(memory[i]) / bandwidth;
            if (distance < 1) sums[query] += density(distance);
          }
        };
      }
    }
  }

  /** Of e^(scale x distance), counted from the nearest row on, since all may be too small for a number. */
  #exponentialAdder(sums: Float64Array, logs: Float64Array, scale: number) {
    const { memory } = this.#rows;
    const nearest = new Float64Array(sums.length).fill(Infinity);
    return (distances: Distances) => {
      const { query, at, count } = distances;
      let least = nearest[query];
      for (let i = at; i < at + count; i++) if (memory[i] < least) least = memory[i];
      if (least === Infinity) return;
      let sum = sums[query];
      if (least < nearest[query]) {
        sum *= exp(scale * (nearest[query] - least));
        nearest[query] = least;
        logs[query] = scale * least;
      }
      this.#rows.exponentials(distances, scale, least);
      for (let i = at; i < at + count; i++) sum += memory[i];
      sums[query] = sum;
    };
  }

  arrays(): ReadonlyMap<string, Tensor> {
    const { values, rows, columns } = this.#rows.matrix();
    return new Map<string, Tensor>([
      ['rows', { shape: [rows, columns], values }],
      ['bandwidth', { shape: [1], values: Float64Array.of(this.#bandwidth) }],
    ]);
  }
}
