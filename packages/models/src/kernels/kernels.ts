/**
 * The arithmetic that takes the time, over one block of float32 memory. Places and strides count floats,
 * not bytes. Every implementation rounds each product and each sum to float32 in the same order, so all
 * of them give the same bits.
 */
export interface Kernels {
  /** The memory all places point into. */
  readonly memory: Float32Array<ArrayBuffer>;
  /** C = A B + bias. The columns of B, C and bias are a multiple of 4. */
  multiply(product: Product): void;
  /** values = max(values, 0). */
  relu(values: number, count: number): void;
  /** deltas = 0 wherever outputs are 0. */
  reluGradient(deltas: number, outputs: number, count: number): void;
  /** One step of Adam; gradients, first and second moments lie `count` floats apart behind the weights. */
  adam(weights: number, count: number, rate: number): void;
}

export interface Product {
  readonly a: number;
  /** From one row of A to the next, and from one column to the next: swap the two for A transposed. */
  readonly aRowStride: number;
  readonly aColumnStride: number;
  readonly b: number;
  readonly bRowStride: number;
  readonly bias: number;
  readonly c: number;
  readonly cRowStride: number;
  readonly rows: number;
  readonly columns: number;
  /** Columns of A, rows of B. */
  readonly depth: number;
}

/** Adam as Keras has it by default. */
export const ADAM = { rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/** Moments below it become 0: denormal numbers would make every later step many times slower. */
export const TINY_MOMENT = Math.fround(1e-30);
