import type { Matrix } from '../../data/table.ts';
import type { Tensor } from '../../files/tensor-file.ts';
import type { Scorer } from '../algorithm.ts';

interface HyperplaneParts {
  readonly mean: Float64Array;
  readonly directions: Matrix;
  /** What the square of a distance along each direction counts. */
  readonly weights: Float64Array;
  readonly offWeight: number;
}

/** The distance from the centre of the training rows, as the weights have it. */
export class Hyperplane implements Scorer {
  readonly #parts: HyperplaneParts;

  constructor(parts: HyperplaneParts) {
    this.#parts = parts;
  }

  score({ values, rows, columns }: Matrix): Float64Array {
    const { mean, directions, weights, offWeight } = this.#parts;
    const row = new Float64Array(columns);
    return Float64Array.from({ length: rows }, (_, i) => {
      for (let column = 0; column < columns; column++)
        row[column] = values[i * columns + column] - mean[column];
      let sum = 0;
      for (let k = 0; k < weights.length; k++) {
        const at = k * columns;
        let along = 0;
        for (let column = 0; column < columns; column++)
          along += row[column] * directions.values[at + column];
        for (let column = 0; column < columns; column++)
          row[column] -= along * directions.values[at + column];
        sum += weights[k] * along * along;
      }
      let off = 0;
      for (let column = 0; column < columns; column++) off += row[column] * row[column];
      return Math.sqrt(sum + offWeight * off);
    });
  }

  arrays(): ReadonlyMap<string, Tensor> {
    const { mean, directions, weights, offWeight } = this.#parts;
    return new Map<string, Tensor>([
      ['mean', { shape: [mean.length], values: mean }],
      ['directions', { shape: [directions.rows, directions.columns], values: directions.values }],
      ['weights', { shape: [weights.length], values: weights }],
      ['off_weight', { shape: [1], values: Float64Array.of(offWeight) }],
    ]);
  }
}
