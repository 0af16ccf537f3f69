import {
  cholesky,
  type Spread,
  type SquareRoot,
  squareDistance,
  squareRoot,
} from '../../algebra/square-root.ts';
import type { Breather } from '../../data/breather.ts';
import type { Matrix } from '../../data/table.ts';

export const COVARIANCE_TYPES = ['full', 'tied', 'diag', 'spherical'] as const;
export type CovarianceType = (typeof COVARIANCE_TYPES)[number];

/** Below this share of the mean, there is nothing but rounding. */
const LEAST_DEVIATION = 16 * Number.EPSILON;

/** The root of a covariance: an upper triangular matrix, or the deviations of columns that go their own ways. */
export type CovarianceRoot = SquareRoot | Float64Array;

export const isMatrix = (type: CovarianceType) => type === 'full' || type === 'tied';

/** How many numbers the root of a covariance has. */
export const rootLength = (type: CovarianceType, columns: number) =>
  isMatrix(type) ? columns * columns : columns;

/** Rows that belong to components, each by a share. */
export interface Shares {
  readonly rows: Matrix;
  /** For each row one share for each component. */
  readonly values: Float64Array;
  readonly components: number;
  /** The sum of a component's shares. */
  readonly sums: Float64Array;
}

/**
 * The roots of the covariances of all components, with something added to each variance.
 *
 * @returns undefined if one of them is singular
 */
export async function covarianceRoots(
  type: CovarianceType,
  shares: Shares,
  means: Matrix,
  added: number,
  breather: Breather,
): Promise<CovarianceRoot[] | undefined> {
  const components = Array.from({ length: shares.components }, (_, k) => k);
  const ofOne = (k: number) => weightedRows(shares, means, [k], shares.sums[k]);
  switch (type) {
    case 'full': {
      const roots: CovarianceRoot[] = [];
      for (const k of components) {
        const root = await squareRoot(ofOne(k), means.columns, added, breather);
        if (root === undefined) return undefined;
        roots.push(root);
      }
      return roots;
    }
    case 'tied': {
      const all = weightedRows(shares, means, components, shares.rows.rows);
      const root = await squareRoot(all, means.columns, added, breather);
      return root && components.map(() => root);
    }
    default: {
      const variances = components.map((k) => columnVariances(ofOne(k), means.columns, added));
      if (type === 'spherical')
        for (const some of variances) some.fill(some.reduce((sum, value) => sum + value, 0) / some.length);
      const leastOf = (k: number, column: number) =>
        (LEAST_DEVIATION * means.values[k * means.columns + column]) ** 2;
      if (variances.some((some, k) => some.some((variance, column) => !(variance > leastOf(k, column)))))
        return undefined;
      return variances.map((some) => some.map(Math.sqrt));
    }
  }
}

/** Differences of rows from the means of some components, by the root of their share of the total. */
function weightedRows(
  { rows, values, components }: Shares,
  means: Matrix,
  of: number[],
  total: number,
): Spread {
  const { columns } = rows;
  return {
    count: of.length * rows.rows,
    row(index, out) {
      const k = of[Math.floor(index / rows.rows)];
      const row = index % rows.rows;
      const weight = Math.sqrt(values[row * components + k] / total);
      for (let column = 0; column < columns; column++)
        out[column] = weight * (rows.values[row * columns + column] - means.values[k * columns + column]);
    },
  };
}

function columnVariances(spread: Spread, columns: number, added: number): Float64Array {
  const variances = new Float64Array(columns);
  const row = new Float64Array(columns);
  for (let index = 0; index < spread.count; index++) {
    spread.row(index, row);
    for (let column = 0; column < columns; column++) variances[column] += row[column] ** 2;
  }
  return variances.map((variance) => variance + added);
}

/** The square of the distance by a covariance; overwrites the difference. */
export function squareByRoot(type: CovarianceType, root: CovarianceRoot, difference: Float64Array): number {
  if (isMatrix(type)) return squareDistance(root, difference);
  let sum = 0;
  for (let column = 0; column < root.length; column++) sum += (difference[column] / root[column]) ** 2;
  return sum;
}

/** The logarithm of the root's determinant. */
export function logDeterminant(type: CovarianceType, root: CovarianceRoot, columns: number): number {
  const step = isMatrix(type) ? columns + 1 : 1;
  let log = 0;
  for (let at = 0; at < root.length; at += step) log += Math.log(root[at]);
  return log;
}

/**
 * The root of the covariance whose inverse is given, as such a root's type has it.
 *
 * @returns undefined if that is no precision
 */
export function rootOfPrecision(type: CovarianceType, precision: Float64Array, columns: number) {
  if (!isMatrix(type)) {
    if (!precision.every((value) => value > 0)) return undefined;
    return precision.map((value) => 1 / Math.sqrt(value));
  }
  const factor = precision.slice();
  if (!cholesky(factor, columns, 0)) return undefined;
  const inverse = invertTriangle(factor, columns);
  const covariance = new Float64Array(columns * columns);
  for (let i = 0; i < columns; i++)
    for (let j = i; j < columns; j++)
      for (let k = j; k < columns; k++)
        covariance[i * columns + j] += inverse[i * columns + k] * inverse[j * columns + k];
  return cholesky(covariance, columns, 0) ? covariance : undefined;
}

/** Of an upper triangular matrix. */
function invertTriangle(matrix: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    inverse[j * size + j] = 1 / matrix[j * size + j];
    for (let i = j - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = i + 1; k <= j; k++) sum += matrix[i * size + k] * inverse[k * size + j];
      inverse[i * size + j] = -sum / matrix[i * size + i];
    }
  }
  return inverse;
}
