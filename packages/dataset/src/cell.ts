/** What a cell of a row holds; null is an empty cell. Booleans are 1 and 0, so models can read them. */
export type CellValue = string | number | null;

/** An object that is no list. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPlain = (value: unknown): boolean =>
  typeof value === 'string' || Number.isFinite(value) || typeof value === 'boolean';

/**
 * A value as a cell: numbers and text as they are, booleans as 1 and 0, lists of plain values joined
 * by spaces, anything else (and everything in a JSON column) as JSON text. JSON has no word for
 * numbers that are not finite: they are empty, as they are behind a broker.
 */
export function cellOf(value: unknown, json: boolean): CellValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  if (json) return JSON.stringify(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return Array.isArray(value) && value.every(isPlain) ? value.join(' ') : JSON.stringify(value);
}
