import type { Bytes } from './bytes.ts';

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
/** Any integer of so many digits is written in one way only. */
const MOST_DIGITS = 15;

/** What a byte of a JSON string means for its cell in a CSV file. */
const PLAIN = 0;
/** ASCII that may have to stand in quotes: those before `-`, that is the space and the comma. */
const SPECIAL = 1;
const STOP = 2;
const HIGH_BITS = 0x80808080;

const CLASSES = new Uint8Array(256).fill(STOP);
CLASSES.fill(SPECIAL, 0x20, 0x2d);
CLASSES.fill(PLAIN, 0x2d, 0x7f);
CLASSES[QUOTE] = STOP;
CLASSES[0x5c] = STOP;

/** The end of a plain string is told from that of one with special characters by its sign. */
export const NOT_SIMPLE = 0;

/**
 * Reads over a JSON string of printable ASCII without escapes, from behind its first quote. Answers where
 * its last quote stands, the negative of that when some characters may need quotes in a CSV file, and
 * NOT_SIMPLE for any other string.
 */
export function endOfText(text: Uint8Array, start: number, end: number): number {
  let isSpecial = false;
  let at = start;
  for (; at < end; at++) {
    const kind = CLASSES[text[at]];
    if (kind === PLAIN) continue;
    if (kind === STOP) break;
    isSpecial = true;
  }
  if (at === end || text[at] !== QUOTE) return NOT_SIMPLE;
  return isSpecial ? -at : at;
}

/** Reads over an integer that is written as JavaScript writes it, and answers the position behind it; or NOT_SIMPLE. */
export function endOfInteger(text: Uint8Array, start: number, end: number): number {
  const first = text[start] === MINUS ? start + 1 : start;
  let at = first;
  while (at < end && (text[at] - ZERO) >>> 0 <= 9) at++;
  return isNumber(text, start, first, at) ? at : NOT_SIMPLE;
}

/**
 * Reads over a JSON string of PLAIN characters, from behind its first quote, and answers where its last
 * quote stands; NOT_SIMPLE for any other, and for one in the last four bytes there are.
 */
export function endOfPlainText({ bytes, words }: Bytes, start: number): number {
  for (let at = start; at + 4 <= bytes.length; at += 4) {
    const others = othersThanPlain(words.getInt32(at, true));
    if (others === 0) continue;
    const to = at + lowestByte(others);
    return bytes[to] === QUOTE ? to : NOT_SIMPLE;
  }
  return NOT_SIMPLE;
}

/** As `endOfInteger`, but NOT_SIMPLE for one in the last four bytes there are, too. */
export function endOfPlainInteger({ bytes, words }: Bytes, start: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  for (let at = first; at + 4 <= bytes.length; at += 4) {
    const others = othersThanDigits(words.getInt32(at, true));
    if (others === 0) continue;
    const to = at + lowestByte(others);
    return isNumber(bytes, start, first, to) ? to : NOT_SIMPLE;
  }
  return NOT_SIMPLE;
}

/** Whether a sign and digits are an integer as JavaScript writes it. */
function isNumber(text: Uint8Array, start: number, first: number, end: number): boolean {
  const digits = end - first;
  return digits > 0 && digits <= MOST_DIGITS && (text[first] !== ZERO || end === start + 1);
}

/**
 * The highest bit of the lowest byte that is not PLAIN is set, and no bit below it; 0 when all four are
 * PLAIN. Those above are not to be relied on: a borrow or carry of this one may reach them.
 */
function othersThanPlain(four: number): number {
  const belowFirst = (four - 0x2d2d2d2d) & ~four;
  const aboveLast = (four + 0x01010101) | four;
  const other = four ^ 0x5c5c5c5c;
  const backslash = (other - 0x01010101) & ~other;
  return (belowFirst | aboveLast | backslash) & HIGH_BITS;
}

/** The same for what is no digit. */
function othersThanDigits(four: number): number {
  const digits = four ^ 0x30303030;
  return ((digits + 0x76767676) | digits) & HIGH_BITS;
}

/** Which byte the lowest bit is in that is set. */
const lowestByte = (bits: number): number => (31 - Math.clz32(bits & -bits)) >>> 3;
