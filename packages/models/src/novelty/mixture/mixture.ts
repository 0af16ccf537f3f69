import { exp, log } from '../../data/exact-math.ts';
import type { Matrix } from '../../data/table.ts';
import { type CovarianceRoot, type CovarianceType, logDeterminant, squareByRoot } from './gaussian.ts';

/** A mixture of normal distributions. */
export class Mixture {
  readonly type: CovarianceType;
  readonly weights: Float64Array;
  readonly means: Matrix;
  readonly roots: readonly CovarianceRoot[];
  /** The logarithms of the components' densities at their means. */
  readonly #peaks: Float64Array;

  constructor(type: CovarianceType, weights: Float64Array, means: Matrix, roots: readonly CovarianceRoot[]) {
    const { columns } = means;
    this.type = type;
    this.weights = weights;
    this.means = means;
    this.roots = roots;
    const flat = (columns / 2) * Math.log(2 * Math.PI);
    this.#peaks = weights.map(
      (weight, k) => Math.log(weight) - flat - logDeterminant(type, roots[k], columns),
    );
  }

  /**
   * The logarithm of the density at each row. Leaves in `shares`, if there is one, by which share each row
   * belongs to each component.
   */
  logDensities({ values, rows, columns }: Matrix, shares?: Float64Array): Float64Array {
    const components = this.weights.length;
    const difference = new Float64Array(columns);
    const logs = new Float64Array(components);
    return Float64Array.from({ length: rows }, (_, row) => {
      let most = -Infinity;
      for (let k = 0; k < components; k++) {
        for (let column = 0; column < columns; column++)
          difference[column] = values[row * columns + column] - this.means.values[k * columns + column];
        logs[k] = this.#peaks[k] - squareByRoot(this.type, this.roots[k], difference) / 2;
        if (logs[k] > most) most = logs[k];
      }
      if (most === -Infinity) {
        // Too far from all of them for a number.
        shares?.fill(1 / components, row * components, (row + 1) * components);
        return -Infinity;
      }
      let sum = 0;
      for (let k = 0; k < components; k++) sum += exp(logs[k] - most);
      const density = most + log(sum);
      if (shares) for (let k = 0; k < components; k++) shares[row * components + k] = exp(logs[k] - density);
      return density;
    });
  }
}
