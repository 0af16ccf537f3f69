import { symmetricEigen } from '../../algebra/symmetric-eigen.ts';
import type { Breather } from '../../data/breather.ts';
import type { Matrix } from '../../data/table.ts';

/** The directions in which rows differ most, each at right angles to the ones before. */
export interface Components {
  readonly mean: Float64Array;
  /** A direction of length 1 a row; 0 throughout where nothing is left to differ. */
  readonly directions: Matrix;
  /** Of a sample, from the largest on. */
  readonly variances: Float64Array;
  readonly totalVariance: number;
}

/** Variances below this share of the largest are rounding. */
const ROUNDING = 1e-13;

/** All principal components, as many as there are rows or columns, whichever is less; of two rows at least. */
export async function principalComponents(rows: Matrix, breather: Breather): Promise<Components> {
  const { mean, centred } = centre(rows);
  const isWide = rows.columns > rows.rows;
  const products = isWide ? await rowProducts(centred, breather) : await columnProducts(centred, breather);
  const size = isWide ? rows.rows : rows.columns;
  const { values, vectors } = await symmetricEigen(products, size, breather);
  const variances = values.map((value) => (value > values[0] * ROUNDING ? value / (rows.rows - 1) : 0));
  const directions = isWide
    ? throughRows(centred, vectors, variances)
    : { values: vectors, rows: size, columns: size };
  for (let k = 0; k < size; k++) if (variances[k] > 0) await orient(centred, directions, k, breather);
  return { mean, directions, variances, totalVariance: variances.reduce((sum, value) => sum + value, 0) };
}

function centre({ values, rows, columns }: Matrix): { mean: Float64Array; centred: Matrix } {
  const mean = new Float64Array(columns);
  for (let at = 0, column = 0; at < values.length; at++) {
    mean[column] += values[at] / rows;
    if (++column === columns) column = 0;
  }
  const centred = Float64Array.from(values);
  for (let at = 0, column = 0; at < values.length; at++) {
    centred[at] -= mean[column];
    if (++column === columns) column = 0;
  }
  return { mean, centred: { values: centred, rows, columns } };
}

async function columnProducts({ values, rows, columns }: Matrix, breather: Breather): Promise<Float64Array> {
  const products = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++) {
    if (breather.isDue) await breather.pause();
    const at = row * columns;
    for (let i = 0; i < columns; i++) {
      const value = values[at + i];
      if (value === 0) continue;
      for (let j = i; j < columns; j++) products[i * columns + j] += value * values[at + j];
    }
  }
  mirror(products, columns);
  return products;
}

async function rowProducts({ values, rows, columns }: Matrix, breather: Breather): Promise<Float64Array> {
  const products = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    if (breather.isDue) await breather.pause();
    for (let j = i; j < rows; j++) {
      let sum = 0;
      for (let column = 0; column < columns; column++)
        sum += values[i * columns + column] * values[j * columns + column];
      products[i * rows + j] = sum;
    }
  }
  mirror(products, rows);
  return products;
}

function mirror(square: Float64Array, size: number): void {
  for (let i = 0; i < size; i++)
    for (let j = i + 1; j < size; j++) square[j * size + i] = square[i * size + j];
}

/** Directions among the columns from eigenvectors among the rows. */
function throughRows(
  { values, rows, columns }: Matrix,
  vectors: Float64Array,
  variances: Float64Array,
): Matrix {
  const directions = new Float64Array(rows * columns);
  for (let k = 0; k < rows; k++) {
    if (variances[k] === 0) continue;
    const direction = directions.subarray(k * columns, (k + 1) * columns);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        direction[column] += vectors[k * rows + row] * values[row * columns + column];
    const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
    for (let column = 0; column < columns; column++) direction[column] /= length;
  }
  return { values: directions, rows, columns };
}

/** Turns a direction to where the row lies that is farthest along it, as scikit-learn does. */
async function orient(centred: Matrix, directions: Matrix, k: number, breather: Breather): Promise<void> {
  const { values, rows, columns } = centred;
  const direction = directions.values.subarray(k * columns, (k + 1) * columns);
  let farthest = 0;
  for (let row = 0; row < rows; row++) {
    if (breather.isDue) await breather.pause();
    let along = 0;
    for (let column = 0; column < columns; column++)
      along += direction[column] * values[row * columns + column];
    if (Math.abs(along) > Math.abs(farthest)) farthest = along;
  }
  if (farthest < 0) for (let column = 0; column < columns; column++) direction[column] *= -1;
}
