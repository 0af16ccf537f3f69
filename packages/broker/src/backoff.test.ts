import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

const samples = (attempt: number) => Array.from({ length: 1000 }, () => backoffMs(attempt));

describe('backoff', () => {
  it.each([
    [0, 100],
    [1, 200],
    [6, 6400],
    [7, 10_000],
    [5000, 10_000],
  ])('spreads attempt %d from 0 to %d ms', (attempt, limit) => {
    const waits = samples(attempt);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(limit);
    expect(Math.max(...waits)).toBeGreaterThan(limit * 0.8);
    expect(Math.min(...waits)).toBeLessThan(limit * 0.2);
  });
});
