import { TextWriter } from '@antinex/decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundedWriter, writeNumber } from './numbers-json.ts';
import { asciiJson, rowsJson } from './rows-json.ts';

const LONG = Number.POSITIVE_INFINITY;

/** Columns of a table, row after row. */
const columns = (names: readonly string[], values: ArrayLike<number>) =>
  names.map((name, offset) => ({ name, values, stride: names.length, offset, write: writeNumber }));

describe('rows as JSON', () => {
  it('are what JSON.stringify writes', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 8 });
    const cell = fc.oneof(fc.constantFrom(-1, 0, 7), fc.integer(), fc.double(), fc.constant(Number.NaN));
    const table = fc
      .uniqueArray(name, { minLength: 1, maxLength: 5 })
      .chain((names) =>
        fc.tuple(
          fc.constant(names),
          fc.array(fc.array(cell, { minLength: names.length, maxLength: names.length })),
        ),
      );
    fc.assert(
      fc.property(table, ([names, rows]) => {
        const { json, rows: count } = rowsJson(rows.length, columns(names, rows.flat()), LONG);
        const expected = rows.map((row) => Object.fromEntries(names.map((one, i) => [one, row[i]])));
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(expected)));
        expect(json).toMatch(/^[ -~]*$/);
        expect(count).toBe(rows.length);
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  it('are cut behind the last whole row that fits', () => {
    const values = [10, 11, 12, 13];
    const full = rowsJson(4, columns(['a'], values), LONG).json;
    expect(full).toBe('[{"a":10},{"a":11},{"a":12},{"a":13}]');
    for (let limit = 2; limit <= full.length; limit++) {
      const { json, rows } = rowsJson(4, columns(['a'], values), limit);
      expect(json.length).toBeLessThanOrEqual(limit);
      expect(JSON.parse(json)).toHaveLength(rows);
    }
    expect(rowsJson(4, columns(['a'], values), full.length).rows).toBe(4);
  });

  it('keep a zero and a minus zero, and one value in all rows', () => {
    expect(rowsJson(2, columns(['a', 'b'], [0, 5, -0, 5]), LONG).json).toBe('[{"a":0,"b":5},{"a":0,"b":5}]');
    expect(rowsJson(0, [], LONG).json).toBe('[]');
  });
});

describe('rounded numbers', () => {
  const textOf = (digits: number, value: number) => {
    const text = new TextWriter();
    roundedWriter(digits)(text, value);
    return text.view().toString();
  };

  it('are the nearest with so many digits', () => {
    const value = fc.oneof(
      fc.float({ noNaN: true, min: -2, max: 2 }),
      fc.double({ noNaN: true, min: -1e5, max: 1e5 }),
    );
    fc.assert(
      fc.property(value, fc.constantFrom(7, 10), (number, digits) => {
        const text = textOf(digits, number);
        expect(Math.abs(Number(text) - number)).toBeLessThanOrEqual(
          0.5000001 * 10 ** -digits + Math.abs(number) * 2 ** -52,
        );
        expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/);
      }),
      { seed: 13, numRuns: 2000 },
    );
  });

  it.each([
    [1.0000001192092896, '1.0000001192'],
    [-0.9019731283187866, '-0.9019731283'],
    [-1, '-1'],
    [-1e-12, '0'],
    [0.9999999999999, '1'],
    [5e9, '5000000000'],
    [-4294967040, '-4294967040'],
    [Number.NaN, 'null'],
  ])('%d with ten digits is %s', (value, text) => {
    expect(textOf(10, value)).toBe(text);
  });
});

it('texts are written in ASCII', () => {
  expect(JSON.parse(asciiJson('a "\u{1f600}" \u2028'))).toBe('a "\u{1f600}" \u2028');
  expect(asciiJson('\u{e9}')).toBe('"\\u00e9"');
  expect(asciiJson(null)).toBe('null');
});
