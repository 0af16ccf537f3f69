import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matches } from './wildcard.ts';

it.each([
  ['*.csv', 'a.csv', true],
  ['*.csv', 'a.csv.gz', false],
  ['?.csv', '.csv', false],
  ['', '', true],
  ['*', '', true],
  ['a*b*c', 'aXbYbZc', true],
  ['a*b*c', 'aXbY', false],
  ['[a].csv', 'a.csv', false],
])('%j and %j: %j', (pattern, name, does) => {
  expect(matches(pattern, name)).toBe(does);
});

it('is what a regular expression says', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
  fc.assert(
    fc.property(text, name, (pattern, one) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(one);
      expect(matches(pattern, one)).toBe(expected);
    }),
    { seed: 14, numRuns: 2000 },
  );
});

it('has an end, whatever the pattern', () => {
  const started = performance.now();
  expect(matches(`${'*a'.repeat(100)}b`, 'a'.repeat(10_000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(2000);
});
