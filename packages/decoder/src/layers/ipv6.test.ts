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
import { ipv6 } from '../address.ts';
import { LinkType } from '../link-types.ts';
import { decodeIpv6, encodeIpv6 } from './ipv6.ts';

/** (class 0xc0, flowlabel 0x4b41d, hlim 255, next-header ICMPv6 (58) payload length: 88) fe80::ff:fe00:101 > ff02::1 */
const HEADER = bytes(`6c04 b41d 0058 3aff
  fe80 0000 0000 0000 0000 00ff fe00 0101  ff02 0000 0000 0000 0000 0000 0000 0001`);
const FIELDS = {
  version: 6,
  tc: 0xc0,
  fl: 0x4b41d,
  plen: 88,
  nh: 58,
  hlim: 255,
  src: 'fe80::ff:fe00:101',
  dst: 'ff02::1',
};
const linkType = LinkType.IPV6;
const packet = (plen: number, nh: number, payload: Buffer): Buffer => {
  const header = Buffer.from(HEADER);
  header.writeUInt16BE(plen, 4);
  header[6] = nh;
  return Buffer.concat([header, payload]);
};

describe('decodeIpv6', () => {
  it('reads every field', () => {
    const { layers, problem } = decodeLayer(decodeIpv6, Buffer.concat([HEADER, Buffer.alloc(88)]));
    expect(layers.map(({ layer }) => layer)).toEqual(['ipv6']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS);
    expect(problem).toBeNull();
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeIpv6, packet(0, 58, Buffer.alloc(0)), [
      [4, 'version'],
      [4, 'tc'],
      [4, 'fl'],
      [6, 'plen'],
      [7, 'nh'],
      [8, 'hlim'],
      [24, 'src'],
      [40, 'dst'],
    ]);
  });

  it('ends where its payload length says; what is beyond is padding', () => {
    const decoded = decodeFrame(packet(4, 253, Buffer.alloc(10)), { linkType });
    expect(decoded.layers.slice(1)).toEqual([
      { layer: 'raw', start: 43, end: 47 },
      { layer: 'padding', start: 47, end: 53 },
    ]);
    expect(decoded.problem).toBeNull();
  });

  it('ends with the frame at payload length 0: a jumbogram, or segmentation offload', () => {
    expect(namesOf(decodeFrame(packet(0, 253, Buffer.alloc(10)), { linkType }))).toEqual(['ipv6', 'raw']);
  });

  it('takes everything for padding when there is neither payload nor next header', () => {
    expect(namesOf(decodeFrame(packet(0, 59, Buffer.alloc(6)), { linkType }))).toEqual(['ipv6', 'padding']);
    expect(namesOf(decodeFrame(packet(6, 59, Buffer.alloc(6)), { linkType }))).toEqual(['ipv6', 'raw']);
  });

  it('reports a payload length beyond the frame, unless the capture cut it', () => {
    const frame = packet(11, 253, Buffer.alloc(10));
    const reason = 'length 11 exceeds the 10 bytes there are';
    expect(decodeFrame(frame, { linkType }).problem).toEqual({ layer: 'ipv6', kind: 'malformed', reason });
    expect(decodeFrame(frame, { linkType, cut: 1 }).problem).toBeNull();
    expect(encodedAgain(packetOf(frame, { linkType }))).toEqual(frame);
  });

  it('reports another version, and stops', () => {
    const frame = Buffer.concat([Buffer.of(0x45), HEADER.subarray(1), Buffer.alloc(88)]);
    const decoded = decodeFrame(frame, { linkType });
    expect(decoded.problem).toMatchObject({ layer: 'ipv6', reason: 'version 4 in an IPv6 header' });
    expect(namesOf(decoded)).toEqual(['ipv6', 'raw']);
  });

  it('is found by the version in raw captures', () => {
    expect(namesOf(decodeFrame(packet(0, 59, Buffer.alloc(0)), { linkType: LinkType.RAW }))).toEqual([
      'ipv6',
    ]);
  });
});

describe('encodeIpv6', () => {
  it('writes every field', () => expect(encodeLayer(encodeIpv6, FIELDS)).toEqual(HEADER));

  it('is the inverse of decodeIpv6', () => {
    const address = anyBytes(16).map((raw) => ipv6(raw, 0));
    const record = fc.record({
      version: fc.constant(6),
      tc: uint(8),
      fl: uint(20),
      plen: fc.constant(0),
      nh: fc.constantFrom(6, 17, 58, 59, 253, 255),
      hlim: uint(8),
      src: address,
      dst: address,
    });
    checkFields(decodeIpv6, encodeIpv6, record);
  });

  it('gives back any bytes', () => {
    checkBytes(decodeIpv6, anyBytes(0, 60));
    const headers = fc.tuple(fc.constantFrom(0, 43, 44, 51, 60, 135, 6), anyBytes(33), anyBytes(0, 60));
    checkBytes(
      decodeIpv6,
      headers.map(([nh, rest, payload]) => {
        const start = Buffer.of(0x60, 0, 0, 0, 0, payload.length, nh);
        return Buffer.concat([start, rest, payload]);
      }),
    );
  });
});
