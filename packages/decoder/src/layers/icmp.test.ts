import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOf, decodeFrame, encodedAgain, namesOf, packetOf } from '../../test/frames.ts';
import {
  anyBytes,
  anyIpv4,
  bytes,
  checkBytes,
  checkCuts,
  checkFields,
  decodeLayer,
  encodeLayer,
  fieldsOf,
  type Kept,
  uint,
} from '../../test/layers.ts';
import { decodeIcmp, encodeIcmp, type IcmpFields } from './icmp.ts';

const HEAD: Kept = [
  [1, 'type'],
  [2, 'code'],
  [4, 'chksum'],
];
/** 192.0.2.1 > 192.0.2.10: ICMP time exceeded in-transit, quoting UDP 38260 > 33434 */
const EXCEEDED = bytes(`0200 0000 0110 0200 0000 0101 0800 45c0 0058 1709 0000 4001 ded0 c000 0201 c000
  020a 0b00 e18b 0000 0000 4500 003c 3161 0000 0111 9bfe c000 020a c633 6414 9574
  829a 0028 0638 4041 4243 4445 4647 4849 4a4b 4c4d 4e4f 5051 5253 5455 5657 5859 5a5b 5c5d 5e5f`);

describe('decodeIcmp', () => {
  it.each<[string, string, IcmpFields]>([
    ['an echo request', '0800 ed1a 26a8 0001', { type: 8, code: 0, chksum: 0xed1a, id: 9896, seq: 1 }],
    ['an echo reply', '0000 ed1a 26a8 0001', { type: 0, code: 0, chksum: 0xed1a, id: 9896, seq: 1 }],
    [
      'a datagram that is too big',
      '0304 2c88 0000 0578',
      { type: 3, code: 4, chksum: 0x2c88, unused: 0, length: 0, nexthopmtu: 1400 },
    ],
    [
      'an unreachable port, with a length (RFC 4884)',
      '0303 0001 ff20 0000',
      { type: 3, code: 3, chksum: 1, unused: 255, length: 32, nexthopmtu: 0 },
    ],
    ['a source quench', '0400 0001 00000000', { type: 4, code: 0, chksum: 1, unused: 0 }],
    ['a redirect', '0501 38b1 c000024d', { type: 5, code: 1, chksum: 0x38b1, gw: '192.0.2.77' }],
    [
      'a router advertisement',
      '0900 0001 0102 0708',
      { type: 9, code: 0, chksum: 1, addrs: 1, entrysize: 2, lifetime: 1800 },
    ],
    ['a router solicitation', '0a00 0001 00000000', { type: 10, code: 0, chksum: 1, unused: 0 }],
    [
      'time exceeded, the unused bytes on both sides',
      '0b00 e18b aa11 bbcc',
      { type: 11, code: 0, chksum: 0xe18b, length: 0x11, unused: 0xaabbcc },
    ],
    [
      'a parameter problem',
      '0c00 0001 14 05 aabb',
      { type: 12, code: 0, chksum: 1, ptr: 20, length: 5, unused: 0xaabb },
    ],
    [
      'timestamps, more than 31 bits of them',
      '0e00 0001 0002 0003 00000001 80000000 ffffffff',
      { type: 14, code: 0, chksum: 1, id: 2, seq: 3, ts_ori: 1, ts_rx: 0x80000000, ts_tx: 0xffffffff },
    ],
    ['an information request', '0f00 0001 0002 0003', { type: 15, code: 0, chksum: 1, id: 2, seq: 3 }],
    [
      'an address mask',
      '1200 0001 0002 0003 ffffff00',
      { type: 18, code: 0, chksum: 1, id: 2, seq: 3, addr_mask: '255.255.255.0' },
    ],
    [
      'an extended echo request (RFC 8335)',
      '2a00 0001 1234 07 01',
      { type: 42, code: 0, chksum: 1, id: 0x1234, seq: 7, flags: 1 },
    ],
    [
      'a type that has no fields',
      'fd01 0001 80000001',
      { type: 253, code: 1, chksum: 1, unused: 0x80000001 },
    ],
  ])('reads and writes %s', (_what, text, fields) => {
    const { layers, problem, rest } = decodeLayer(decodeIcmp, bytes(text));
    expect(layers.map(({ layer }) => layer)).toEqual(['icmp']);
    expect(fieldsOf(layers[0])).toEqual(fields);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
    expect(encodeLayer(encodeIcmp, fields)).toEqual(bytes(text));
  });

  it.each<[string, Kept]>([
    ['0800 ed1a 26a8 0001', [...HEAD, [6, 'id'], [8, 'seq']]],
    ['2a00 0001 1234 07 01', [...HEAD, [6, 'id'], [7, 'seq'], [8, 'flags']]],
    ['0304 2c88 0010 0578', [...HEAD, [5, 'unused'], [6, 'length'], [8, 'nexthopmtu']]],
    ['0400 0001 80000000', [...HEAD, [8, 'unused']]],
    ['0501 38b1 c000024d', [...HEAD, [8, 'gw']]],
    ['0900 0001 0102 0708', [...HEAD, [5, 'addrs'], [6, 'entrysize'], [8, 'lifetime']]],
    ['0b00 e18b aa11 bbcc', [...HEAD, [8, 'length'], [8, 'unused']]],
    ['0c00 0001 14 05 aabb', [...HEAD, [5, 'ptr'], [6, 'length'], [8, 'unused']]],
    [
      '0d00 0001 0002 0003 00000001 80000000 ffffffff',
      [...HEAD, [6, 'id'], [8, 'seq'], [12, 'ts_ori'], [16, 'ts_rx'], [20, 'ts_tx']],
    ],
    ['1100 0001 0002 0003 ffffff00', [...HEAD, [6, 'id'], [8, 'seq'], [12, 'addr_mask']]],
  ])('keeps what a cut %s holds', (text, kept) => checkCuts(decodeIcmp, bytes(text), kept));

  it('has what an error quotes under names of its own', () => {
    const data = dataOf(packetOf(EXCEEDED));
    expect(Object.keys(data)).toEqual(['frame', 'ether', 'ip', 'icmp', 'iperror', 'udperror', 'raw']);
    expect(data.ip).toMatchObject({ src: '192.0.2.1', proto: 1 });
    expect(data.iperror).toMatchObject({ src: '192.0.2.10', dst: '198.51.100.20', ttl: 1, proto: 17 });
    expect(data.udperror).toEqual({ sport: 38260, dport: 33434, len: 40, chksum: 0x638 });
    expect(data.frame).toMatchObject({ protocols: 'ether:ip:icmp:ip:udp' });
    expect(data.frame).not.toHaveProperty('payloadLength');
    expect(encodedAgain(packetOf(EXCEEDED))).toEqual(EXCEEDED);
  });

  it('finds nothing wrong with a quote that was cut, at any length', () => {
    for (let quoted = 0; quoted <= 60; quoted++) {
      const frame = Buffer.from(EXCEEDED.subarray(0, 42 + quoted));
      frame.writeUInt16BE(28 + quoted, 16);
      const decoded = decodeFrame(frame);
      expect(decoded.problem).toBeNull();
      expect(encodedAgain(packetOf(frame))).toEqual(frame);
      const { udperror } = dataOf(packetOf(frame));
      if (quoted >= 28) expect(udperror).toHaveProperty('chksum');
      else if (quoted >= 22) expect(udperror).toMatchObject({ sport: 38260 });
      else expect(udperror).toBeUndefined();
    }
  });

  it('reads TCP ports and sequence number out of the eight bytes that RFC 792 asks for', () => {
    const frame = Buffer.from(EXCEEDED.subarray(0, 14 + 28 + 28));
    frame.writeUInt16BE(56, 16);
    frame[14 + 28 + 9] = 6;
    const data = dataOf(packetOf(frame));
    expect(data.tcperror).toEqual({ sport: 38260, dport: 33434, seq: 0x280638 });
    expect(data.frame).not.toHaveProperty('error');
    expect(encodedAgain(packetOf(frame))).toEqual(frame);
  });

  it.each([3, 4, 5, 11, 12])('looks for a quote in type %i', (type) => {
    const frame = Buffer.from(EXCEEDED);
    frame[34] = type;
    expect(namesOf(decodeFrame(frame)).slice(2)).toEqual(['icmp', 'ip', 'udp', 'raw']);
  });

  it.each([0, 8, 9, 10, 42])('looks for none in type %i', (type) => {
    const frame = Buffer.from(EXCEEDED);
    frame[34] = type;
    expect(namesOf(decodeFrame(frame)).slice(2)).toEqual(['icmp', 'raw']);
  });
});

