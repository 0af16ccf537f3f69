import type { LabelRules } from '@antinex/models';
import { numberIn } from '../request/fields.ts';
import { LARGEST_NUMBER } from './frame.ts';

/** Reads a value of a row or file as a number: NaN for none, undefined for what is no number. */
export type CellReader = (value: unknown) => number | undefined;

const MISSING = new Set(['', 'nan', 'null', 'none', 'n/a', 'na']);
const LONGEST_MISSING = 8;

/** Whether a cell of a file is none. */
export const isMissingText = (text: string): boolean =>
  text === '' || (text.length <= LONGEST_MISSING && MISSING.has(text.trim().toLowerCase()));

export const readNumber: CellReader = (value) => {
  switch (typeof value) {
    case 'number':
      // JSON has neither, but 1e999 is an infinity when it was read.
      return Math.abs(value) <= LARGEST_NUMBER || Number.isNaN(value) ? value : undefined;
    case 'boolean':
      return value ? 1 : 0;
    case 'undefined':
      return Number.NaN;
    case 'string': {
      const number = numberIn(value);
      if (number !== undefined) return readNumber(number);
      return isMissingText(value) ? Number.NaN : undefined;
    }
    default:
      return value === null ? Number.NaN : undefined;
  }
};

/** Labels may also be written by their names. */
export function labelReader(rules: LabelRules | undefined): CellReader {
  return (value) => {
    const place = typeof value === 'string' ? (rules?.labels.indexOf(value.trim()) ?? -1) : -1;
    return place < 0 ? readNumber(value) : rules!.label_values[place];
  };
}
