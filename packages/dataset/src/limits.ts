/** Why a message got no row. */
export type Refusal =
  /** Not an object with the members of a message. */
  | 'not-a-message'
  /** A message of the other schema. */
  | 'other-schema'
  /** A legacy message without a layer; the original skips it too. */
  | 'empty'
  /** Objects in objects in objects. */
  | 'too-deep'
  /** More fields than a packet can have, or a row of many megabytes. */
  | 'too-large';

/** Deepest nesting of values. A packet has at most 32 layers, and their own values are flat. */
const MAX_DEPTH = 64;
/** Most values in one message: a 64 KiB DNS message has about 50,000. */
const MAX_VALUES = 200_000;
/** Largest row, bytes. A captured frame has at most 256 KiB, that is 512 KiB of hex. */
export const MAX_ROW_BYTES = 16 * 2 ** 20;
/** Columns that foreign messages may add to a file; the rest goes to one JSON column. */
export const MAX_EXTRA_COLUMNS = 1000;
/** Longest text taken over from a message as a name: of a source, of a packet. */
export const MAX_NAME_LENGTH = 512;

/** Counts the values of one message and knows when it is too much. */
export class Budget {
  refusal: Refusal | undefined;
  #left = MAX_VALUES;

  reset(): void {
    this.refusal = undefined;
    this.#left = MAX_VALUES;
  }

  /** Counts a value and what it holds; false once the message is too deep or too large. */
  spend(value: unknown, depth = 0): boolean {
    if (--this.#left < 0) this.refusal ??= 'too-large';
    if (depth > MAX_DEPTH) this.refusal ??= 'too-deep';
    if (this.refusal !== undefined) return false;
    if (typeof value !== 'object' || value === null) return true;
    if (Array.isArray(value)) {
      for (const item of value) if (!this.spend(item, depth + 1)) return false;
      return true;
    }
    for (const key in value) {
      if (!this.spend((value as Record<string, unknown>)[key], depth + 1)) return false;
    }
    return true;
  }
}
