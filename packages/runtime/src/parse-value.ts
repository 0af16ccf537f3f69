import type { Setting, SettingValue } from './settings.ts';

/** A value, or what the text should have been. */
export type Parsed = { readonly value: SettingValue } | { readonly expected: string };

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off'].map((word) => [word, false] as const),
]);

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  '': 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const BYTES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/**
 * Reads one value as its setting asks. Durations are `250ms 1.5s 2m 1h 1d`, a bare number is seconds;
 * sizes are `64kB 256MB 1GiB`, a bare number is bytes.
 */
export function parseValue(setting: Setting, raw: string | number | boolean): Parsed {
  const text = String(raw).trim();
  switch (setting.type) {
    case 'string':
      return { value: String(raw) };
    case 'boolean': {
      const value = BOOLEANS.get(text.toLowerCase());
      return value === undefined ? { expected: 'true or false' } : { value };
    }
    case 'choice': {
      const value = setting.choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
      return value === undefined ? { expected: `one of ${setting.choices.join(', ')}` } : { value };
    }
    case 'integer':
      return inRange(setting, toInteger(text), 'a whole number', '');
    case 'number':
      return inRange(setting, toNumber(text), 'a number', '');
    case 'duration':
      return inRange(setting, withUnit(text, MILLISECONDS), 'a time such as 250ms or 10s', 'ms');
    case 'size':
      return inRange(setting, withUnit(text, BYTES), 'a size such as 64kB or 256MB', 'B');
  }
}

function toNumber(text: string): number | undefined {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
  return Number.isFinite(value) ? value : undefined;
}

const toInteger = (text: string): number | undefined =>
  /^[+-]?\d+$/.test(text) ? safe(Number(text)) : undefined;

const safe = (value: number): number | undefined => (Number.isSafeInteger(value) ? value : undefined);

function withUnit(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
  const unit = match && units[match[2].toLowerCase()];
  return match && unit ? safe(Math.round(Number(match[1]) * unit)) : undefined;
}

function inRange(
  { min, max }: { readonly min?: number; readonly max?: number },
  value: number | undefined,
  what: string,
  unit: string,
): Parsed {
  const tooSmall = min !== undefined && value !== undefined && value < min;
  const tooLarge = max !== undefined && value !== undefined && value > max;
  if (value !== undefined && !tooSmall && !tooLarge) return { value };
  if (min !== undefined && max !== undefined)
    return { expected: `${what} from ${min}${unit} to ${max}${unit}` };
  if (min !== undefined) return { expected: `${what}, at least ${min}${unit}` };
  return { expected: max === undefined ? what : `${what}, at most ${max}${unit}` };
}
