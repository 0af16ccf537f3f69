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
  const digits = at - first;
  const isZero = text[first] === ZERO;
  return digits === 0 || digits > MOST_DIGITS || (isZero && at > start + 1) ? NOT_SIMPLE : at;
}
