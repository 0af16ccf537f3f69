/**
 * As much of a WebAssembly assembler as the kernels need: instructions are arrays of bytes that nest, and
 * `assemble` makes a module of functions over one imported memory. Encodings: the WebAssembly core
 * specification 2.0, chapter 5.
 */
export type Code = readonly (number | Code)[];

export const I32 = 0x7f;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
type ValueType = typeof I32 | typeof F32 | typeof F64 | typeof V128;

/** A number in LEB128, unsigned. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest >= 0x80 ? 0x80 : 0;
    bytes.push((rest & 0x7f) | more);
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

/** A number in LEB128, signed. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest < -0x40 || rest >= 0x40) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return [...bytes, rest & 0x7f];
}

const vector = (opcode: number) => [0xfd, ...unsigned(opcode)];
const access = (opcode: number, alignment: number) => (offset: number) =>
  [...vector(opcode), alignment, ...unsigned(offset)] as Code;

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
/** Sets a local and leaves the value where it was. */
export const tee = (local: number): Code => [0x22, ...unsigned(local)];
export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: [0x6a],
  mul: [0x6c],
  greaterSigned: [0x4a],
} as const;
export const f32x4 = {
  splat: vector(0x13),
  abs: vector(0xe0),
  sqrt: vector(0xe3),
  add: vector(0xe4),
  sub: vector(0xe5),
  mul: vector(0xe6),
  div: vector(0xe7),
  greater: vector(0x44),
  /** `a < b ? b : a`: one machine instruction, unlike max, which minds NaN. */
  pseudoMax: vector(0xeb),
} as const;
export const f64x2 = {
  splat: vector(0x14),
  greaterOrEqual: vector(0x4c),
  add: vector(0xf0),
  sub: vector(0xf1),
  mul: vector(0xf2),
} as const;
/** Moves the bits of both lanes up, by a number of places that is an i32. */
export const shiftLeft64x2: Code = vector(0xcb);
export const v128 = {
  load: access(0x00, 2),
  loadSplat32: access(0x09, 2),
  loadSplat64: access(0x0a, 3),
  store: access(0x0b, 2),
  and: vector(0x4e),
  zero: [...vector(0x0c), ...new Array<number>(16).fill(0)] as Code,
} as const;

/** A number in both lanes. */
export const f64x2Const = (value: number): Code => {
  const bytes = [...new Uint8Array(Float64Array.of(value).buffer)];
  return [...vector(0x0c), ...bytes, ...bytes];
};

/** Repeats the body while `from`, raised by `step` each time, stays below `to`. */
export const whileBelow = (index: number, to: Code, step: number, body: Code): Code => [
  [0x02, 0x40, 0x03, 0x40],
  [get(index), i32.const(step), i32.add, to, i32.greaterSigned, [0x0d, 1]],
  body,
  [get(index), i32.const(step), i32.add, set(index)],
  [0x0c, 0, 0x0b, 0x0b],
];

/** A function under construction: its parameters and locals are numbers to `get` and `set`. */
export class WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly #locals: ValueType[] = [];
  body: Code = [];

  constructor(name: string, parameters: readonly ValueType[]) {
    this.name = name;
    this.parameters = parameters;
  }

  local(type: ValueType): number {
    return this.parameters.length + this.#locals.push(type) - 1;
  }

  locals(type: ValueType, count: number): number[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  encode(): number[] {
    const locals = this.#locals.map((type) => [1, type]);
    const code = flat([unsigned(locals.length), locals, this.body, 0x0b]);
    return flat([unsigned(code.length), code]);
  }
}

/** A module of functions without results; its memory is imported as `env.memory`. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const list = (items: readonly Code[]): Code => [unsigned(items.length), ...items];
  const section = (id: number, content: Code): Code => {
    const bytes = flat(content);
    return [id, unsigned(bytes.length), bytes];
  };
  const text = (value: string): Code => list([...Buffer.from(value)].map((byte) => [byte]));
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(
        1,
        list(functions.map(({ parameters }) => [0x60, list(parameters.map((type) => [type])), 0x00])),
      ),
      section(2, list([[text('env'), text('memory'), 0x02, 0x00, 0x00]])),
      section(3, list(functions.map((_, index) => unsigned(index)))),
      section(7, list(functions.map(({ name }, index) => [text(name), 0x00, unsigned(index)]))),
      section(10, list(functions.map((item) => item.encode()))),
    ]),
  );
}

const flat = (code: Code): number[] => code.flatMap((part) => (typeof part === 'number' ? part : flat(part)));
