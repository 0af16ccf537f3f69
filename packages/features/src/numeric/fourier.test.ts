import { describe, expect, it } from 'vitest';
import { FourierTransform } from './fourier.ts';

const value = (i: number): number => ((i * 7919 + 13) % 1009) - 500;

/** The definition, with the angle reduced before its cosine is taken. */
const byDefinition = (values: readonly number[]): number[] =>
  values.map((_, k) =>
    values.reduce(
      (sum, x, n) => sum + x * Math.cos((2 * Math.PI * ((k * n) % values.length)) / values.length),
      0,
    ),
  );

describe('Fourier transform', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 12, 51, 64, 97, 103, 110, 128, 243, 1021])('of %d values', (length) => {
    const values = Array.from({ length }, (_, i) => value(i));
    const row = Float64Array.from([7, ...values, 8]);
    const transform = new FourierTransform(length);
    transform.transform(row, 1);
    const expected = byDefinition(values);
    const largest = Math.max(...expected.map(Math.abs));
    expected.forEach((part, k) => {
      expect(Math.abs(row[k + 1] - part) / largest).toBeLessThan(1e-12);
    });
    expect([row[0], row[length + 1]]).toEqual([7, 8]);
    // A second row is not touched by the first.
    const again = Float64Array.from(values);
    transform.transform(again, 0);
    expect([...again]).toEqual([...row.subarray(1, length + 1)]);
  });
});
