import type { Breather } from '../data/breather.ts';
import type { Matrix } from '../data/table.ts';

/** An upper triangular matrix R of a covariance R'R, row after row. */
export type SquareRoot = Float64Array;

/** Below this share of the largest variance, a covariance's rounding shows in its factor. */
const LEAST_PIVOT = 1e-7;
/** Below this share of the largest deviation, there is nothing but rounding. */
const LEAST_ROOT = 10 * Number.EPSILON;
const BLOCK_ROWS = 64;

/** Rows about their centre, each times the root of its weight. */
export interface Spread {
  readonly count: number;
  /** Writes a row. */
  row(index: number, out: Float64Array): void;
}

/**
 * The factor of the sum of the rows' outer products, with something added to its diagonal. By Cholesky's
 * method, or, where the sum is too near to singular, from the rows themselves by Householder's, which is
 * right to twice as many digits.
 *
 * @returns undefined for a singular sum
 */
export async function squareRoot(
  spread: Spread,
  columns: number,
  ofDiagonal: number,
  breather: Breather,
): Promise<SquareRoot | undefined> {
  const sum = new Float64Array(columns * columns);
  const row = new Float64Array(columns);
  for (let index = 0; index < spread.count; index++) {
    if (breather.isDue) await breather.pause();
    spread.row(index, row);
    for (let i = 0; i < columns; i++) {
      const value = row[i];
      if (value === 0) continue;
      for (let j = i; j < columns; j++) sum[i * columns + j] += value * row[j];
    }
  }
  for (let i = 0; i < columns; i++) sum[i * columns + i] += ofDiagonal;
  let largest = 0;
  for (let i = 0; i < columns; i++) largest = Math.max(largest, sum[i * columns + i]);
  let isSound = true;
  for (let k = 0; isSound && k < columns; k++) {
    if (breather.isDue) await breather.pause();
    isSound = eliminate(sum, columns, k, LEAST_PIVOT * largest);
  }
  const root = isSound ? sum : await reflected(spread, columns, ofDiagonal, breather);
  const least = LEAST_ROOT * Math.sqrt(largest);
  for (let i = 0; i < columns; i++) if (!(root[i * columns + i] > least)) return undefined;
  return root;
}

/** Replaces the upper half of a matrix by its factor. @returns whether all pivots are above the least */
export function cholesky(matrix: Float64Array, size: number, least: number): boolean {
  for (let k = 0; k < size; k++) if (!eliminate(matrix, size, k, least)) return false;
  return true;
}

/** The factor's row k, once those above it are done. @returns whether its pivot is above the least */
function eliminate(matrix: Float64Array, size: number, k: number, least: number): boolean {
  const pivot = matrix[k * size + k];
  if (!(pivot > least)) return false;
  const root = Math.sqrt(pivot);
  for (let j = k; j < size; j++) matrix[k * size + j] /= root;
  for (let i = k + 1; i < size; i++) {
    const factor = matrix[k * size + i];
    if (factor === 0) continue;
    for (let j = i; j < size; j++) matrix[i * size + j] -= factor * matrix[k * size + j];
  }
  return true;
}

/** R of the QR decomposition of the rows, below which stands the root of the diagonal. */
async function reflected(
  spread: Spread,
  columns: number,
  ofDiagonal: number,
  breather: Breather,
): Promise<SquareRoot> {
  const root = new Float64Array(columns * columns);
  for (let i = 0; i < columns; i++) root[i * columns + i] = Math.sqrt(ofDiagonal);
  const block = new Float64Array(BLOCK_ROWS * columns);
  for (let from = 0; from < spread.count; from += BLOCK_ROWS) {
    if (breather.isDue) await breather.pause();
    const rows = Math.min(BLOCK_ROWS, spread.count - from);
    for (let i = 0; i < rows; i++) spread.row(from + i, block.subarray(i * columns, (i + 1) * columns));
    absorb(root, { values: block, rows, columns });
  }
  for (let i = 0; i < columns; i++) {
    if (root[i * columns + i] >= 0) continue;
    for (let j = i; j < columns; j++) root[i * columns + j] *= -1;
  }
  return root;
}

/** Makes of R the factor of R'R and the block's products; overwrites the block. */
function absorb(root: SquareRoot, { values, rows, columns }: Matrix): void {
  for (let k = 0; k < columns; k++) {
    let square = 0;
    for (let row = 0; row < rows; row++) square += values[row * columns + k] ** 2;
    if (square === 0) continue;
    const at = k * columns;
    const head = root[at + k];
    const length = Math.sqrt(head * head + square);
    const target = head > 0 ? -length : length;
    const first = head - target;
    const factor = 2 / (first * first + square);
    root[at + k] = target;
    for (let j = k + 1; j < columns; j++) {
      let sum = first * root[at + j];
      for (let row = 0; row < rows; row++) sum += values[row * columns + k] * values[row * columns + j];
      sum *= factor;
      root[at + j] -= sum * first;
      for (let row = 0; row < rows; row++) values[row * columns + j] -= sum * values[row * columns + k];
    }
  }
}

/** |R'^-1 x|^2: the square of the distance x by the covariance R'R; overwrites x. */
export function squareDistance(root: SquareRoot, x: Float64Array): number {
  const size = x.length;
  let sum = 0;
  for (let k = 0; k < size; k++) {
    const at = k * size;
    const value = x[k] / root[at + k];
    sum += value * value;
    if (value === 0) continue;
    for (let j = k + 1; j < size; j++) x[j] -= value * root[at + j];
  }
  return sum;
}
