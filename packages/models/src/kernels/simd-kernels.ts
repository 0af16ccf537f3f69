import { ADAM, type Kernels, type Product, TINY_MOMENT } from './kernels.ts';
import {
  assemble,
  type Code,
  F32,
  f32x4,
  get,
  I32,
  i32,
  set,
  V128,
  v128,
  WasmFunction,
  whileBelow,
} from './wasm-assembler.ts';
import { instantiate } from './wasm-instance.ts';

const FLOAT_BYTES = 4;
const LANES = 4;
const VECTOR_BYTES = LANES * FLOAT_BYTES;

/**
 * Blocks of C that are held in registers: so many vectors of columns, and so many rows at once, most
 * first. Wasm on x86 has 16 vector registers; two or three of them hold A and B.
 */
const BLOCKS: readonly { readonly vectors: number; readonly rowsAtOnce: readonly number[] }[] = [
  { vectors: 4, rowsAtOnce: [2, 1] },
  { vectors: 2, rowsAtOnce: [4, 1] },
  { vectors: 1, rowsAtOnce: [4, 1] },
];

/** Places, strides and sizes in bytes, but for the number of rows. */
function multiplyFunction(): WasmFunction {
  const parameters = new Array<typeof I32>(11).fill(I32);
  const fn = new WasmFunction('multiply', parameters);
  const [a, aRowStride, aColumnStride, b, bRowStride, bias, c, cRowStride, rows, columnBytes, depth] =
    parameters.keys();
  const [column, row, aBlock, cBlock, bAt, k] = fn.locals(I32, 6);
  const aAt = fn.locals(I32, 4);
  const sums = fn.locals(V128, 8);
  const factors = fn.locals(V128, 4);
  const broadcast = fn.local(V128);

  /** One block: its sums start as the bias, and take up one column of A and one row of B at a time. */
  const block = (rowCount: number, vectors: number): Code => {
    const rowsOf = Array.from({ length: rowCount }, (_, r) => r);
    const vectorsOf = Array.from({ length: vectors }, (_, v) => v);
    return [
      rowsOf.map((r) => [
        r === 0 ? get(aBlock) : [get(aAt[r - 1]), get(aRowStride), i32.add],
        set(aAt[r]),
        vectorsOf.map((v) => [
          get(bias),
          get(column),
          i32.add,
          v128.load(v * VECTOR_BYTES),
          set(sums[r * vectors + v]),
        ]),
      ]),
      [get(b), get(column), i32.add, set(bAt), i32.const(0), set(k)],
      whileBelow(k, get(depth), 1, [
        vectorsOf.map((v) => [get(bAt), v128.load(v * VECTOR_BYTES), set(factors[v])]),
        rowsOf.map((r) => [
          [get(aAt[r]), v128.loadSplat32(0), set(broadcast)],
          vectorsOf.map((v) => {
            const sum = sums[r * vectors + v];
            return [get(sum), get(broadcast), get(factors[v]), f32x4.mul, f32x4.add, set(sum)];
          }),
          [get(aAt[r]), get(aColumnStride), i32.add, set(aAt[r])],
        ]),
        [get(bAt), get(bRowStride), i32.add, set(bAt)],
      ]),
      rowsOf.map((r) => [
        vectorsOf.map((v) => [
          [get(cBlock), get(column), i32.add],
          get(sums[r * vectors + v]),
          v128.store(v * VECTOR_BYTES),
        ]),
        [get(cBlock), get(cRowStride), i32.add, set(cBlock)],
      ]),
      [get(aBlock), get(aRowStride), i32.const(rowCount), i32.mul, i32.add, set(aBlock)],
    ];
  };

  fn.body = [
    [i32.const(0), set(column)],
    BLOCKS.map(({ vectors, rowsAtOnce }) =>
      whileBelow(column, get(columnBytes), vectors * VECTOR_BYTES, [
        [get(a), set(aBlock), get(c), set(cBlock), i32.const(0), set(row)],
        rowsAtOnce.map((count) => whileBelow(row, get(rows), count, block(count, vectors))),
      ]),
    ),
  ];
  return fn;
}

/** A loop over vectors; parameters of the function in bytes. */
function eachVector(fn: WasmFunction, bytes: number, body: (at: number) => Code): void {
  const at = fn.local(I32);
  fn.body = whileBelow(at, get(bytes), VECTOR_BYTES, body(at));
}