describe('encodeIcmp', () => {
  it('is the inverse of decodeIcmp', () => {
    const head = { code: uint(8), chksum: uint(16) };
    const withId = { ...head, id: uint(16), seq: uint(16) };
    const of = (types: number[], rest: Record<string, fc.Arbitrary<unknown>>) =>
      fc.record({ type: fc.constantFrom(...types), ...rest }) as fc.Arbitrary<IcmpFields>;
    const fields = fc.oneof(
      of([0, 8, 15, 16], withId),
      of([13, 14], { ...withId, ts_ori: uint(32), ts_rx: uint(32), ts_tx: uint(32) }),
      of([17, 18], { ...withId, addr_mask: anyIpv4 }),
      of([42, 43], { ...head, id: uint(16), seq: uint(8), flags: uint(8) }),
      of([3], { ...head, unused: uint(8), length: uint(8), nexthopmtu: uint(16) }),
      of([5], { ...head, gw: anyIpv4 }),
      of([9], { ...head, addrs: uint(8), entrysize: uint(8), lifetime: uint(16) }),
      of([11], { ...head, unused: uint(24), length: uint(8) }),
      of([12], { ...head, ptr: uint(8), unused: uint(16), length: uint(8) }),
      of([4, 10, 19, 37, 41, 44, 253, 255], { ...head, unused: uint(32) }),
    );
    checkFields(decodeIcmp, encodeIcmp, fields, 2000);
  });

  it('gives back any bytes', () => {
    checkBytes(decodeIcmp, anyBytes(0, 24));
    checkBytes(
      decodeIcmp,
      fc
        .tuple(fc.nat({ max: 19 }), anyBytes(0, 24))
        .map(([type, rest]) => Buffer.concat([Buffer.of(type), rest])),
    );
  });
});
