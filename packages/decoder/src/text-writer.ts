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

/** Writes a number as JavaScript does, at most 25 characters; integers below 2^31 digit by digit. */
export function putNumber(buffer: Buffer, at: number, value: number): number {
  if (value >= 0 && (value | 0) === value) return putDigits(buffer, at, value);
  if (value > 0 && value < 0x1_0000_0000 && value >>> 0 === value) {
    const high = Math.floor(value / 100_000);
    return putFive(buffer, putDigits(buffer, at, high), value - high * 100_000);
  }
  return putAscii(buffer, at, String(value));
}

function putDigits(buffer: Buffer, at: number, value: number): number {
  let rest = value | 0;
  if (rest < 10) {
    buffer[at] = ZERO + rest;
    return at + 1;
  }
  let end = at + 2;
  for (let bound = 100; end < at + 10 && rest >= bound; bound *= 10) end++;
  for (let i = end - 1; i >= at; i--) {
    const tenth = (rest / 10) | 0;
    buffer[i] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return end;
}

function putFive(buffer: Buffer, at: number, value: number): number {
  let rest = value | 0;
  for (let i = at + 4; i >= at; i--) {
    const tenth = (rest / 10) | 0;
    buffer[i] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return at + 5;
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
