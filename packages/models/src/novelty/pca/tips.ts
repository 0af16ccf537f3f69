import type { Matrix } from '../../data/table.ts';
import type { Tensor } from '../../files/tensor-file.ts';
import type { Scorer } from '../algorithm.ts';

/** netml's score: the weighted sum of the distances from the tips of the directions. */
export class Tips implements Scorer {
  readonly #tips: Matrix;
  readonly #weights: Float64Array;

  constructor(directions: Matrix, weights: Float64Array) {
    this.#tips = directions;
    this.#weights = weights;
  }

  score({ values, rows, columns }: Matrix): Float64Array {
    return Float64Array.from({ length: rows }, (_, i) => {
      let score = 0;
      for (let k = 0; k < this.#weights.length; k++) {
        let square = 0;
        for (let column = 0; column < columns; column++)
          square += (values[i * columns + column] - this.#tips.values[k * columns + column]) ** 2;
        score += Math.sqrt(square) * this.#weights[k];
      }
      return score;
    });
  }

  arrays(): ReadonlyMap<string, Tensor> {
    const { rows, columns, values } = this.#tips;
    return new Map<string, Tensor>([
      ['directions', { shape: [rows, columns], values }],
      ['weights', { shape: [rows], values: this.#weights }],
    ]);
  }
}
