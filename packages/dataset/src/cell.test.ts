import { describe, expect, it } from 'vitest';
import { cellOf } from './cell.ts';
import { legacyCell } from './legacy-cell.ts';

describe('cellOf', () => {
  it.each([
    [7, 7],
    [-0, 0],
    ['', ''],
    [true, 1],
    [false, 0],
    [null, null],
    [undefined, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    [[1, 'a', true], '1 a true'],
    [[], ''],
    [[1, null], '[1,null]'],
    [[[1], 2], '[[1],2]'],
    [{ a: 1, b: undefined }, '{"a":1}'],
  ])('%j becomes %j', (value, cell) => expect(cellOf(value, false)).toBe(cell));

  it('is JSON text in a JSON column', () => {
    expect(cellOf('a"b', true)).toBe('"a\\"b"');
    expect(cellOf([1, 2], true)).toBe('[1,2]');
    expect(cellOf(5, true)).toBe('5');
    expect(cellOf(null, true)).toBeNull();
  });
});

describe('legacyCell', () => {
  it.each([
    [4, 4],
    ['x', 'x'],
    [null, null],
    [true, 'True'],
    [[100, 200], '[100, 200]'],
    [['a', null, false], "['a', None, False]"],
    [["it's"], '["it\'s"]'],
    [['both \' and "'], "['both \\' and \"']"],
    [[{ a: 1 }], "[{'a': 1}]"],
  ])('%j is %j in Python', (value, cell) => expect(legacyCell(value)).toBe(cell));
});
