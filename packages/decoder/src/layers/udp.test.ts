import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodedAgain, namesOf, packetOf } from '../../test/frames.ts';
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
import { decodeUdp, encodeUdp } from './udp.ts';

/** 192.0.2.10.44280 > 198.51.100.20.53, 57 bytes */
const HEADER = bytes('acf8 0035 0041 5cea');
const FIELDS = { sport: 44280, dport: 53, len: 65, chksum: 0x5cea };
const datagram = (len: number, payload: number, ports = '1000 1001') =>
  Buffer.concat([
    bytes(`${ports} 0000 0000`)
      .fill(len >> 8, 4, 5)
      .fill(len & 255, 5, 6),
    Buffer.alloc(payload, 0xaa),
  ]);

describe('decodeUdp', () => {
  it('reads every field', () => {
    const { layers, problem, rest, payloadLength } = decodeLayer(
      decodeUdp,
      Buffer.concat([HEADER, Buffer.alloc(57)]),
    );
    expect(layers.map(({ layer }) => layer)).toEqual(['udp']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS);
    expect({ problem, rest, payloadLength }).toEqual({ problem: null, rest: 57, payloadLength: 57 });
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeUdp, bytes('acf8 0035 0008 5cea'), [
      [2, 'sport'],
      [4, 'dport'],
      [6, 'len'],
      [8, 'chksum'],
    ]);
  });

  it('ends where its length says', () => {
    expect(decodeLayer(decodeUdp, datagram(12, 10))).toMatchObject({
      problem: null,
      rest: 4,
      payloadLength: 4,
    });
    expect(decodeLayer(decodeUdp, datagram(8, 10))).toMatchObject({
      problem: null,
      rest: 0,
      payloadLength: 0,
    });
  });

  it('ends with the packet at length 0, as in jumbograms', () => {
    expect(decodeLayer(decodeUdp, datagram(0, 10))).toMatchObject({
      problem: null,
      rest: 10,
      payloadLength: 10,
    });
  });

  it.each([
    [1, 'length 1 is shorter than the header'],
    [7, 'length 7 is shorter than the header'],
    [19, 'length 19 exceeds the 18 bytes there are'],
    [65535, 'length 65535 exceeds the 18 bytes there are'],
  ])('reports the length %i', (len, reason) => {
    const { problem, rest } = decodeLayer(decodeUdp, datagram(len, 10));
    expect({ problem, rest }).toEqual({ problem: { layer: 'udp', kind: 'malformed', reason }, rest: 10 });
  });

  it('expects the bytes that the capture cut off', () => {
    expect(decodeLayer(decodeUdp, datagram(100, 10), 82)).toMatchObject({ problem: null, payloadLength: 10 });
  });

  it('finds the next layer by the destination port first, then by the source port', () => {
    const names = (ports: string) => {
      const ip = bytes('4500 0000 0000 0000 4011 0000 c000020a c0000201');
      const udp = datagram(8 + 48, 48, ports);
      udp.fill(0, 8);
      ip.writeUInt16BE(20 + udp.length, 2);
      return namesOf(decodeFrame(Buffer.concat([ip, udp]), { linkType: 101 }));
    };
    expect(names('1000 0035')).toContain('dns');
    expect(names('0035 1000')).toContain('dns');
    expect(names('12b5 0035')).not.toContain('vxlan');
    expect(names('0035 12b5')).toContain('vxlan');
    expect(names('1000 1001')).toEqual(['ip', 'udp', 'raw']);
  });

  it('has its whole frame again, with padding behind', () => {
    const ip = bytes('4500 0020 0000 0000 4011 0000 c000020a c0000201');
    const frame = Buffer.concat([
      bytes('020000000001 020000000002 0800'),
      ip,
      datagram(12, 4),
      Buffer.alloc(14),
    ]);
    expect(encodedAgain(packetOf(frame))).toEqual(frame);
  });
});

describe('encodeUdp', () => {
  it('writes every field', () => expect(encodeLayer(encodeUdp, FIELDS)).toEqual(HEADER));

  it('is the inverse of decodeUdp', () => {
    const len = fc.constantFrom(0, 8);
    checkFields(decodeUdp, encodeUdp, fc.record({ sport: uint(16), dport: uint(16), len, chksum: uint(16) }));
  });

  it('gives back any bytes', () => checkBytes(decodeUdp, anyBytes(0, 20)));
});
