import { Budget } from '@antinex/dataset';
import type { ParsedMessage } from './message.ts';

/** Why a message is none of ours, in words that are few enough to count by. */
export type Malformation =
  | 'not JSON'
  | 'not a message'
  | 'unknown schema'
  | 'empty'
  | 'too deep'
  | 'too large'
  | 'no legacy form';

/** Longest text of a message. A frame of 256 KiB makes 600 kB, a DNS message of 64 KiB with 50,000 values 3 MB. */
export const MOST_BYTES = 8 * 2 ** 20;
/** A text that is no longer cannot hold too many values. */
const FEW_BYTES = 64 * 2 ** 10;
/** One with brackets at no more places cannot be too deep: a place has four bytes. */
const FEW_PLACES = 15;
const MOST_ID_CHARACTERS = 512;
/** `{` and `[` differ in one bit; these are for four bytes at once. */
const WITHOUT_THE_BIT = 0xdfdfdfdf;
const BRACKETS = 0x5b5b5b5b;
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080;

const budget = new Budget();

/** What is wrong with a parsed message; undefined when it can become a row. `text` is its JSON. */
export function malformationOf(message: unknown, text: Uint8Array): Malformation | undefined {
  if (!isObject(message) || !isObject(message.data)) return 'not a message';
  const { schema, id, data } = message;
  if (schema !== undefined && schema !== 2) return 'unknown schema';
  if (schema === 2 && (typeof id !== 'string' || id === '' || id.length > MOST_ID_CHARACTERS)) {
    return 'not a message';
  }
  if (schema === undefined && Object.keys(data as object).length === 0) return 'empty';
  if (text.length <= FEW_BYTES && openingPlaces(text) <= FEW_PLACES) return undefined;
  budget.reset();
  budget.spend(message);
  if (budget.refusal === undefined) return undefined;
  return budget.refusal === 'too-deep' ? 'too deep' : 'too large';
}

const isObject = (value: unknown): value is Record<keyof ParsedMessage, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How many runs of four bytes hold an opening bracket, in a string or not. */
function openingPlaces(text: Uint8Array): number {
  const view = new DataView(text.buffer, text.byteOffset, text.length);
  const end = text.length - 3;
  let places = 0;
  for (let i = 0; i < end; i += 4) {
    const differences = (view.getInt32(i) & WITHOUT_THE_BIT) ^ BRACKETS;
    // The high bit of a byte that is 0: "Determine if a word has a zero byte", Bit Twiddling Hacks.
    if (((differences - ONES) & ~differences & HIGH_BITS) !== 0) places++;
  }
  return places;
}
