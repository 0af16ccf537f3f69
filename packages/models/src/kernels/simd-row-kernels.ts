import { EXP_SERIES, LN2_HIGH, LN2_LOW } from '../data/exact-math.ts';
import { BLOCK_ROWS, LEAST_EXPONENT, ROUNDER, type RowKernels } from './row-kernels.ts';
import {
  assemble,
  type Code,
  F64,
  f64x2,
  f64x2Const,
  get,
  I32,
  i32,
  set,
  shiftLeft64x2,
  tee,
  V128,
  v128,
  WasmFunction,
  whileBelow,
} from './wasm-assembler.ts';
import { instantiate } from './wasm-instance.ts';

const NUMBER_BYTES = 8;
const VECTOR_BYTES = 16;
const BLOCK_BYTES = BLOCK_ROWS * NUMBER_BYTES;
const BLOCK_VECTORS = BLOCK_BYTES / VECTOR_BYTES;
/** Queries whose sums with a block's rows stay in registers, most first. */
const QUERIES_AT_ONCE = [2, 1];
/** Where a double's exponent begins. */
const MANTISSA_BITS = 52;

/** Places, strides and the width of a row in bytes. */
function distancesFunction(): WasmFunction {
  const parameters = new Array<typeof I32>(7).fill(I32);
  const fn = new WasmFunction('squaredDistances', parameters);
  const [queries, queryCount, rows, rowCount, columnBytes, out, outStride] = parameters.keys();
  const [block, query, column, rowAt, blockAt, outAt] = fn.locals(I32, 6);
  const queryAt = fn.locals(I32, 2);
  const sums = fn.locals(V128, QUERIES_AT_ONCE[0] * BLOCK_VECTORS);
  const values = fn.locals(V128, BLOCK_VECTORS);
  const [broadcast, difference] = fn.locals(V128, 2);
  const vectors = values.map((_, v) => v);

  const forQueries = (count: number): Code => {
    const queriesOf = Array.from({ length: count }, (_, q) => q);
    return [
      sums.slice(0, count * BLOCK_VECTORS).map((sum) => [v128.zero, set(sum)]),
      queriesOf.slice(1).map((q) => [get(queryAt[q - 1]), get(columnBytes), i32.add, set(queryAt[q])]),
      [get(blockAt), set(rowAt), i32.const(0), set(column)],
      whileBelow(column, get(columnBytes), NUMBER_BYTES, [
        vectors.map((v) => [get(rowAt), v128.load(v * VECTOR_BYTES), set(values[v])]),
        queriesOf.map((q) => [
          [get(queryAt[q]), get(column), i32.add, v128.loadSplat64(0), set(broadcast)],
          vectors.map((v) => {
            const sum = sums[q * BLOCK_VECTORS + v];
            const square = [
              [get(values[v]), get(broadcast), f64x2.sub, tee(difference)],
              [get(difference), f64x2.mul],
            ];
            return [get(sum), square, f64x2.add, set(sum)];
          }),
        ]),
        [get(rowAt), i32.const(BLOCK_BYTES), i32.add, set(rowAt)],
      ]),
      queriesOf.map((q) => [
        vectors.map((v) => [get(outAt), get(sums[q * BLOCK_VECTORS + v]), v128.store(v * VECTOR_BYTES)]),
        [get(outAt), get(outStride), i32.add, set(outAt)],
        [get(queryAt[0]), get(columnBytes), i32.add, set(queryAt[0])],
      ]),
    ];
  };

  fn.body = whileBelow(block, get(rowCount), BLOCK_ROWS, [
    [get(rows), get(block), get(columnBytes), i32.mul, i32.add, set(blockAt)],
    [get(out), get(block), i32.const(NUMBER_BYTES), i32.mul, i32.add, set(outAt)],
    [get(queries), set(queryAt[0]), i32.const(0), set(query)],
    QUERIES_AT_ONCE.map((count) => whileBelow(query, get(queryCount), count, forQueries(count))),
  ]);
  return fn;
}

/** Each step for all vectors of a block before the next one: none waits for the one before it. */
function exponentialsFunction(): WasmFunction {
  const [values, bytes, scale, offset] = [0, 1, 2, 3];
  const fn = new WasmFunction('exponentials', [I32, I32, F64, F64]);
  const at = fn.local(I32);
  const exponents = fn.locals(V128, BLOCK_VECTORS);
  const rests = fn.locals(V128, BLOCK_VECTORS);
  const sums = fn.locals(V128, BLOCK_VECTORS);
  const vectors = sums.map((_, v) => v);
  const place = [get(values), get(at), i32.add];
  const [first, ...others] = EXP_SERIES.toReversed();
  fn.body = whileBelow(at, get(bytes), BLOCK_BYTES, [
    vectors.map((v) => [
      [get(scale), f64x2.splat, place, v128.load(v * VECTOR_BYTES)],
      [get(offset), f64x2.splat, f64x2.sub, f64x2.mul, tee(rests[v])],
      [f64x2Const(Math.LOG2E), f64x2.mul, f64x2Const(ROUNDER), f64x2.add, set(exponents[v])],
    ]),
    // What is too small is marked in the place of its value, by which it is erased in the end.
    vectors.map((v) => [
      [place, get(rests[v]), f64x2Const(LEAST_EXPONENT), f64x2.greaterOrEqual],
      v128.store(v * VECTOR_BYTES),
    ]),
    vectors.map((v) => {
      const exponent = [get(exponents[v]), f64x2Const(ROUNDER), f64x2.sub, tee(sums[v])];
      return [
        [get(rests[v]), exponent, f64x2Const(LN2_HIGH), f64x2.mul, f64x2.sub],
        [get(sums[v]), f64x2Const(LN2_LOW), f64x2.mul, f64x2.sub, set(rests[v])],
        [f64x2Const(first), set(sums[v])],
      ];
    }),
    others.map((term) =>
      vectors.map((v) => [
        [get(sums[v]), get(rests[v]), f64x2.mul, f64x2Const(term), f64x2.add, set(sums[v])],
      ]),
    ),
    vectors.map((v) => [
      [place, get(sums[v]), get(exponents[v]), i32.const(MANTISSA_BITS), shiftLeft64x2, f64x2.mul],
      [place, v128.load(v * VECTOR_BYTES), v128.and, v128.store(v * VECTOR_BYTES)],
    ]),
  ]);
  return fn;
}

let compiled: WebAssembly.Module | undefined;

/** The kernels as WebAssembly with 128-bit SIMD; throws where the machine has none. */
export function simdRowKernels(numbers: number): RowKernels {
  compiled ??= new WebAssembly.Module(assemble([distancesFunction(), exponentialsFunction()]));
  const { memory, exports } = instantiate<'squaredDistances' | 'exponentials'>(
    compiled,
    numbers * NUMBER_BYTES,
  );
  const { squaredDistances, exponentials } = exports;
  return {
    memory: new Float64Array(memory, 0, numbers),
    squaredDistances: ({ queries, queryCount, rows, rowCount, columns, out, outStride }) =>
      squaredDistances(
        queries * NUMBER_BYTES,
        queryCount,
        rows * NUMBER_BYTES,
        rowCount,
        columns * NUMBER_BYTES,
        out * NUMBER_BYTES,
        outStride * NUMBER_BYTES,
      ),
    exponentials: (values, count, scale, offset) =>
      exponentials(values * NUMBER_BYTES, count * NUMBER_BYTES, scale, offset),
  };
}
