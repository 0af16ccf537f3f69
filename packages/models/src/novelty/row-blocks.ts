import type { Matrix } from '../data/table.ts';
import { type KernelKind, openRowKernels } from '../kernels/open-kernels.ts';
import { BLOCK_ROWS, type RowKernels } from '../kernels/row-kernels.ts';

/** Rows and queries that are worked on at once, few enough for the processor's caches. */
const CHUNK_ROWS = 512;
const CHUNK_QUERIES = 8;

/** Where the squared distances of a query from some of the rows are, in the kernels' memory. */
export interface Distances {
  readonly query: number;
  readonly firstRow: number;
  readonly count: number;
  readonly at: number;
}

/** Rows laid out so that the distances of others from them are found fast. */
export class RowBlocks {
  readonly rows: number;
  readonly columns: number;
  readonly #kernels: RowKernels;
  readonly #queries: number;
  readonly #out: number;

  constructor({ values, rows, columns }: Matrix, kind?: KernelKind) {
    this.rows = rows;
    this.columns = columns;
    const padded = Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS;
    this.#queries = padded * columns;
    this.#out = this.#queries + CHUNK_QUERIES * columns;
    this.#kernels = openRowKernels(this.#out + CHUNK_QUERIES * CHUNK_ROWS, kind);
    const { memory } = this.#kernels;
    for (let row = 0; row < rows; row++) {
      const at = this.#placeOf(row);
      for (let column = 0; column < columns; column++)
        memory[at + column * BLOCK_ROWS] = values[row * columns + column];
    }
  }

  get memory(): Float64Array {
    return this.#kernels.memory;
  }

  /** The rows as they were given. */
  matrix(): Matrix {
    const { rows, columns, memory } = this;
    const values = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      const at = this.#placeOf(row);
      for (let column = 0; column < columns; column++)
        values[row * columns + column] = memory[at + column * BLOCK_ROWS];
    }
    return { values, rows, columns };
  }

  /**
   * Calls `visit` with the distances of each query from all rows, a part of them at a time: the parts of one
   * query come in the order of the rows. `visit` may overwrite them.
   */
  eachDistances(queries: Matrix, visit: (distances: Distances) => void): void {
    const { columns, memory } = this;
    for (let first = 0; first < queries.rows; first += CHUNK_QUERIES) {
      const queryCount = Math.min(CHUNK_QUERIES, queries.rows - first);
      memory.set(queries.values.subarray(first * columns, (first + queryCount) * columns), this.#queries);
      for (let firstRow = 0; firstRow < this.rows; firstRow += CHUNK_ROWS) {
        const count = Math.min(CHUNK_ROWS, this.rows - firstRow);
        this.#kernels.squaredDistances({
          queries: this.#queries,
          queryCount,
          rows: firstRow * columns,
          rowCount: Math.ceil(count / BLOCK_ROWS) * BLOCK_ROWS,
          columns,
          out: this.#out,
          outStride: CHUNK_ROWS,
        });
        for (let i = 0; i < queryCount; i++)
          visit({ query: first + i, firstRow, count, at: this.#out + i * CHUNK_ROWS });
      }
    }
  }

  /** Turns distances where they are into exp(scale (distance - offset)). */
  exponentials({ at, count }: Distances, scale: number, offset = 0): void {
    this.#kernels.exponentials(at, Math.ceil(count / BLOCK_ROWS) * BLOCK_ROWS, scale, offset);
  }

  /** A row's first column; the next one is BLOCK_ROWS further. */
  #placeOf(row: number): number {
    return Math.floor(row / BLOCK_ROWS) * BLOCK_ROWS * this.columns + (row % BLOCK_ROWS);
  }
}
