import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitMinMax, fitStandard, scale, scaleLikeAntinex } from './scaler.ts';
import { checkTable, type Table, takeRows } from './table.ts';

const table = (rows: number[][]): Table => ({
  values: Float32Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
});
const unusable = expect.objectContaining({ code: 'TABLE_UNUSABLE' });
const values = (result: Table) => [...result.values];

describe('the default scaler', () => {
  const train = table([
    [0, 5, 100],
    [10, 5, 300],
  ]);

  it('takes each column to -1 ... 1, and a constant one to -1', () => {
    expect(values(scale(fitMinMax(train), train))).toEqual([-1, -1, -1, 1, -1, 1]);
  });

  it('scales one row alone as it scaled it among others', () => {
    expect(values(scale(fitMinMax(train), table([[5, 5, 150]])))).toEqual([0, -1, -0.5]);
  });

  it('keeps what it never saw at the ends', () => {
    expect(values(scale(fitMinMax(train), table([[-99, 9e9, 1e30]])))).toEqual([-1, 1, 1]);
  });

  it('never leaves its range', () => {
    const cell = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), (rows) => {
        const all = table(rows);
        const scaled = scale(fitMinMax(takeRows(all, [0])), all);
        expect(scaled.values.every((value) => value >= -1 && value <= 1)).toBe(true);
        expect(scale(fitMinMax(all), all).values.every((value) => value >= -1 && value <= 1)).toBe(true);
      }),
      { seed: 5 },
    );
  });
});

describe("AntiNex's scaler", () => {
  it('takes one row alone to -1, whatever it is', () => {
    expect(values(scaleLikeAntinex(table([[5, 0, 1e3]])))).toEqual([-1, -1, -1]);
  });

  it('refuses columns whose spread is no number', () => {
    expect(() => scaleLikeAntinex(table([[3e38], [-3e38]]))).toThrow(unusable);
  });
});

it('the standard scaler leaves mean 0 and deviation 1', () => {
  const rows = table([
    [1, 7],
    [2, 7],
    [3, 7],
  ]);
  const scaled = values(scale(fitStandard(rows), rows));
  [-Math.sqrt(1.5), 0, 0, 0, Math.sqrt(1.5), 0].forEach((value, i) => {
    expect(scaled[i]).toBeCloseTo(value, 6);
  });
});

describe('tables', () => {
  const good = { values: new Float32Array(6), rows: 2, columns: 3 };
  it.each([
    ['no rows', { ...good, rows: 0 }],
    ['no columns', { ...good, columns: 0 }],
    ['half a row', { ...good, rows: 1.5 }],
    ['another number of values', { ...good, columns: 4 }],
    ['values of another kind', { ...good, values: [1, 2, 3, 4, 5, 6] as unknown as Float32Array }],
    ['nothing', undefined as unknown as Table],
    ['NaN', { ...good, values: Float32Array.of(1, 2, Number.NaN, 4, 5, 6) }],
    ['infinity', { ...good, values: Float32Array.of(1, 2, 3, 4, 5, Number.NEGATIVE_INFINITY) }],
  ])('of %s are refused', (_, bad) => {
    expect(() => checkTable('the rows', bad)).toThrow(unusable);
    expect(() => fitMinMax(bad)).toThrow(unusable);
    expect(() => scaleLikeAntinex(bad)).toThrow(unusable);
  });

  it('name the place of what is no number', () => {
    const bad = { ...good, values: Float32Array.of(1, 2, 3, 4, Number.NaN, 6) };
    expect(() => checkTable('the rows', bad)).toThrow('cannot use the rows: row 1, column 1 is NaN');
  });

  it('of other columns than the scaler are refused', () => {
    expect(() => scale(fitMinMax(good), { ...good, rows: 3, columns: 2 })).toThrow(unusable);
  });
});
