import type { Matrix } from '../../data/table.ts';
import { type KernelSettings, type SvmKernel, svmKernel } from './svm-kernel.ts';

const FLOAT_BYTES = 4;

/** Rows of the matrix of how alike all training rows are, as they are asked for; so many bytes are kept. */
export class KernelRows {
  readonly count: number;
  /** How alike each row is to itself. */
  readonly diagonal: Float64Array;
  readonly #matrix: Matrix;
  readonly #kernel: SvmKernel;
  readonly #capacity: number;
  /** From the one that was not asked for the longest on. */
  readonly #cached = new Map<number, Float32Array>();

  constructor(settings: KernelSettings, matrix: Matrix, cacheBytes: number) {
    this.count = matrix.rows;
    this.#matrix = matrix;
    this.#kernel = svmKernel(settings, matrix);
    // The two rows of a step have to stay.
    this.#capacity = Math.max(2, Math.floor(cacheBytes / (matrix.rows * FLOAT_BYTES)));
    this.diagonal = this.#diagonal(settings);
  }

  /** Rounded to float32, as libsvm has it: what it finds depends on it. */
  row(index: number): Float32Array {
    let row = this.#cached.get(index);
    if (row === undefined) row = this.#fill(index, this.#evict() ?? new Float32Array(this.count));
    else this.#cached.delete(index);
    this.#cached.set(index, row);
    return row;
  }

  #fill(index: number, row: Float32Array): Float32Array {
    this.#kernel.each(this.#query(index), ({ firstRow, count, values, at }) => {
      row.set(values.subarray(at, at + count), firstRow);
    });
    return row;
  }

  #evict(): Float32Array | undefined {
    if (this.#cached.size < this.#capacity) return undefined;
    const [oldest] = this.#cached;
    this.#cached.delete(oldest[0]);
    return oldest[1];
  }

  #query(index: number): Matrix {
    const { values, columns } = this.#matrix;
    return { values: values.subarray(index * columns, (index + 1) * columns), rows: 1, columns };
  }

  #diagonal(settings: KernelSettings): Float64Array {
    const diagonal = new Float64Array(this.count).fill(1);
    if (settings.kernel === 'rbf') return diagonal;
    for (let row = 0; row < this.count; row++) {
      const query = this.#query(row);
      svmKernel(settings, query).each(query, ({ values }) => {
        diagonal[row] = values[0];
      });
    }
    return diagonal;
  }
}
