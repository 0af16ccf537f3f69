import { describe, expect, it } from 'vitest';
import { NumberSet } from './number-set.ts';
import { SourceGaps } from './source-gaps.ts';

const numbers = (text: string): NumberSet => NumberSet.parse(text)!;
const missing = (gaps: SourceGaps): Record<string, number> => Object.fromEntries(gaps.bySource());

describe('SourceGaps', () => {
  it('counts what is missing between the lowest and the highest of each session', () => {
    const gaps = new SourceGaps();
    gaps.add('host-a-s1', numbers('1-10 13'));
    gaps.add('host-a-s2', numbers('500-600'));
    gaps.add('host-b-s1', numbers('1-5'));
    expect(missing(gaps)).toEqual({ 'host-a': 2, 'host-b': 0 });
    gaps.add('host-a-s1', numbers('11-12'));
    gaps.add('host-a-s2', numbers('498 603'));
    expect(missing(gaps)).toEqual({ 'host-a': 3, 'host-b': 0 });
  });

  it('keeps the count of sessions that it no longer follows', () => {
    const gaps = new SourceGaps();
    for (let i = 0; i < 5000; i++) gaps.add(`host-s${i}`, numbers('1 3'));
    expect(missing(gaps)).toEqual({ host: 5000 });
  });

  it('names a bounded number of sources', () => {
    const gaps = new SourceGaps();
    for (let i = 0; i < 3000; i++) gaps.add(`host${i}-s`, numbers('1 3'));
    const sums = gaps.bySource();
    expect(sums.size).toBe(1001);
    expect(sums.get('(others)')).toBe(2000);
  });
});
