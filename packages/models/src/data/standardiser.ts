import type { Matrix } from './table.ts';

/** Takes each column to mean 0 and standard deviation 1, as of the rows it was fitted to. */
export interface Standardiser {
  readonly means: Float64Array;
  /** Of all rows, not of a sample; 1 for a constant column. */
  readonly deviations: Float64Array;
}

/** Standardised values stay this near to 0, so that the squares of all of them can be summed. */
const LIMIT = 1e100;

/** As StandardScaler of scikit-learn: what only rounding keeps from being constant counts as constant. */
export function fitStandardiser({ values, rows, columns }: Matrix): Standardiser {
  const means = new Float64Array(columns);
  const deviations = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let at = column; at < values.length; at += columns) sum += values[at];
    const mean = sum / rows;
    let squares = 0;
    let rest = 0;
    for (let at = column; at < values.length; at += columns) {
      const difference = values[at] - mean;
      squares += difference * difference;
      rest += difference;
    }
    // The second term takes back what rounding did to the mean.
    const variance = (squares - (rest * rest) / rows) / rows;
    const ofRounding = rows * Number.EPSILON * variance + (rows * mean * Number.EPSILON) ** 2;
    means[column] = mean;
    deviations[column] = variance > ofRounding ? Math.sqrt(variance) : 1;
  }
  return { means, deviations };
}

/** @param matrix of as many columns as the standardiser has */
export function standardise({ means, deviations }: Standardiser, matrix: Matrix): Matrix {
  const { columns } = matrix;
  const values = new Float64Array(matrix.values.length);
  for (let at = 0, column = 0; at < values.length; at++) {
    const value = (matrix.values[at] - means[column]) / deviations[column];
    values[at] = Math.min(Math.max(value, -LIMIT), LIMIT);
    if (++column === columns) column = 0;
  }
  return { ...matrix, values };
}
