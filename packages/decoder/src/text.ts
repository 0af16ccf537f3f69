import { isUtf8 } from 'node:buffer';
import { hex } from './bytes.ts';

const DOT = 0x2e;
const BACKSLASH = 0x5c;
/** The longest string that a length byte announces, every byte escaped. */
const ROOM = 4 * 256;

/**
 * Puts text together byte by byte; what cannot be shown becomes `\DDD`, its decimal value (RFC 1035,
 * 5.1): control characters, marks that turn the writing direction, and whatever is not UTF-8.
 */
export class TextBuffer {
  private readonly bytes = Buffer.allocUnsafe(ROOM);
  private length = 0;

  /** Appends a label of a name: its dots and backslashes become `\.` and `\\`. */
  label(data: Buffer, from: number, to: number, utf8: boolean): void {
    for (let at = from; at < to; at++) {
      const byte = data[at];
      if (byte === DOT || byte === BACKSLASH) {
        this.bytes[this.length++] = BACKSLASH;
        this.bytes[this.length++] = byte;
      } else at = this.character(data, at, utf8);
    }
    this.bytes[this.length++] = DOT;
  }

  /** Appends free text. Only a backslash that would read as an escape is escaped: `v=DKIM1\; k=rsa` stays. */
  text(data: Buffer, from: number, to: number, utf8: boolean): void {
    for (let at = from; at < to; at++) {
      if (data[at] === BACKSLASH && at + 3 < to && areDigits(data, at + 1)) this.escape(BACKSLASH);
      else at = this.character(data, at, utf8);
    }
  }

  /** What was appended; the next text starts anew. */
  take(): string {
    const text = this.bytes.toString('utf8', 0, this.length);
    this.length = 0;
    return text;
  }

  /** Appends the character at `at`, or a byte of it, and tells where it ends. */
  private character(data: Buffer, at: number, utf8: boolean): number {
    const hidden = data[at] >= 0x80 && !utf8 ? 1 : controlLength(data, at);
    if (hidden === 0) this.bytes[this.length++] = data[at];
    for (let i = at; i < at + hidden; i++) this.escape(data[i]);
    return at + Math.max(hidden, 1) - 1;
  }

  private escape(byte: number): void {
    this.bytes[this.length++] = BACKSLASH;
    this.bytes[this.length++] = 0x30 + Math.floor(byte / 100);
    this.bytes[this.length++] = 0x30 + (Math.floor(byte / 10) % 10);
    this.bytes[this.length++] = 0x30 + (byte % 10);
  }
}

/** Bytes of the control character or direction mark at `at`, in valid UTF-8; 0 for any other character. */
function controlLength(data: Buffer, at: number): number {
  const byte = data[at];
  if (byte < 0x20 || byte === 0x7f) return 1;
  if (byte === 0xc2) return data[at + 1] < 0xa0 ? 2 : 0; // U+0080 to U+009F
  if (byte === 0xd8) return data[at + 1] === 0x9c ? 2 : 0; // U+061C
  if (byte !== 0xe2) return 0;
  const low = data[at + 2];
  // U+200E, U+200F, U+2028 to U+202E
  if (data[at + 1] === 0x80) return low === 0x8e || low === 0x8f || (low >= 0xa8 && low <= 0xae) ? 3 : 0;
  // U+2066 to U+2069
  return data[at + 1] === 0x81 && low >= 0xa6 && low <= 0xa9 ? 3 : 0;
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

const areDigits = (data: Buffer, at: number): boolean =>
  isDigit(data[at]) && isDigit(data[at + 1]) && isDigit(data[at + 2]);

const buffer = new TextBuffer();

/**
 * `data[from..to)`, at most 255 bytes, as text that `parseText` turns back into the same bytes:
 * printable UTF-8 stays, any other byte becomes `\DDD`.
 */
export function formatText(data: Buffer, from: number, to: number): string {
  let at = from;
  while (at < to && data[at] >= 0x20 && data[at] <= 0x7e && data[at] !== BACKSLASH) at++;
  if (at === to) return data.toString('latin1', from, to);
  buffer.text(data, from, to, isUtf8(data.subarray(from, to)));
  return buffer.take();
}

/** An escape as `TextBuffer` writes it. */
export const ESCAPED_BYTE = '\\\\([01]\\d\\d|2[0-4]\\d|25[0-5])';
const ESCAPES = new RegExp(ESCAPED_BYTE);

/** The bytes that `formatText` made this text of; text without escapes is taken as UTF-8. */
export function parseText(text: string): Buffer {
  if (!text.includes('\\')) return Buffer.from(text);
  const parts = text.split(ESCAPES);
  return Buffer.concat(parts.map((part, i) => (i % 2 === 0 ? Buffer.from(part) : Buffer.of(Number(part)))));
}

/**
 * A field of fixed size that holds text filled up with zero bytes: the text when it is printable
 * ASCII, all bytes in hex otherwise. Hex is longer than the field, so the two cannot be confused.
 */
export function formatFixedText(data: Buffer, from: number, to: number): string {
  let text = '';
  let at = from;
  for (; at < to && data[at] >= 0x20 && data[at] <= 0x7e; at++) text += String.fromCharCode(data[at]);
  for (; at < to; at++) if (data[at] !== 0) return hex(data, from, to);
  return text;
}

/** The `size` bytes that `formatFixedText` made this text of. */
export function parseFixedText(text: string, size: number): Buffer {
  const out = Buffer.alloc(size);
  out.write(text, text.length === 2 * size ? 'hex' : 'latin1');
  return out;
}
