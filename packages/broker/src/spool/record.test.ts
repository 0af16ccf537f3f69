import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeHeader, encodeRecord, isIntact, RECORD_HEADER_BYTES } from './record.ts';

const META = { messages: 3, number: 2 ** 40, timeMs: 1_700_000_000_123 };
const PAYLOAD = Buffer.from('{"a":1}\n{"b":2}\n{"c":3}\n');

describe('a record', () => {
  it('comes back as it was', () => {
    const record = encodeRecord(PAYLOAD, META);
    const header = decodeHeader(record)!;
    expect(header).toMatchObject({ ...META, payloadBytes: PAYLOAD.length });
    const payload = record.subarray(RECORD_HEADER_BYTES);
    expect(payload).toEqual(PAYLOAD);
    expect(isIntact(header, payload)).toBe(true);
  });

  it('has this layout on disk', () => {
    expect(encodeRecord(Buffer.from('hi'), { messages: 1, number: 2, timeMs: 3 }).toString('hex')).toBe(
      '00000002' + '00000001' + '000000000002' + '000000000003' + 'd8932aac' + '73d1773b' + '6869',
    );
  });

  it('does not share its payload with the caller', () => {
    const payload = Buffer.from(PAYLOAD);
    const record = encodeRecord(payload, META);
    payload.fill(0);
    expect(record.subarray(RECORD_HEADER_BYTES)).toEqual(PAYLOAD);
  });

  it('may be empty', () => {
    const header = decodeHeader(encodeRecord(Buffer.alloc(0), META))!;
    expect(header.payloadBytes).toBe(0);
    expect(isIntact(header, Buffer.alloc(0))).toBe(true);
  });

  it('shows every flipped bit', () => {
    const record = encodeRecord(PAYLOAD, META);
    for (let bit = 0; bit < record.length * 8; bit++) {
      const damaged = Buffer.from(record);
      damaged[bit >> 3] ^= 1 << (bit & 7);
      const header = decodeHeader(damaged);
      const isSeen = header === undefined || !isIntact(header, damaged.subarray(RECORD_HEADER_BYTES));
      expect(isSeen, `bit ${bit}`).toBe(true);
    }
  });

  it('is not longer than the limit, whatever its header says', () => {
    const record = encodeRecord(PAYLOAD, META);
    record.writeUInt32BE(2 ** 28 + 1, 0);
    record.writeUInt32BE(crc32(record.subarray(0, 24)), 24);
    expect(decodeHeader(record)).toBeUndefined();
  });

  it('is not found in zeros', () => {
    expect(decodeHeader(Buffer.alloc(RECORD_HEADER_BYTES))).toBeUndefined();
  });
});
