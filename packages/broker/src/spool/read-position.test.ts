import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPosition, parsePosition } from './read-position.ts';

const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe('a position', () => {
  it('comes back as it was, always in 80 bytes', () => {
    fc.assert(
      fc.property(count, count, count, (segment, offset, number) => {
        const text = formatPosition({ segment, offset, number });
        expect(text).toHaveLength(80);
        expect(parsePosition(text)).toEqual({ segment, offset, number });
      }),
      { seed: 4 },
    );
  });

  it('counts as none when anything in it has changed', () => {
    const text = formatPosition({ segment: 12, offset: 345, number: 6789 });
    for (let at = 0; at < text.length; at++) {
      const changed = `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`;
      expect(parsePosition(changed), `at ${at}`).toBeUndefined();
    }
  });

  it.each(['', '\0'.repeat(80), '1 2 3'])('is not found in %j', (text) => {
    expect(parsePosition(text)).toBeUndefined();
  });
});