function reluFunction(): WasmFunction {
  const fn = new WasmFunction('relu', [I32, I32]);
  eachVector(fn, 1, (at) => {
    const place = [get(0), get(at), i32.add];
    return [place, place, v128.load(0), v128.zero, f32x4.pseudoMax, v128.store(0)];
  });
  return fn;
}

function reluGradientFunction(): WasmFunction {
  const fn = new WasmFunction('reluGradient', [I32, I32, I32]);
  eachVector(fn, 2, (at) => {
    const delta = [get(0), get(at), i32.add];
    const isOn = [get(1), get(at), i32.add, v128.load(0), v128.zero, f32x4.greater];
    return [delta, delta, v128.load(0), isOn, v128.and, v128.store(0)];
  });
  return fn;
}

/** The constants come as f32 parameters, so that all are rounded in one place. */
function adamFunction(): WasmFunction {
  const constants = ['rate', 'beta1', 'rest1', 'beta2', 'rest2', 'epsilon', 'tiny'] as const;
  const fn = new WasmFunction('adam', [I32, I32, I32, I32, I32, ...constants.map((): typeof F32 => F32)]);
  const [weights, gradients, means, squares, bytes] = [0, 1, 2, 3, 4];
  const [gradient, mean, square] = fn.locals(V128, 3);
  const constant = (name: (typeof constants)[number]): Code => [
    get(5 + constants.indexOf(name)),
    f32x4.splat,
  ];
  eachVector(fn, bytes, (at) => {
    const place = (array: number): Code => [get(array), get(at), i32.add];
    const value = (array: number): Code => [place(array), v128.load(0)];
    const withoutTiny = (local: number): Code => [
      [get(local), get(local), f32x4.abs, constant('tiny'), f32x4.greater, v128.and],
      set(local),
    ];
    return [
      [value(gradients), set(gradient)],
      [value(means), constant('beta1'), f32x4.mul],
      [get(gradient), constant('rest1'), f32x4.mul, f32x4.add, set(mean)],
      [value(squares), constant('beta2'), f32x4.mul],
      [get(gradient), get(gradient), f32x4.mul, constant('rest2'), f32x4.mul, f32x4.add, set(square)],
      [withoutTiny(mean), withoutTiny(square)],
      [place(means), get(mean), v128.store(0)],
      [place(squares), get(square), v128.store(0)],
      [place(weights), value(weights), constant('rate'), get(mean), f32x4.mul],
      [get(square), f32x4.sqrt, constant('epsilon'), f32x4.add, f32x4.div, f32x4.sub],
      v128.store(0),
    ];
  });
  return fn;
}

let compiled: WebAssembly.Module | undefined;

/** The kernels as WebAssembly with 128-bit SIMD; throws where the machine has none. */
export function simdKernels(floats: number): Kernels {
  compiled ??= new WebAssembly.Module(
    assemble([multiplyFunction(), reluFunction(), reluGradientFunction(), adamFunction()]),
  );
  const { memory, exports } = instantiate<'multiply' | 'relu' | 'reluGradient' | 'adam'>(
    compiled,
    floats * FLOAT_BYTES,
  );
  return {
    memory: new Float32Array(memory, 0, floats),
    multiply: (product) => multiply(exports.multiply, product),
    relu: (values, count) => exports.relu(values * FLOAT_BYTES, count * FLOAT_BYTES),
    reluGradient: (deltas, outputs, count) =>
      exports.reluGradient(deltas * FLOAT_BYTES, outputs * FLOAT_BYTES, count * FLOAT_BYTES),
    adam(weights, count, rate) {
      const at = (array: number) => (weights + array * count) * FLOAT_BYTES;
      const { beta1, beta2, epsilon } = ADAM;
      const constants = [rate, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, TINY_MOMENT];
      exports.adam(at(0), at(1), at(2), at(3), count * FLOAT_BYTES, ...constants);
    },
  };
}

function multiply(call: (...values: number[]) => void, p: Product): void {
  call(
    p.a * FLOAT_BYTES,
    p.aRowStride * FLOAT_BYTES,
    p.aColumnStride * FLOAT_BYTES,
    p.b * FLOAT_BYTES,
    p.bRowStride * FLOAT_BYTES,
    p.bias * FLOAT_BYTES,
    p.c * FLOAT_BYTES,
    p.cRowStride * FLOAT_BYTES,
    p.rows,
    p.columns * FLOAT_BYTES,
    p.depth,
  );
}
