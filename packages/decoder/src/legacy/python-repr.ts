import { HEX } from '../bytes.ts';

const NAMED: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };
const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;

/** `data[from..to)` inside Python's quotes, as repr() writes bytes, and text that is all ASCII. */
function quoted(data: Buffer, from: number, to: number): string {
  const body = data.subarray(from, to);
  const quote = body.includes(QUOTE) && !body.includes(DOUBLE_QUOTE) ? '"' : "'";
  let text = quote;
  for (const byte of body) {
    if (byte === QUOTE && quote === "'") text += "\\'";
    else if (NAMED[byte] !== undefined) text += NAMED[byte];
    else text += byte < 0x20 || byte > 0x7e ? `\\x${HEX[byte]}` : String.fromCharCode(byte);
  }
  return text + quote;
}

/** Python's repr() of a bytes object. */
export const bytesRepr = (data: Buffer, from: number, to: number): string => `b${quoted(data, from, to)}`;

/** Kamene's repr of a byte string field: text where it is ASCII, else bytes. */
export function stringRepr(data: Buffer, from: number, to: number): string {
  for (let i = from; i < to; i++) if (data[i] > 0x7f) return bytesRepr(data, from, to);
  return quoted(data, from, to);
}
