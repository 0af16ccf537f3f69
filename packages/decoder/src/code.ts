import {
  FEW_DIGITS,
  FEW_LENGTHS,
  putAscii,
  putJson,
  putNumber,
  putUint,
  type TextWriter,
} from './text-writer.ts';
import { TimeBytes } from './time-bytes.ts';

/** Writes what it knows of an object. */
export type ObjectWriter<Result = void> = (w: TextWriter, values: object) => Result;

/**
 * A function out of `body`, which writes at `p` into `b` (`v` for several bytes at once) with `room` bytes
 * to spare. It may use `x` and `q`, and whatever is in `helpers`. One straight-line function per kind of
 * object lets V8 see one shape at each property access, which is where a loop over names spends its time.
 */
export function assemble<Result = void>(room: number, body: string, helpers: object): ObjectWriter<Result> {
  const bound = { ...helpers, putAscii, putJson, putNumber, putUint, FEW_DIGITS, FEW_LENGTHS, TimeBytes };
  const source = `return (w, values) => {
    const room = ${room}; let x; let q; let b = w.reserve(room); let v = w.words; let p = w.length;
    ${body}
  }`;
  return new Function(...Object.keys(bound), source)(...Object.values(bound));
}

/** Code that writes `x` where it is a whole number from 0 to 2^32 - 1: mostly it has few digits. */
export const UINT = `if (typeof x === 'number' && x >>> 0 === x) {
  if (x < 10000) { v.setInt32(p, FEW_DIGITS[x]); p += FEW_LENGTHS[x]; } else p = putUint(v, p, x);
}`;

/** Code that leaves the writing to a function, and goes on where that ended. */
export function call(code: string): string {
  return `w.length = p; ${code}; b = w.reserve(room); v = w.words; p = w.length;`;
}

/** Code that writes a constant, some bytes a store; up to seven bytes behind it are written over later. */
export function put(constant: string): string {
  const { length } = constant;
  const padded = Buffer.alloc(length + 7, constant);
  const stores = [];
  let at = 0;
  for (; length - at > 4; at += 8) stores.push(`v.setFloat64(p + ${at}, ${padded.readDoubleBE(at)});`);
  for (; at < length; at += 4) {
    if (length - at === 1) stores.push(`b[p + ${at}] = ${padded[at]};`);
    else stores.push(`v.setInt32(p + ${at}, ${padded.readInt32BE(at)});`);
  }
  return `${stores.join(' ')} p += ${length};`;
}
