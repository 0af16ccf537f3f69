import type { Breather } from '../data/breather.ts';

export interface Eigen {
  /** From the largest on. */
  readonly values: Float64Array;
  /** The vector of each value, of length 1, as a row. */
  readonly vectors: Float64Array;
}

/** QL needs two or three steps for a value; so many never. */
const MOST_STEPS = 100;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's reflections make it tridiagonal, QL with
 * implicit shifts makes that diagonal (Golub and Van Loan, Matrix Computations, chapter 8).
 *
 * @param matrix size x size finite numbers; overwritten
 */
export async function symmetricEigen(matrix: Float64Array, size: number, breather: Breather): Promise<Eigen> {
  const scale = largest(matrix);
  if (scale === 0) return { values: new Float64Array(size), vectors: identity(size) };
  for (let i = 0; i < matrix.length; i++) matrix[i] /= scale;
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  const factors = await tridiagonalise(matrix, size, diagonal, beside, breather);
  const vectors = await accumulate(matrix, size, factors, breather);
  await diagonalise(diagonal, beside, vectors, breather);
  return sorted(diagonal, vectors, scale);
}

function largest(values: Float64Array): number {
  let max = 0;
  for (const value of values) if (Math.abs(value) > max) max = Math.abs(value);
  return max;
}

function identity(size: number): Float64Array {
  const values = new Float64Array(size * size);
  for (let i = 0; i < size; i++) values[i * size + i] = 1;
  return values;
}

/**
 * Leaves the diagonal and what is beside it, and in row k of the matrix, right of its diagonal, the vector v
 * of reflection k, I - factor v v'.
 *
 * @returns the factors; 0 where nothing is reflected
 */
async function tridiagonalise(
  a: Float64Array,
  size: number,
  diagonal: Float64Array,
  beside: Float64Array,
  breather: Breather,
): Promise<Float64Array> {
  const factors = new Float64Array(size);
  const w = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    if (breather.isDue) await breather.pause();
    const v = a.subarray(k * size, (k + 1) * size);
    diagonal[k] = v[k];
    if (k === size - 1) break;
    let rest = 0;
    for (let j = k + 2; j < size; j++) rest += v[j] * v[j];
    const head = v[k + 1];
    if (rest === 0) {
      beside[k] = head;
      continue;
    }
    const norm = Math.sqrt(head * head + rest);
    const target = head > 0 ? -norm : norm;
    beside[k] = target;
    v[k + 1] = head - target;
    const factor = 2 / (v[k + 1] * v[k + 1] + rest);
    factors[k] = factor;
    // A - v w' - w v', with p = factor A v and w = p - (factor / 2) (p'v) v.
    let product = 0;
    for (let i = k + 1; i < size; i++) {
      let sum = 0;
      const row = i * size;
      for (let j = k + 1; j < size; j++) sum += a[row + j] * v[j];
      w[i] = factor * sum;
      product += w[i] * v[i];
    }
    const half = (factor / 2) * product;
    for (let i = k + 1; i < size; i++) w[i] -= half * v[i];
    for (let i = k + 1; i < size; i++) {
      const row = i * size;
      const vi = v[i];
      const wi = w[i];
      for (let j = k + 1; j < size; j++) a[row + j] -= vi * w[j] + wi * v[j];
    }
  }
  return factors;
}

/** The product of all reflections, the last one first. */
async function accumulate(
  a: Float64Array,
  size: number,
  factors: Float64Array,
  breather: Breather,
): Promise<Float64Array> {
  const product = identity(size);
  for (let k = size - 3; k >= 0; k--) {
    if (breather.isDue) await breather.pause();
    if (factors[k] === 0) continue;
    const v = a.subarray(k * size, (k + 1) * size);
    for (let i = k + 1; i < size; i++) {
      const row = i * size;
      let sum = 0;
      for (let j = k + 1; j < size; j++) sum += product[row + j] * v[j];
      sum *= factors[k];
      for (let j = k + 1; j < size; j++) product[row + j] -= sum * v[j];
    }
  }
  return product;
}

/** Makes a tridiagonal matrix diagonal, and turns the rows of `vectors` along. */
async function diagonalise(
  diagonal: Float64Array,
  beside: Float64Array,
  vectors: Float64Array,
  breather: Breather,
): Promise<void> {
  const size = diagonal.length;
  for (let low = 0; low < size; low++) {
    for (let step = 0; ; step++) {
      if (breather.isDue) await breather.pause();
      const high = endOfBlock(diagonal, beside, low);
      if (high === low) break;
      if (step === MOST_STEPS) throw new Error('eigenvalues were not found');
      qlStep(diagonal, beside, vectors, low, high);
    }
  }
}

/** The first row from `low` on that nothing couples to the next one. */
function endOfBlock(diagonal: Float64Array, beside: Float64Array, low: number): number {
  for (let i = low; i < diagonal.length - 1; i++) {
    const size = Math.abs(diagonal[i]) + Math.abs(diagonal[i + 1]);
    if (Math.abs(beside[i]) <= Number.EPSILON * size || Math.abs(beside[i]) < TINIEST) return i;
  }
  return diagonal.length - 1;
}

/** Far below the rounding of the largest number, which is about 1. */
const TINIEST = 1e-150;

function qlStep(
  diagonal: Float64Array,
  beside: Float64Array,
  vectors: Float64Array,
  low: number,
  high: number,
): void {
  const half = (diagonal[low + 1] - diagonal[low]) / (2 * beside[low]);
  const root = Math.hypot(half, 1);
  const shift = diagonal[low] - beside[low] / (half + (half < 0 ? -root : root));
  let g = diagonal[high] - shift;
  let sine = 1;
  let cosine = 1;
  let p = 0;
  for (let i = high - 1; i >= low; i--) {
    const f = sine * beside[i];
    const b = cosine * beside[i];
    const r = Math.hypot(f, g);
    beside[i + 1] = r;
    if (r === 0) {
      diagonal[i + 1] -= p;
      beside[high] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = diagonal[i + 1] - p;
    const t = (diagonal[i] - g) * sine + 2 * cosine * b;
    p = sine * t;
    diagonal[i + 1] = g + p;
    g = cosine * t - b;
    turnRows(vectors, diagonal.length, i, sine, cosine);
  }
  diagonal[low] -= p;
  beside[low] = g;
  beside[high] = 0;
}

function turnRows(vectors: Float64Array, size: number, row: number, sine: number, cosine: number): void {
  const from = row * size;
  const next = from + size;
  for (let j = 0; j < size; j++) {
    const a = vectors[from + j];
    const b = vectors[next + j];
    vectors[next + j] = sine * a + cosine * b;
    vectors[from + j] = cosine * a - sine * b;
  }
}

function sorted(diagonal: Float64Array, vectors: Float64Array, scale: number): Eigen {
  const size = diagonal.length;
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[j] - diagonal[i]);
  const values = Float64Array.from(order, (i) => diagonal[i] * scale);
  const rows = new Float64Array(size * size);
  order.forEach((from, to) => {
    rows.set(vectors.subarray(from * size, (from + 1) * size), to * size);
  });
  return { values, vectors: rows };
}
