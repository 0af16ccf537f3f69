/** No value at all, as apart from one that is no number. */
export const MISSING = Symbol('missing');

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** A value as a number; MISSING for none (also NaN and infinities, which JSON cannot hold), undefined for what is no number. */
export function toNumber(value: unknown, kind: 'float' | 'int'): number | typeof MISSING | undefined {
  const number = toFloat(value);
  if (number === MISSING || number === undefined) return number;
  if (!Number.isFinite(number)) return MISSING;
  return kind === 'int' ? Math.trunc(number) : number;
}

function toFloat(value: unknown): number | typeof MISSING | undefined {
  switch (typeof value) {
    case 'number':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'bigint':
      return Number(value);
    case 'undefined':
      return MISSING;
    case 'string': {
      const text = value.trim();
      if (text === '' || /^[+-]?(nan|inf(inity)?)$/i.test(text)) return MISSING;
      return NUMBER.test(text) ? Number(text) : undefined;
    }
    default:
      return value === null ? MISSING : undefined;
  }
}
