const ZERO = 0x30;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LONG = 40;

/** What every Buffer has and its types leave out: write() without the checks of its arguments. */
export type SliceWrites = {
  latin1Write(text: string, at: number, bytes: number): number;
  utf8Write(text: string, at: number, bytes: number): number;
};

/** Writes ASCII `text` at `at`; answers the position behind it. The caller has made room. */
export function putAscii(buffer: Buffer, at: number, text: string): number {
  const { length } = text;
  if (length > LONG) return at + (buffer as Buffer & SliceWrites).latin1Write(text, at, length);
  for (let i = 0; i < length; i++) buffer[at + i] = text.charCodeAt(i);
  return at + length;
}

/** Writes a text in quotes and answers the position behind it, or -1 when something in it needs an escape. */
export function putJson(buffer: Buffer, at: number, text: string): number {
  const { length } = text;
  buffer[at] = QUOTE;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return -1;
    buffer[at + 1 + i] = code;
  }
  buffer[at + 1 + length] = QUOTE;
  return at + 2 + length;
}

/** Most that a number takes: a sign, `0.00000` and 17 digits. */
const NUMBER_ROOM = 25;

/** Writes a number as JavaScript does, at most 25 characters; integers below 2^32 by a table. */
export function putNumber(buffer: Buffer, at: number, value: number): number {
  if (value >= 0 && (value | 0) === value) return putDigits(buffer, at, value);
  if (value > 0 && value < 0x1_0000_0000 && value >>> 0 === value) {
    const high = Math.floor(value / 10_000);
    return putFour(buffer, putDigits(buffer, at, high), value - high * 10_000);
  }
  // What String makes of a number stays in a cache of the engine's: it costs time, and memory that grows old.
  return putAscii(buffer, at, Number.isFinite(value) ? JSON.stringify(value) : String(value));
}

/** Four digits for each number below 10,000, the first in the highest byte. */
const FOUR_DIGITS = Int32Array.from({ length: 10_000 }, (_, value) =>
  Buffer.from(String(value).padStart(4, '0')).readInt32BE(),
);

function putDigits(buffer: Buffer, at: number, value: number): number {
  if (value < 10) {
    buffer[at] = ZERO + value;
    return at + 1;
  }
  if (value < 10_000) return putFew(buffer, at, value);
  const high = (value / 10_000) | 0;
  return putFour(buffer, putDigits(buffer, at, high), value - high * 10_000);
}

/** Two to four digits. */
function putFew(buffer: Buffer, at: number, value: number): number {
  const digits = FOUR_DIGITS[value];
  let end = at;
  if (value >= 1000) buffer[end++] = digits >>> 24;
  if (value >= 100) buffer[end++] = digits >>> 16;
  buffer[end] = digits >>> 8;
  buffer[end + 1] = digits;
  return end + 2;
}

function putFour(buffer: Buffer, at: number, value: number): number {
  const digits = FOUR_DIGITS[value];
  buffer[at] = digits >>> 24;
  buffer[at + 1] = digits >>> 16;
  buffer[at + 2] = digits >>> 8;
  buffer[at + 3] = digits;
  return at + 4;
}

/** The same for a whole number from 0 to 2^32 - 1; up to three bytes behind it are written over. */
export function putUint(words: DataView, at: number, value: number): number {
  if (value < 10_000) return putFewWords(words, at, value);
  const high = (value / 10_000) | 0;
  return putFourWords(words, putUpper(words, at, high), value - high * 10_000);
}

function putUpper(words: DataView, at: number, value: number): number {
  if (value < 10_000) return putFewWords(words, at, value);
  const high = (value / 10_000) | 0;
  return putFourWords(words, putFewWords(words, at, high), value - high * 10_000);
}

/** The digits of each number below 10,000, the first in the highest byte, and how many these are. */
export const FEW_LENGTHS = Uint8Array.from(FOUR_DIGITS, (_, value) => String(value).length);
export const FEW_DIGITS = FOUR_DIGITS.map((digits, value) => digits << (32 - 8 * FEW_LENGTHS[value]));

function putFewWords(words: DataView, at: number, value: number): number {
  words.setInt32(at, FEW_DIGITS[value]);
  return at + FEW_LENGTHS[value];
}

function putFourWords(words: DataView, at: number, value: number): number {
  words.setInt32(at, FOUR_DIGITS[value]);
  return at + 4;
}

/** Nine digits; up to three bytes behind them are written over. */
export function putNanos(words: DataView, at: number, value: number): number {
  const high = (value / 100_000) | 0;
  const low = value - high * 100_000;
  const middle = (low / 10) | 0;
  words.setInt32(at, FOUR_DIGITS[high]);
  words.setInt32(at + 4, FOUR_DIGITS[middle]);
  words.setInt8(at + 8, ZERO + low - middle * 10);
  return at + 9;
}

/** Two hex digits for each byte. */
const HEX_DIGITS = Uint16Array.from({ length: 256 }, (_, byte) =>
  Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16BE(),
);

/** Writes `data[from..to)` in lower-case hex, several times faster than by way of a string. */
export function putHex(words: DataView, at: number, data: Uint8Array, from: number, to: number): number {
  let end = at;
  let i = from;
  for (; i + 1 < to; i += 2) {
    words.setInt32(end, (HEX_DIGITS[data[i]] << 16) | HEX_DIGITS[data[i + 1]]);
    end += 4;
  }
  if (i === to) return end;
  words.setUint16(end, HEX_DIGITS[data[i]]);
  return end + 2;
}

const wordsOf = ({ buffer, byteOffset, length }: Buffer): DataView =>
  new DataView(buffer, byteOffset, length);

/**
 * Builds text as bytes in one reused buffer. Ropes of string pieces cost V8 a tree to build and a
 * walk to flatten; writing each character where it belongs costs neither.
 */
export class TextWriter {
  buffer: Buffer;
  /** The same memory, for stores of several bytes at once. */
  words: DataView;
  length = 0;

  constructor(size = 1 << 16) {
    this.buffer = Buffer.allocUnsafeSlow(size);
    this.words = wordsOf(this.buffer);
  }

  /** Makes room for `bytes` more and answers the buffer they go into. */
  reserve(bytes: number): Buffer {
    const need = this.length + bytes;
    if (need > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, need));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
      this.words = wordsOf(larger);
    }
    return this.buffer;
  }

  byte(value: number): void {
    this.reserve(1)[this.length++] = value;
  }

  /** Characters up to U+00FF, one byte each: the caller knows that its text is ASCII. */
  ascii(text: string): void {
    this.length = putAscii(this.reserve(text.length), this.length, text);
  }

  number(value: number): void {
    this.length = putNumber(this.reserve(NUMBER_ROOM), this.length, value);
  }

  /** Bytes in lower-case hex. */
  hex(data: Uint8Array, from: number, to: number): void {
    this.reserve(2 * (to - from));
    this.length = putHex(this.words, this.length, data, from, to);
  }

  /** Any text, as UTF-8. */
  utf8(text: string): void {
    this.length += this.reserve(text.length * 3).write(text, this.length);
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length).set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A JSON string: printable ASCII is copied, anything else takes JSON.stringify's way. */
  json(text: string): void {
    const end = putJson(this.reserve(text.length + 2), this.length, text);
    if (end < 0) this.utf8(JSON.stringify(text));
    else this.length = end;
  }

  /** What was written, without a copy: valid until the next write. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}
