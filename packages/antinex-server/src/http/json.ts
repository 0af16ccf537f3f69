const DEEPEST = 32;
const SUSPECT = /__proto__|\\u005f/i;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The value of a JSON text that others wrote: at most 32 levels deep, and with no key `__proto__`.
 *
 * @throws SyntaxError whose message quotes nothing of the text, for there may be a password in it.
 */
export function parseJson(text: string): unknown {
  // Before it is parsed: millions of brackets would take gigabytes.
  if (isDeeperThan(text, DEEPEST)) throw new SyntaxError(`it is nested more than ${DEEPEST} levels deep`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    throw new SyntaxError(
      position === undefined ? 'it is no JSON' : `it is no JSON from char ${position} on`,
    );
  }
  if (SUSPECT.test(text) && hasProtoKey(value)) throw new SyntaxError('the key __proto__ is not allowed');
  return value;
}

function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at < 0) return false;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > limit) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return false;
}

/** Where the string that starts at `start` ends; -1 if it does not. */
function endOfString(text: string, start: number): number {
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
  } while (end > 0 && isEscaped(text, end));
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function hasProtoKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasProtoKey);
}
