import { describe, expect, it } from 'vitest';
import {
  checkSegmentHeader,
  corruptName,
  isCorruptName,
  segmentHeader,
  segmentName,
  sequenceOf,
} from './segment.ts';

describe('a segment', () => {
  it('is known by its header', () => {
    expect(checkSegmentHeader(segmentHeader())).toBe('ours');
    expect(checkSegmentHeader(Buffer.alloc(16))).toBe('damaged');
  });

  it('shows every flipped bit of its header', () => {
    for (let bit = 0; bit < 128; bit++) {
      const header = segmentHeader();
      header[bit >> 3] ^= 1 << (bit & 7);
      expect(checkSegmentHeader(header), `bit ${bit}`).toBe('damaged');
    }
  });

  it('of another version is told from a damaged one', () => {
    // `npspool`, a zero, version 2, CRC-32 of these twelve bytes.
    expect(checkSegmentHeader(Buffer.from('6e7073706f6f6c00000000024c44f6d2', 'hex'))).toBe('foreign');
  });

  it('has a name that sorts as its number does', () => {
    expect(segmentName(7)).toBe('0000000000000007.segment');
    expect(sequenceOf(segmentName(7))).toBe(7);
    expect([12, 3, 2 ** 50].map(segmentName).sort().map(sequenceOf)).toEqual([3, 12, 2 ** 50]);
  });

  it.each(['lock', 'position', '7.segment', '0000000000000007.segment.corrupt', 'x0000000000000007.segment'])(
    'is not called %s',
    (name) => expect(sequenceOf(name)).toBeUndefined(),
  );

  it('is set aside under a name that says so', () => {
    expect(isCorruptName(corruptName(segmentName(7)))).toBe(true);
    expect(isCorruptName(segmentName(7))).toBe(false);
  });
});
