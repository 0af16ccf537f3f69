import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBytes, anyHex, bytes, checkBytes, decodeLayer, encodeLayer, uint } from '../../test/layers.ts';
import { ipv6 } from '../address.ts';
import { decodeIcmpv6, encodeIcmpv6, type Icmpv6 } from './icmpv6.ts';
import type { MldRecord } from './icmpv6-mld.ts';

/** to_ex { } ff02::1:ff00:10, then block { 2001:db8::1 2001:db8::2 } of ff05::2 with a word of auxiliary data */
const REPORT = bytes(`8f00 6dbf 0000 0002
  04 00 0000 ff0200000000000000000001ff000010
  06 01 0002 ff050000000000000000000000000002
  20010db8000000000000000000000001 20010db8000000000000000000000002 cafe0001`);
const RECORDS: MldRecord[] = [
  { rtype: 4, dst: 'ff02::1:ff00:10', sources: [], aux: '' },
  { rtype: 6, dst: 'ff05::2', sources: ['2001:db8::1', '2001:db8::2'], aux: 'cafe0001' },
];

describe('decodeMld', () => {
  it('reads records with sources and auxiliary data', () => {
    const { layers, problem, rest } = decodeLayer(decodeIcmpv6, REPORT);
    expect((layers[0] as Icmpv6).records).toEqual(RECORDS);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('reads no more than the report says', () => {
    const message = Buffer.from(REPORT);
    message[7] = 1;
    const { layers, problem, rest } = decodeLayer(decodeIcmpv6, message);
    expect((layers[0] as Icmpv6).records).toEqual(RECORDS.slice(0, 1));
    expect({ problem, rest }).toEqual({ problem: null, rest: REPORT.length - 28 });
  });

  it('keeps the records that are whole, wherever the report is cut', () => {
    for (let have = 8; have < REPORT.length; have++) {
      for (const cut of [REPORT.length - have, 0]) {
        const { layers, problem, rest } = decodeLayer(decodeIcmpv6, REPORT.subarray(0, have), cut);
        expect((layers[0] as Icmpv6).records).toEqual(RECORDS.slice(0, have < 28 ? 0 : 1));
        expect(problem).toMatchObject({ layer: 'icmpv6', kind: cut > 0 ? 'truncated' : 'malformed' });
        expect(rest).toBe(have < 28 ? have - 8 : have - 28);
      }
    }
  });

  it('says how many bytes lying counts ask for', () => {
    const { problem } = decodeLayer(decodeIcmpv6, bytes(`8f00 6dbf 0000 ffff 04 ff ffff ${'00'.repeat(16)}`));
    expect(problem?.reason).toBe(`record 0 of 65535 needs ${20 + 65535 * 16 + 1020} bytes, 20 are left`);
  });
});

describe('encodeMldRecords', () => {
  it('writes every field', () => {
    const fields = { type: 143, code: 0, cksum: 0x6dbf, unused: 0, records_number: 2, records: RECORDS };
    expect(encodeLayer(encodeIcmpv6, fields)).toEqual(REPORT);
  });

  it('is the inverse of decodeMld', () => {
    const address = anyBytes(16).map((raw) => ipv6(raw, 0));
    const record = fc.record({
      rtype: uint(8),
      dst: address,
      sources: fc.array(address, { maxLength: 3 }),
      aux: fc.nat({ max: 3 }).chain((words) => anyHex(4 * words)),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), (records) => {
        const fields = { type: 143, code: 0, cksum: 0, unused: 0, records_number: records.length, records };
        const { layers, problem, rest } = decodeLayer(decodeIcmpv6, encodeLayer(encodeIcmpv6, fields));
        expect((layers[0] as Icmpv6).records).toEqual(records);
        expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('gives back any bytes', () => {
    const counts = fc.tuple(uint(2), uint(1), uint(2), anyBytes(60, 120));
    checkBytes(
      decodeIcmpv6,
      counts.map(([records, aux, sources, rest]) =>
        Buffer.concat([bytes('8f00 0000 0000 00'), Buffer.of(records, 4, aux, 0, sources), rest]),
      ),
    );
  });
});
