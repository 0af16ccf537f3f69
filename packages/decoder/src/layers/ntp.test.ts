import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, decodeLayer, encodeLayer, fieldsOf } from '../../test/layers.ts';
import { decodeNtp, encodeNtp, type NtpFields } from './ntp.ts';

/** A server's answer: stratum 2, synchronised to 192.0.2.1. */
const ANSWER = bytes(`
  24 02 06 e9  00000a00  00000b80  c0000201
  e6f2a1b2 80000000  e6f2a1b3 00000001  e6f2a1b3 ffffffff  00000000 00000000`);

const FIELDS: NtpFields = {
  leap: 0,
  version: 4,
  mode: 4,
  stratum: 2,
  poll: 6,
  precision: -23,
  delay: 0.0390625,
  dispersion: 0.044921875,
  id: '192.0.2.1',
  ref: '3874660786.5000000000',
  orig: '3874660787.0000000002',
  recv: '3874660787.9999999998',
  sent: '0.0000000000',
};

const idOf = (stratum: number, id: string) => {
  const message = Buffer.concat([
    Buffer.of(0x24, stratum),
    ANSWER.subarray(2, 12),
    bytes(id),
    ANSWER.subarray(16),
  ]);
  return (fieldsOf(decodeLayer(decodeNtp, message).layers[0]) as NtpFields).id;
};

describe('decodeNtp', () => {
  it('reads every field', () => {
    const { layers, problem, rest } = decodeLayer(decodeNtp, ANSWER);
    expect(layers.map(({ layer }) => layer)).toEqual(['ntp']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('tells what the identifier is', () => {
    expect(idOf(1, '47505300')).toBe('GPS');
    expect(idOf(0, '52415445')).toBe('RATE');
    expect(idOf(0, '00000000')).toBe('');
    expect(idOf(1, '0a000001')).toBe('0a000001');
    expect(idOf(3, '47505300')).toBe('71.80.83.0');
  });

  it('leaves extension fields and the authenticator', () => {
    expect(decodeLayer(decodeNtp, Buffer.concat([ANSWER, Buffer.alloc(20)])).rest).toBe(20);
  });

  it('keeps the fields before the cut', () => {
    const { layers, problem, rest } = decodeLayer(decodeNtp, ANSWER.subarray(0, 27), 21);
    const fields = fieldsOf(layers[0]);
    expect(fields).toMatchObject({ stratum: 2, id: '192.0.2.1', ref: FIELDS.ref });
    expect(fields).not.toHaveProperty('orig');
    expect(problem).toMatchObject({ layer: 'ntp', kind: 'truncated' });
    expect(rest).toBe(3);
    expect(encodeLayer(encodeNtp, fields)).toEqual(ANSWER.subarray(0, 24));
  });

  it.each([
    ['a control message (mode 6)', Buffer.concat([Buffer.of(0x26), ANSWER.subarray(1)])],
    ['a private message (mode 7)', Buffer.concat([Buffer.of(0x27), ANSWER.subarray(1)])],
    ['version 0', Buffer.concat([Buffer.of(0x04), ANSWER.subarray(1)])],
    ['version 5', Buffer.concat([Buffer.of(0x2c), ANSWER.subarray(1)])],
    ['a datagram that is too short', ANSWER.subarray(0, 47)],
    ['an empty datagram', Buffer.alloc(0)],
  ])('leaves %s raw', (_what, message) => {
    expect(decodeLayer(decodeNtp, message)).toMatchObject({
      layers: [],
      problem: null,
      rest: message.length,
    });
  });
});

describe('encodeNtp', () => {
  it('writes every field', () => {
    expect(encodeLayer(encodeNtp, FIELDS)).toEqual(ANSWER);
  });

  it('gives back the bytes of any header', () => {
    const edge = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));
    const header = fc.array(edge, { minLength: 48, maxLength: 48 });
    fc.assert(
      fc.property(header, fc.constantFrom(1, 2, 3, 4), fc.nat({ max: 5 }), (raw, version, mode) => {
        const message = Buffer.from(raw);
        message[0] = (raw[0] & 0xc0) | (version << 3) | mode;
        const { layers } = decodeLayer(decodeNtp, message);
        expect(encodeLayer(encodeNtp, fieldsOf(layers[0]))).toEqual(message);
      }),
      { seed: 7, numRuns: 3000 },
    );
  });

  it('never throws on any bytes, whole or cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: 2 }), (raw, cut) => {
        const { layers, rest } = decodeLayer(decodeNtp, raw, cut);
        expect(encodeLayer(encodeNtp, fieldsOf(layers[0])).length + rest).toBe(raw.length);
      }),
      { seed: 8, numRuns: 2000 },
    );
  });
});
