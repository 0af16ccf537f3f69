import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBytes } from '../test/layers.ts';
import { HEX, hex, u16, u24, u32 } from './bytes.ts';

describe('integers', () => {
  it('are big-endian and never negative', () => {
    const data = Buffer.from('ff80000001feffffff', 'hex');
    expect(u16(data, 0)).toBe(0xff80);
    expect(u24(data, 0)).toBe(0xff8000);
    expect(u32(data, 0)).toBe(0xff800000);
    expect(u32(data, 5)).toBe(0xfeffffff);
    expect(u16(data, 7)).toBe(0xffff);
  });

  it('are those that Node reads, at any place', () => {
    fc.assert(
      fc.property(anyBytes(4, 20), fc.nat(), (data, place) => {
        const at = place % (data.length - 3);
        expect(u16(data, at)).toBe(data.readUInt16BE(at));
        expect(u24(data, at)).toBe(data.readUIntBE(at, 3));
        expect(u32(data, at)).toBe(data.readUInt32BE(at));
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('hex', () => {
  it('is what Node writes, for any part', () => {
    fc.assert(
      fc.property(anyBytes(0, 40), fc.nat(), fc.nat(), (data, a, b) => {
        const from = a % (data.length + 1);
        const to = from + (b % (data.length - from + 1));
        expect(hex(data, from, to)).toBe(data.subarray(from, to).toString('hex'));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('has two digits for each byte', () => {
    expect(HEX).toHaveLength(256);
    expect(HEX.join('')).toBe(Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('hex'));
  });
});
