import { tanh } from '../../data/exact-math.ts';
import type { Matrix } from '../../data/table.ts';
import { RowBlocks } from '../row-blocks.ts';

export const SVM_KERNELS = ['rbf', 'linear', 'poly', 'sigmoid'] as const;

export interface KernelSettings {
  readonly kernel: (typeof SVM_KERNELS)[number];
  readonly gamma: number;
  readonly degree: number;
  readonly coef0: number;
}

/** How alike rows are to fixed ones. */
export interface SvmKernel {
  readonly rows: number;
  /** Calls `visit` with how alike each query is to some of the rows, which are values[at ... at + count]. */
  each(queries: Matrix, visit: (part: Likeness) => void): void;
  matrix(): Matrix;
}

export interface Likeness {
  readonly query: number;
  readonly firstRow: number;
  readonly count: number;
  readonly values: Float64Array;
  readonly at: number;
}

export const svmKernel = (settings: KernelSettings, rows: Matrix): SvmKernel =>
  settings.kernel === 'rbf' ? new RadialKernel(settings.gamma, rows) : new ProductKernel(settings, rows);

/** exp(-gamma distance^2) */
class RadialKernel implements SvmKernel {
  readonly #gamma: number;
  readonly #blocks: RowBlocks;

  constructor(gamma: number, rows: Matrix) {
    this.#gamma = gamma;
    this.#blocks = new RowBlocks(rows);
  }

  get rows(): number {
    return this.#blocks.rows;
  }

  matrix(): Matrix {
    return this.#blocks.matrix();
  }

  each(queries: Matrix, visit: (part: Likeness) => void): void {
    const { memory: values } = this.#blocks;
    this.#blocks.eachDistances(queries, (distances) => {
      this.#blocks.exponentials(distances, -this.#gamma);
      visit({ ...distances, values });
    });
  }
}

/** A function of the rows' scalar product. */
class ProductKernel implements SvmKernel {
  readonly #of: (product: number) => number;
  readonly #matrix: Matrix;

  constructor({ kernel, gamma, degree, coef0 }: KernelSettings, rows: Matrix) {
    this.#matrix = rows;
    if (kernel === 'linear') this.#of = bounded;
    else if (kernel === 'poly') this.#of = (product) => power(gamma * product + coef0, degree);
    else this.#of = (product) => tanh(gamma * product + coef0);
  }

  get rows(): number {
    return this.#matrix.rows;
  }

  matrix(): Matrix {
    return this.#matrix;
  }

  each(queries: Matrix, visit: (part: Likeness) => void): void {
    const { rows, columns, values: of } = this.#matrix;
    const values = new Float64Array(rows);
    for (let query = 0; query < queries.rows; query++) {
      for (let row = 0; row < rows; row++) {
        let product = 0;
        for (let column = 0; column < columns; column++)
          product += queries.values[query * columns + column] * of[row * columns + column];
        values[row] = this.#of(product);
      }
      visit({ query, firstRow: 0, count: rows, values, at: 0 });
    }
  }
}

/** Likenesses are kept as float32, and added up. */
const LIMIT = 1e30;
const bounded = (value: number) => Math.min(Math.max(value, -LIMIT), LIMIT);

function power(base: number, times: number): number {
  let result = 1;
  for (let i = 0; i < times; i++) result = bounded(result * base);
  return result;
}
