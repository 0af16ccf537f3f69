import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOf, encodedAgain, packetOf } from '../../test/frames.ts';
import {
  anyBytes,
  bytes,
  checkBytes,
  checkCuts,
  checkFields,
  decodeLayer,
  encodeLayer,
  fieldsOf,
  uint,
} from '../../test/layers.ts';
import { decodeTcp, encodeTcp, Tcp } from './tcp.ts';

/**
 * 192.0.2.10.43600 > 198.51.100.20.80: Flags [SEW], seq 1656070998, win 64240,
 * options [mss 1460,sackOK,TS val 3785877465 ecr 0,nop,wscale 10], length 0
 */
const SYN = bytes(`aa50 0050 62b5 a356 0000 0000 a0c2 faf0 e5cb 0000
  0204 05b4 0402 080a e1a7 e7d9 0000 0000 0103 030a`);
const FIELDS = {
  sport: 43600,
  dport: 80,
  seq: 1656070998,
  ack: 0,
  dataofs: 10,
  reserved: 0,
  flags: 0xc2,
  flagsText: 'SEC',
  window: 64240,
  chksum: 0xe5cb,
  urgptr: 0,
  options: {
    raw: '020405b40402080ae1a7e7d9000000000103030a',
    MSS: 1460,
    SAckOK: true as const,
    Timestamp: [3785877465, 0] as [number, number],
    WScale: 10,
  },
};
const IP = bytes('4500 003c f73f 4000 4006 572a c000 020a c633 6414');
const linkType = 101;

describe('decodeTcp', () => {
  it('reads every field', () => {
    const { layers, problem, rest, payloadLength } = decodeLayer(decodeTcp, SYN);
    expect(layers.map(({ layer }) => layer)).toEqual(['tcp']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS);
    expect({ problem, rest, payloadLength }).toEqual({ problem: null, rest: 0, payloadLength: 0 });
  });

  it('reads offset, reserved bits and flags each from its place', () => {
    const of = (word: number) => {
      const header = Buffer.alloc(20);
      header.writeUInt16BE(word, 12);
      const { dataofs, reserved, flags, flagsText } = new Tcp(header, 0);
      return [dataofs, reserved, flags, flagsText];
    };
    expect(of(0xf000)).toEqual([15, 0, 0, '']);
    expect(of(0x0e00)).toEqual([0, 7, 0, '']);
    expect(of(0x01ff)).toEqual([0, 0, 511, 'FSRPAUECN']);
    [...'FSRPAUECN'].forEach((letter, bit) => {
      expect(of(1 << bit)).toEqual([0, 0, 1 << bit, letter]);
    });
  });

  it('reads numbers above 2^31', () => {
    const header = bytes('ffff ffff ffff ffff 8000 0000 5000 ffff ffff ffff');
    expect(fieldsOf(decodeLayer(decodeTcp, header).layers[0])).toMatchObject({
      sport: 65535,
      seq: 4294967295,
      ack: 2147483648,
      window: 65535,
      urgptr: 65535,
    });
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeTcp, bytes('aa50 0050 62b5 a356 0000 0001 5012 faf0 e5cb 0007'), [
      [2, 'sport'],
      [4, 'dport'],
      [8, 'seq'],
      [12, 'ack'],
      [14, 'dataofs'],
      [14, 'reserved'],
      [14, 'flags'],
      [14, 'flagsText'],
      [16, 'window'],
      [18, 'chksum'],
      [20, 'urgptr'],
    ]);
  });

  it('keeps what cut options hold', () => {
    for (let have = 20; have < SYN.length; have++) {
      for (const cut of [SYN.length - have, 0]) {
        const part = SYN.subarray(0, have);
        const { layers, problem, rest, payloadLength } = decodeLayer(decodeTcp, part, cut);
        const { options } = layers[0] as Tcp;
        expect(options?.raw).toBe(SYN.subarray(20, have).toString('hex'));
        expect(options?.MSS).toBe(have >= 24 ? 1460 : undefined);
        expect(options?.SAckOK).toBe(have >= 26 ? true : undefined);
        expect(options?.Timestamp).toEqual(have >= 36 ? [3785877465, 0] : undefined);
        expect(problem).toMatchObject({ layer: 'tcp', kind: cut > 0 ? 'truncated' : 'malformed' });
        expect({ rest, payloadLength }).toEqual({ rest: 0, payloadLength: 0 });
        const whole = Buffer.concat([IP, part]);
        expect(encodedAgain(packetOf(whole, { linkType, cut }))).toEqual(whole);
      }
    }
  });

  it.each([0, 1, 4])('reports a data offset of %i words', (words) => {
    const segment = Buffer.concat([SYN.subarray(0, 20), Buffer.alloc(8)]);
    segment[12] = words << 4;
    const { problem, rest } = decodeLayer(decodeTcp, segment);
    const reason = `data offset ${words} is below 5`;
    expect({ problem, rest }).toEqual({ problem: { layer: 'tcp', kind: 'malformed', reason }, rest: 8 });
  });

  it('reports a data offset beyond the segment', () => {
    const segment = Buffer.from(SYN.subarray(0, 24));
    segment[12] = 0xf0;
    segment.fill(1, 20);
    expect(decodeLayer(decodeTcp, segment).problem).toEqual({
      layer: 'tcp',
      kind: 'malformed',
      reason: 'options need 40 bytes, 4 are there',
    });
  });

  it('counts the payload, of the outermost transport only', () => {
    const ip = Buffer.from(IP);
    ip.writeUInt16BE(20 + 20 + 3, 2);
    const segment = Buffer.from(SYN.subarray(0, 20));
    segment[12] = 0x50;
    const frame = Buffer.concat([ip, segment, bytes('010203'), Buffer.alloc(3)]);
    const data = dataOf(packetOf(frame, { linkType }));
    expect(data.frame).toMatchObject({ payloadLength: 3, protocols: 'ip:tcp' });
    expect(data).toMatchObject({ raw: { load: '010203' }, padding: { load: '000000' } });
    expect(encodedAgain(packetOf(frame, { linkType }))).toEqual(frame);
  });
});

describe('encodeTcp', () => {
  it('writes every field', () => expect(encodeLayer(encodeTcp, FIELDS)).toEqual(SYN));

  it('is the inverse of decodeTcp', () => {
    const LETTERS = 'FSRPAUECN';
    const record = fc
      .record({
        sport: uint(16),
        dport: uint(16),
        seq: uint(32),
        ack: uint(32),
        dataofs: fc.constant(5),
        reserved: uint(3),
        flags: uint(9),
        window: uint(16),
        chksum: uint(16),
        urgptr: uint(16),
      })
      .map((fields) => ({
        ...fields,
        flagsText: [...LETTERS].filter((_, bit) => (fields.flags >> bit) & 1).join(''),
      }));
    checkFields(decodeTcp, encodeTcp, record);
  });

  it('gives back any bytes', () => {
    checkBytes(decodeTcp, anyBytes(0, 70));
    checkBytes(
      decodeTcp,
      fc
        .tuple(anyBytes(12), fc.integer({ min: 5, max: 15 }), anyBytes(7, 60))
        .map(([start, words, rest]) => Buffer.concat([start, Buffer.of(words << 4), rest])),
    );
  });
});
