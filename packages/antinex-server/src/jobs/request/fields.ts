import type { JobRequest, Problem } from '../types.ts';

const LONGEST_TEXT = 4096;
const MOST_NAMES = 65_536;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Reads a request field by field and notes what is wrong with each. A field that is not there, or null,
 * has its default.
 */
export class Fields {
  readonly problems: Problem[] = [];
  readonly #request: JobRequest;

  constructor(request: JobRequest) {
    this.#request = request;
  }

  value(field: string): unknown {
    return Object.hasOwn(this.#request, field) ? (this.#request[field] ?? undefined) : undefined;
  }

  wrong(field: string, reason: string): void {
    this.problems.push({ field, reason });
  }

  text(field: string, otherwise?: string): string {
    const value = this.value(field) ?? otherwise;
    if (typeof value === 'string' && value.length <= LONGEST_TEXT) return value;
    this.wrong(
      field,
      value === undefined ? 'is missing' : `must be a text of up to ${LONGEST_TEXT} characters`,
    );
    return '';
  }

  /** One of a few words, in whatever case. */
  word<T extends string>(field: string, known: readonly T[], otherwise: T): T {
    const value = this.value(field) ?? otherwise;
    const word = typeof value === 'string' ? known.find((one) => one === value.toLowerCase()) : undefined;
    if (word !== undefined) return word;
    this.wrong(field, `must be one of ${known.join(', ')}`);
    return otherwise;
  }

  flag(field: string, otherwise: boolean): boolean {
    const value = this.value(field) ?? otherwise;
    // Python clients write numbers for them, too.
    if (typeof value === 'boolean') return value;
    if (value === 0 || value === 1) return value === 1;
    this.wrong(field, 'must be true or false');
    return otherwise;
  }

  /** A whole number; the text of one will do, as it does for the original. */
  count(field: string, otherwise: number, from: number, to: number): number {
    const number = toNumber(this.value(field) ?? otherwise);
    if (Number.isSafeInteger(number) && number >= from && number <= to) return number;
    this.wrong(field, `must be a whole number from ${from} to ${to}`);
    return otherwise;
  }

  /** A part of one. */
  share(field: string, otherwise: number): number {
    const number = toNumber(this.value(field) ?? otherwise);
    if (number > 0 && number < 1) return number;
    this.wrong(field, 'must be above 0 and below 1');
    return otherwise;
  }

  names(field: string): readonly string[] {
    const value = this.value(field) ?? [];
    const isList = Array.isArray(value) && value.length <= MOST_NAMES;
    if (isList && value.every((name) => typeof name === 'string' && name.length <= LONGEST_TEXT))
      return [...new Set<string>(value)];
    this.wrong(field, `must be a list of up to ${MOST_NAMES} names`);
    return [];
  }
}

const toNumber = (value: unknown): number =>
  typeof value === 'number' ? value : (numberIn(value) ?? Number.NaN);

/** The number that a text is; undefined for what is none. */
export function numberIn(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const trimmed = text.trim();
  return NUMBER.test(trimmed) ? Number(trimmed) : undefined;
}
