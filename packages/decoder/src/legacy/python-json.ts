import type { LegacyBody, LegacyValue } from './data.ts';

/** Characters that cannot stand in Python's JSON as they are. */
const ESCAPED = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;
const NOT_ASCII = /[^\x20-\x7e]/g;

/**
 * The message as Python's json.dumps writes it by default: `, ` and `: ` between, and all beyond
 * printable ASCII escaped, characters outside the basic plane as two surrogates.
 */
export const legacyJson = (body: LegacyBody): string =>
  `{"data": ${value(body.data as LegacyValue)}, "created": ${text(body.created)}, "source": ${text(body.source)}}`;

function value(item: LegacyValue): string {
  if (typeof item === 'number') return `${item}`;
  if (typeof item === 'string') return text(item);
  if (item === null) return 'null';
  if (Array.isArray(item)) return `[${item.join(', ')}]`;
  let out = '';
  for (const key in item) out += `${out === '' ? '{"' : ', "'}${key}": ${value(item[key])}`;
  return out === '' ? '{}' : `${out}}`;
}

function text(item: string): string {
  return ESCAPED.test(item) ? JSON.stringify(item).replace(NOT_ASCII, escapeUnit) : `"${item}"`;
}

const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
