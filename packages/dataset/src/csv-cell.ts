/** What makes papaparse, and us, put a cell in quotes: RFC 4180, and outer spaces, which readers trim. */
const NEEDS_QUOTES = /[",\r\n\ufeff]|^ | $/;

const SPACE = 0x20;
/** From here to `~` no character needs quotes: digits, letters, `-.:/_` and the like. */
const FIRST_SAFE = 0x2d;
const LAST_SAFE = 0x7e;

/** A text as one CSV cell, in quotes where it needs them. */
export function csvCell(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Writes a text of safe characters and answers the position behind it, or -1 when there are others.
 * The caller has made room.
 */
export function putSafe(buffer: Buffer, at: number, text: string): number {
  const { length } = text;
  let outside = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    outside |= (code - FIRST_SAFE) | (LAST_SAFE - code);
    buffer[at + i] = code;
  }
  return outside >= 0 ? at + length : -1;
}

/**
 * The same for long texts, where native code is quicker; three bytes per character must be free.
 * Only ASCII takes as many bytes in UTF-8 as it has characters.
 */
export function putLongSafe(buffer: Buffer, at: number, text: string): number {
  const { length } = text;
  const isSafe =
    buffer.write(text, at) === length &&
    !text.includes(',') &&
    !text.includes('"') &&
    !text.includes('\n') &&
    !text.includes('\r') &&
    text.charCodeAt(0) !== SPACE &&
    text.charCodeAt(length - 1) !== SPACE;
  return isSafe ? at + length : -1;
}
