/**
 * The arithmetic of distances between rows, over one block of float64 memory. Places and strides count
 * numbers, not bytes. Every implementation takes the same steps in the same order, so all of them give the
 * same bits.
 */
export interface RowKernels {
  /** The memory all places point into. */
  readonly memory: Float64Array<ArrayBuffer>;
  /** Squared Euclidean distances of every query from every row. */
  squaredDistances(task: DistanceTask): void;
  /** value = exp(scale (value - offset)); 0 where that is below e^-708. `count` is a multiple of 8. */
  exponentials(values: number, count: number, scale: number, offset: number): void;
}

export interface DistanceTask {
  /** Queries, one after the other. */
  readonly queries: number;
  readonly queryCount: number;
  /** Rows in blocks of 8; a block has the first column of its 8 rows, then the second one, and so on. */
  readonly rows: number;
  /** A multiple of 8. */
  readonly rowCount: number;
  readonly columns: number;
  /** A query's distances, row after row; the next query's are `outStride` further. */
  readonly out: number;
  readonly outStride: number;
}

/** Rows of a block. */
export const BLOCK_ROWS = 8;

/** Smaller exponents give 0. */
export const LEAST_EXPONENT = -708;

/**
 * Added to a number it leaves the nearest whole number, raised by the bias of exponents, in the lowest bits
 * of the sum.
 */
export const ROUNDER = 1.5 * 2 ** 52 + 1023;
