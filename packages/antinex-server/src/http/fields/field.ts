import { parseJson } from '../json.ts';

/** How a field is written in JSON. A text with a number will do for a number, as it does for the original. */
export type Kind = 'text' | 'integer' | 'number' | 'flag' | 'jsonText' | 'json' | 'any';

/** A field of a body: what the API's description says of it, and how it is read. */
export interface Field {
  readonly kind: Kind;
  readonly about: string;
  /** Stands in where the field is not there or null; null unless given. */
  readonly default?: unknown;
  /** Characters of a text. */
  readonly maxLength?: number;
  /** Must be there. */
  readonly required?: true;
  /** Its JSON schema where the kind does not say all of it. */
  readonly schema?: object;
}

export type FieldTable = Readonly<Record<string, Field>>;

/** What is wrong with each field of a body: what a 422 says. */
export type FieldProblems = Readonly<Record<string, readonly string[]>>;

interface Read {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: FieldProblems;
}

const LONGEST_TEXT = 512;
/** JSON that comes as text: settings, not data. */
const LONGEST_JSON_TEXT = 65_536;
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** Reads the fields of a table from a body and leaves out all others. */
export function readFields(table: FieldTable, body: Readonly<Record<string, unknown>>): Read {
  const values: Record<string, unknown> = {};
  const problems: Record<string, string[]> = {};
  for (const [name, field] of Object.entries(table)) {
    const raw = Object.hasOwn(body, name) ? body[name] : undefined;
    if (raw === undefined && field.required) problems[name] = ['This field is required.'];
    const value =
      raw === undefined || raw === null ? (field.default ?? null) : READERS[field.kind](raw, field);
    if (value instanceof Wrong) problems[name] = [value.reason];
    else values[name] = value;
  }
  return { values, problems };
}

class Wrong {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

type Reader = (raw: unknown, field: Field) => unknown;

const READERS: Readonly<Record<Kind, Reader>> = {
  text: (raw, { maxLength = LONGEST_TEXT }) => {
    if (typeof raw !== 'string') return new Wrong('Not a valid string.');
    return raw.length <= maxLength
      ? raw
      : new Wrong(`Ensure this field has no more than ${maxLength} characters.`);
  },
  integer: (raw) => {
    const value = toNumber(raw);
    return Number.isSafeInteger(value) ? value : new Wrong('A valid integer is required.');
  },
  number: (raw) => {
    const value = toNumber(raw);
    return Number.isFinite(value) ? value : new Wrong('A valid number is required.');
  },
  flag: (raw) => FLAGS.get(raw) ?? new Wrong('Must be true or false.'),
  jsonText: (raw) => (typeof raw === 'string' ? parseText(raw) : new Wrong('Must be JSON as text.')),
  json: (raw) => (typeof raw === 'string' ? parseText(raw) : raw),
  any: (raw) => raw,
};

const toNumber = (raw: unknown): number => {
  if (typeof raw === 'number') return raw;
  return typeof raw === 'string' && NUMBER.test(raw) ? Number(raw) : Number.NaN;
};

const FLAGS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...[true, 1, '1', 'true', 'True', 'yes'].map((word) => [word, true] as const),
  ...[false, 0, '0', 'false', 'False', 'no'].map((word) => [word, false] as const),
]);

function parseText(text: string): unknown {
  if (text.length > LONGEST_JSON_TEXT)
    return new Wrong(`Ensure this field has no more than ${LONGEST_JSON_TEXT} characters.`);
  try {
    return parseJson(text);
  } catch {
    return new Wrong('Must be valid JSON.');
  }
}
