import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Lean, parseLean } from './lean-json.ts';

const LEAN: Lean = { leaveOut: new Set(['left', 'a']), rows: 'rows', columns: new Set(['x', 'y']) };
const NOTHING: Lean = { leaveOut: new Set(), rows: '\0', columns: new Set() };

const read = (text: string, lean = LEAN) => parseLean(Buffer.from(text), lean);

/** What should be left of a value. */
function pruned(value: unknown, ofRow = false): unknown {
  if (Array.isArray(value)) return value.map((item) => pruned(item));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) =>
    ofRow ? LEAN.columns.has(key) : !LEAN.leaveOut.has(key),
  );
  return Object.fromEntries(
    kept.map(([key, item]) => {
      const isRows = key === 'rows' && Array.isArray(item);
      return [key, isRows ? item.map((row) => prunedRow(row)) : pruned(item)];
    }),
  );
}
const prunedRow = (row: unknown): unknown => pruned(row, !Array.isArray(row));

const key = fc.oneof(fc.constantFrom('left', 'a', 'rows', 'x', 'y', 'z', '__proto__x'), fc.string());
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
  ),
}));

describe('parseLean', () => {
  it('reads what JSON.parse reads, but for what is not wanted', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        const parsed = JSON.parse(text);
        expect(read(text, NOTHING)).toEqual(parsed);
        expect(read(text)).toEqual(pruned(parsed));
      }),
      { seed: 9, numRuns: 500 },
    );
  });

  it('takes no text that JSON.parse does not take, where it matters', () => {
    const texts = fc.oneof(
      fc.tuple(tree, fc.nat(), fc.string({ maxLength: 2 })).map(([value, at, cut]) => {
        const text = JSON.stringify(value) ?? '';
        const place = at % (text.length + 1);
        return text.slice(0, place) + cut + text.slice(place + 1);
      }),
      fc.string(),
    );
    const orThrown = (parse: () => unknown) => {
      try {
        return { value: parse() };
      } catch {
        return 'no JSON';
      }
    };
    fc.assert(
      fc.property(texts, (text) => {
        expect(orThrown(() => read(text, NOTHING))).toEqual(
          orThrown(() => JSON.parse(Buffer.from(text).toString())),
        );
      }),
      { seed: 10, numRuns: 1000 },
    );
  });

  it('gives back no prototype of somebody else', () => {
    const value = read('{"__proto__": {"x": 1}, "b": 2}') as object;
    expect(Object.keys(value)).toEqual(['__proto__', 'b']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it.each(['['.repeat(1e5), '{"a":'.repeat(1e5), '{"rows":[{"x":'.repeat(1e4), `{"left":${'['.repeat(1e5)}`])(
    'survives what is nested too deep (%#)',
    (text) => expect(() => read(text)).toThrow(SyntaxError),
  );
});
