import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberSet } from './number-set.ts';

const setOf = (...ranges: readonly (readonly [number, number])[]): NumberSet => {
  const set = new NumberSet();
  for (const [from, to] of ranges) set.addRange(from, to);
  return set;
};

describe('NumberSet', () => {
  it('is a set, whatever is added in whatever order', () => {
    const range = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 8 }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 40 }), (ranges) => {
        const set = new NumberSet();
        const model = new Set<number>();
        for (const [from, more] of ranges) {
          const before = model.size;
          for (let n = from; n <= from + more; n++) model.add(n);
          const added = more === 0 ? Number(set.add(from)) : set.addRange(from, from + more);
          expect(added).toBe(model.size - before);
          expect(set.size).toBe(model.size);
        }
        for (let n = 1; n <= 70; n++) expect(set.has(n)).toBe(model.has(n));
        expect(set.highest).toBe(Math.max(0, ...model));
        expect(set.ranges).toBe([...model].filter((n) => !model.has(n - 1)).length);
        expect(`${NumberSet.parse(set.toString())}`).toBe(`${set}`);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('tells whether two sets have a number in common', () => {
    const sets = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 6 });
    fc.assert(
      fc.property(sets, sets, (ones, others) => {
        const [a, b] = [ones, others].map((numbers) => setOf(...numbers.map((n) => [n, n] as const)));
        expect(a.hasAny(b)).toBe(ones.some((n) => others.includes(n)));
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('keeps numbers that follow each other in one range', () => {
    const set = new NumberSet();
    for (let n = 1; n <= 100_000; n++) set.add(n);
    expect([set.size, set.ranges, `${set}`]).toEqual([100_000, 1, '1-100000']);
  });

  it('is written as its ranges', () => {
    expect(`${setOf([7, 7], [1, 3], [5, 5])}`).toBe('1-3 5 7');
    expect([...setOf([7, 7], [1, 3])]).toEqual([
      [1, 3],
      [7, 7],
    ]);
    expect(`${new NumberSet()}`).toBe('');
  });

  it('takes numbers up to the largest that are exact', () => {
    const set = setOf([1, 2], [Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER - 1]);
    expect(set.has(Number.MAX_SAFE_INTEGER - 1)).toBe(true);
    expect(set.has(3)).toBe(false);
  });

  it.each(['x', '1-', '0', '-1', '5-3', '1-3 2', '1.5', '1  2', '9007199254740993', '1-2 NaN'])(
    'is not parsed from "%s"',
    (text) => expect(NumberSet.parse(text)).toBeUndefined(),
  );
});
