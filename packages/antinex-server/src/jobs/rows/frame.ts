import { PipelineError } from '@antinex/runtime';
import type { JobLimits } from '../types.ts';

/** Columns of numbers, row after row; NaN where a row has none. */
export interface Frame {
  readonly columns: readonly string[];
  readonly rows: number;
  readonly values: Float64Array;
}

/** What is given as numbers has to fit into float32: it is what networks work in. */
export const LARGEST_NUMBER = 3.4028234663852886e38;

/** @throws PipelineError JOB_TOO_LARGE */
export function checkSize(what: string, rows: number, columns: number, limits: JobLimits): void {
  const tooLarge = (limit: string) => new PipelineError('JOB_TOO_LARGE', { what, limit });
  if (rows > limits.rows) throw tooLarge(`${limits.rows} rows`);
  if (rows * columns > limits.cells) throw tooLarge(`${limits.cells} values`);
}

/** A frame whose number of rows is not known before. */
export class FrameBuilder {
  readonly #columns: readonly string[];
  readonly #what: string;
  readonly #limits: JobLimits;
  #values: Float64Array;
  #rows = 0;

  constructor(what: string, columns: readonly string[], limits: JobLimits) {
    this.#what = what;
    this.#columns = columns;
    this.#limits = limits;
    this.#values = new Float64Array(columns.length * 256);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Where the next row is to be written; all of it is NaN. @throws PipelineError JOB_TOO_LARGE */
  nextRow(): Float64Array {
    const width = this.#columns.length;
    checkSize(this.#what, this.#rows + 1, width, this.#limits);
    const at = this.#rows++ * width;
    if (at + width > this.#values.length) {
      const larger = new Float64Array(2 * this.#values.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    return this.#values.subarray(at, at + width).fill(Number.NaN);
  }

  frame(): Frame {
    const width = this.#columns.length;
    return { columns: this.#columns, rows: this.#rows, values: this.#values.slice(0, this.#rows * width) };
  }
}

/** A column's numbers, copied; undefined for one that is not there. */
export function columnOf(frame: Frame, name: string): Float64Array | undefined {
  const column = frame.columns.indexOf(name);
  if (column < 0) return undefined;
  const width = frame.columns.length;
  return Float64Array.from({ length: frame.rows }, (_, row) => frame.values[row * width + column]);
}
