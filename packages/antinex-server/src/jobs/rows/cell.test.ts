import { expect, it } from 'vitest';
import { isMissingText, labelReader, readNumber } from './cell.ts';

it.each([
  [7, 7],
  [-1e30, -1e30],
  [true, 1],
  [' -4.50 ', -4.5],
  ['.5e1', 5],
  ['5.', 5],
  [undefined, Number.NaN],
  [null, Number.NaN],
  ['', Number.NaN],
  [' NaN', Number.NaN],
  ['None', Number.NaN],
  [1e308, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  ['1e999', undefined],
  ['0x10', undefined],
  ['1_000', undefined],
  ['1,5', undefined],
  ['192.0.2.1', undefined],
  [{}, undefined],
  [[1], undefined],
])('%j is read as %j', (value, number) => {
  expect(readNumber(value)).toBe(number);
});

it('takes no longer for what is nearly a number than its length', () => {
  const digits = '1'.repeat(1_000_000);
  const started = performance.now();
  for (const text of [`${digits}x`, `.${digits}x`, `${digits}.${digits}x`, ' '.repeat(1_000_000)]) {
    expect(readNumber(`${text}y`)).toBeUndefined();
    expect(isMissingText(`${text}y`)).toBe(false);
  }
  expect(performance.now() - started).toBeLessThan(2000);
});

it('labels may be written by their names', () => {
  const read = labelReader({ labels: ['not_attack', 'attack'], label_values: [0, 1] });
  expect([' attack ', 'not_attack', '1', 0, 'other', 'constructor'].map(read)).toEqual([
    1,
    0,
    1,
    0,
    undefined,
    undefined,
  ]);
  expect(labelReader(undefined)('attack')).toBeUndefined();
});
