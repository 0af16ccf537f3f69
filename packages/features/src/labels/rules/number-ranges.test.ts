import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type NumberRange, NumberRanges } from './number-ranges.ts';

/** Few values for each word, at the ends of what it holds, so that ranges meet and overlap. */
const word = fc.constantFrom(0, 1, 2, 3, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff);
const numberOf = (width: number) => fc.array(word, { minLength: width, maxLength: width });
const amountOf = (words: readonly number[]) => words.reduce((sum, next) => (sum << 32n) | BigInt(next), 0n);

it.each([1, 4])('a number of %i words is in a set if it is in one of its ranges', (width) => {
  const range = fc.tuple(numberOf(width), numberOf(width)).map(([a, b]): NumberRange => {
    return amountOf(a) <= amountOf(b) ? { low: a, high: b } : { low: b, high: a };
  });
  fc.assert(
    fc.property(fc.array(range, { maxLength: 8 }), fc.array(numberOf(width)), (ranges, numbers) => {
      const set = new NumberRanges(width, ranges);
      // Ends are the numbers where mistakes show.
      for (const number of [...numbers, ...ranges.flatMap(({ low, high }) => [low, high])]) {
        const value = amountOf(number);
        const expected = ranges.some(({ low, high }) => amountOf(low) <= value && value <= amountOf(high));
        // Not at the beginning: flow keys hold many numbers.
        expect(set.has(Uint32Array.from([7, ...number]), 1)).toBe(expected);
      }
    }),
    { seed: 61, numRuns: 200 },
  );
});
