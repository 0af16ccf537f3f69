import { describe, expect, it } from 'vitest';
import { bytes } from '../test/layers.ts';
import { decode } from './decode.ts';
import { createdText, Frame } from './frame.ts';
import { Packet } from './packet.ts';

const BYTES = bytes('020000000001 020000000002 88b5 0102');
const at = (seconds: number, nanos: number) =>
  new Packet(BYTES, 0, BYTES.length, 20, 1, seconds, nanos, 'eth"0');
const frameAt = (seconds: number, nanos: number) => new Frame(decode(at(seconds, nanos)), 7, 'ether');

describe('Frame', () => {
  it('tells what is known without looking inside', () => {
    expect({ ...frameAt(1_700_000_000, 5) }).toEqual({
      number: 7,
      time: '2023-11-14T22:13:20.000000005Z',
      epochSeconds: '1700000000.000000005',
      capturedLength: 16,
      originalLength: 20,
      interface: 'eth"0',
      linkType: 1,
      protocols: 'ether',
      payloadLength: undefined,
      truncated: true,
      error: undefined,
    });
  });

  it.each([
    [0, 0, '1970-01-01T00:00:00.000000000Z', '0.000000000'],
    [0, 1, '1970-01-01T00:00:00.000000001Z', '0.000000001'],
    [1, 999_999_999, '1970-01-01T00:00:01.999999999Z', '1.999999999'],
    [951_782_400, 0, '2000-02-29T00:00:00.000000000Z', '951782400.000000000'],
    [2_147_483_648, 10, '2038-01-19T03:14:08.000000010Z', '2147483648.000000010'],
    [4_294_967_295, 100, '2106-02-07T06:28:15.000000100Z', '4294967295.000000100'],
    // Before 1970 the nanoseconds count up from the earlier second.
    [-1, 0, '1969-12-31T23:59:59.000000000Z', '-1.000000000'],
    [-1, 1, '1969-12-31T23:59:59.000000001Z', '-0.999999999'],
    [-1, 999_999_999, '1969-12-31T23:59:59.999999999Z', '-0.000000001'],
    [-2, 500_000_000, '1969-12-31T23:59:58.500000000Z', '-1.500000000'],
    [-62_167_219_200, 0, '0000-01-01T00:00:00.000000000Z', '-62167219200.000000000'],
    [253_402_300_799, 999_999_999, '9999-12-31T23:59:59.999999999Z', '253402300799.999999999'],
    // Four digits of year are all that ISO 8601 has.
    [-62_167_219_201, 0, null, '-62167219201.000000000'],
    [253_402_300_800, 0, null, '253402300800.000000000'],
    [8_640_000_000_001, 0, null, '8640000000001.000000000'],
    [2 ** 63, 1, null, '9223372036854775808.000000001'],
  ])('writes %d s and %d ns', (seconds, nanos, time, epochSeconds) => {
    expect(frameAt(seconds, nanos)).toMatchObject({ time, epochSeconds });
    // Twice, and after another: a second's text is kept.
    expect(createdText(at(seconds, nanos))).toBe(time === null ? null : `${time.slice(0, 19)}Z`);
    expect(createdText(at(86_400, 0))).toBe('1970-01-02T00:00:00Z');
    expect(frameAt(seconds, nanos)).toMatchObject({ time, epochSeconds });
  });

  it('agrees with the packet’s own exact time', () => {
    for (const [seconds, nanos] of [
      [0, 1],
      [-1, 1],
      [-5, 999_999_999],
      [1_700_000_000, 123_456_789],
    ]) {
      const { epochSeconds } = frameAt(seconds, nanos);
      expect(BigInt(epochSeconds.replace('.', ''))).toBe(at(seconds, nanos).timestampNs);
    }
  });

  it('hands a problem on', () => {
    const { error, truncated } = new Frame(decode(new Packet(BYTES, 0, 5, 5, 1, 0, 0, '')), 1, '');
    expect(error).toEqual({
      layer: 'ether',
      kind: 'malformed',
      reason: 'header needs 14 bytes, 5 are there',
    });
    expect(truncated).toBe(false);
  });
});
