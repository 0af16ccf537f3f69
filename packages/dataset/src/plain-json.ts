import { endOfInteger, endOfText, NOT_SIMPLE } from './json-bytes.ts';

const [COMMA, COLON, QUOTE, OPEN, CLOSE, LIST_OPEN, LIST_CLOSE] = Buffer.from(',:"{}[]');
const MOST_DEPTH = 8;
const MOST_KEYS = 32;
/** Keys that begin with a digit or less may be numbers, and objects put those first. */
const FIRST_KEY_BYTE = 0x3a;

/**
 * Reads over JSON that parsing and writing it again would not change: integers and texts of printable
 * ASCII without escapes, in lists and objects, no spaces, each key once. Answers the position behind it,
 * or NOT_SIMPLE for any other.
 */
export function endOfPlainJson(text: Buffer, at: number, end: number, depth = 0): number {
  const first = text[at];
  if (first === QUOTE) {
    const to = endOfText(text, at + 1, end);
    return to === NOT_SIMPLE ? NOT_SIMPLE : Math.abs(to) + 1;
  }
  if (depth === MOST_DEPTH) return NOT_SIMPLE;
  if (first === OPEN) return endOfObject(text, at + 1, end, depth + 1);
  if (first === LIST_OPEN) return endOfList(text, at + 1, end, depth + 1);
  return endOfInteger(text, at, end);
}

function endOfList(text: Buffer, start: number, end: number, depth: number): number {
  if (text[start] === LIST_CLOSE) return start + 1;
  for (let at = start; ; at++) {
    at = endOfPlainJson(text, at, end, depth);
    if (at === NOT_SIMPLE) return NOT_SIMPLE;
    if (text[at] === LIST_CLOSE) return at + 1;
    if (text[at] !== COMMA) return NOT_SIMPLE;
  }
}

function endOfObject(text: Buffer, start: number, end: number, depth: number): number {
  if (text[start] === CLOSE) return start + 1;
  const keys: string[] = [];
  for (let at = start; ; at++) {
    const to =
      text[at] === QUOTE && text[at + 1] >= FIRST_KEY_BYTE ? endOfText(text, at + 1, end) : NOT_SIMPLE;
    if (to <= NOT_SIMPLE || text[to + 1] !== COLON) return NOT_SIMPLE;
    const key = text.toString('latin1', at + 1, to);
    if (keys.includes(key) || keys.push(key) > MOST_KEYS) return NOT_SIMPLE;
    at = endOfPlainJson(text, to + 2, end, depth);
    if (at === NOT_SIMPLE) return NOT_SIMPLE;
    if (text[at] === CLOSE) return at + 1;
    if (text[at] !== COMMA) return NOT_SIMPLE;
  }
}
