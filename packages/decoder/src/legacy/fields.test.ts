import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { u16 } from '../bytes.ts';
import type { LegacyFields } from './data.ts';
import { field, type Header, readHeader, slice, u8 } from './fields.ts';
import { partialIp, wholeIp } from './ip.ts';
import { partialIpv6, wholeIpv6 } from './ipv6.ts';
import { partialTcp, wholeTcp } from './tcp.ts';
import { partialUdp, wholeUdp } from './udp.ts';

const GROUPS = [
  field('first', 2, u16),
  field('ttl', 1, u8),
  field('chksum', 1, u8),
  { ...field('absent', 2, u16), when: () => false },
  field('urgptr', 2, u16),
  field('last', 1, u8),
];
const read = (...bytes: number[]) => readHeader(GROUPS, Buffer.from(bytes), 0, bytes.length);

describe('readHeader', () => {
  it('puts misplaced values, unless 0, into the visible field before them', () => {
    expect(read(1, 2, 7, 9, 0, 0, 5)?.fields).toEqual({ first: 9, absent: null, last: 5 });
    expect(read(1, 2, 7, 0, 0, 0, 5)?.fields).toEqual({ first: 7, absent: null, last: 5 });
    expect(read(1, 2, 0, 0, 0, 0, 5)?.fields).toEqual({ first: 0x102, absent: null, last: 5 });
  });

  it('shows an urgent pointer only when it is not 0', () => {
    expect(read(1, 2, 0, 0, 0, 3, 5)?.fields).toEqual({
      first: 0x102,
      absent: null,
      fields_urgptr: 3,
      last: 5,
    });
  });

  it('stops at the border of a group and fails inside one', () => {
    expect(read(1, 2)).toEqual({ fields: { first: 0x102 }, used: 2 });
    expect(read(1, 2, 7, 0)).toEqual({ fields: { first: 7 }, used: 4 });
    expect(read(1, 2, 7, 0, 1)).toBeNull();
    expect(read(1)).toBeNull();
  });
});

describe('slice', () => {
  it('counts as Python does', () => {
    expect([slice(10, 4), slice(10, 40), slice(10, 0), slice(10, -4), slice(10, -40)]).toEqual([
      4, 10, 0, 6, 0,
    ]);
    expect(slice(10, Number.POSITIVE_INFINITY)).toBe(10);
  });
});

describe('the quick way through a whole header', () => {
  type Whole = (data: Buffer, at: number) => LegacyFields;
  type Partial = (data: Buffer, at: number, end: number) => Header | null;
  it.each<[string, number, Whole, Partial]>([
    ['ip', 20, wholeIp, partialIp],
    ['ipv6', 40, wholeIpv6, partialIpv6],
    ['tcp', 20, wholeTcp, partialTcp],
    ['udp', 8, wholeUdp, partialUdp],
  ])('of %s agrees with the field-by-field one', (_name, size, whole, partial) => {
    const byte = fc.oneof(fc.constant(0), fc.nat(255));
    fc.assert(
      fc.property(fc.array(byte, { minLength: size, maxLength: size }), (bytes) => {
        const data = Buffer.from(bytes);
        expect(JSON.stringify(whole(data, 0))).toBe(JSON.stringify(partial(data, 0, size)?.fields));
      }),
      { numRuns: 500, seed: 6 },
    );
  });
});
