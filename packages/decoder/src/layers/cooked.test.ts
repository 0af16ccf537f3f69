import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodedAgain, namesOf, packetOf } from '../../test/frames.ts';
import {
  anyBytes,
  anyMac,
  bytes,
  checkBytes,
  checkCuts,
  checkFields,
  decodeLayer,
  encodeLayer,
  fieldsOf,
  uint,
} from '../../test/layers.ts';
import { LinkType } from '../link-types.ts';
import { decodeCookedV1, decodeCookedV2, encodeCooked } from './cooked.ts';

/** Out, device type Ethernet, 02:00:00:00:01:10 and two bytes nobody cleared, ethertype ARP. */
const V1 = bytes('0004 0001 0006 0200 0000 0110 beef 0806');
const V2 = bytes('0806 0000 00000003 0001 04 06 0200 0000 0110 0000');
const COMMON = { pkttype: 4, lladdrtype: 1, lladdrlen: 6, src: '02:00:00:00:01:10', proto: 0x0806 };
const FIELDS_V1 = { ...COMMON, srcpad: 'beef' };
const FIELDS_V2 = { ...COMMON, srcpad: '0000', ifindex: 3, reserved: 0 };

describe('decodeCooked', () => {
  it('reads every field of version 1', () => {
    const { layers, problem, rest } = decodeLayer(decodeCookedV1, V1);
    expect(layers.map(({ layer }) => layer)).toEqual(['sll']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS_V1);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('reads every field of version 2', () => {
    const { layers, problem, rest } = decodeLayer(decodeCookedV2, V2);
    expect(fieldsOf(layers[0])).toEqual(FIELDS_V2);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeCookedV1, V1, [
      [2, 'pkttype'],
      [4, 'lladdrtype'],
      [6, 'lladdrlen'],
      [14, 'src'],
      [14, 'srcpad'],
      [16, 'proto'],
    ]);
    checkCuts(decodeCookedV2, V2, [
      [2, 'proto'],
      [4, 'reserved'],
      [8, 'ifindex'],
      [10, 'lladdrtype'],
      [11, 'pkttype'],
      [12, 'lladdrlen'],
      [20, 'src'],
      [20, 'srcpad'],
    ]);
  });

  it.each([
    [0, '', '0200000001100000'],
    [4, '02:00:00:00', '01100000'],
    [8, '02:00:00:00:01:10:00:00', ''],
    [20, '02:00:00:00:01:10:00:00', ''],
    [255, '02:00:00:00:01:10:00:00', ''],
  ])('reads an address that is said to have %i bytes', (length, src, srcpad) => {
    const header = Buffer.from(V2);
    header[11] = length;
    expect(fieldsOf(decodeLayer(decodeCookedV2, header).layers[0])).toMatchObject({ src, srcpad });
    expect(encodedAgain(packetOf(header, { linkType: LinkType.LINUX_SLL2 }))).toEqual(header);
  });

  it('names what follows: an EtherType, or LLC behind protocol 4', () => {
    const llc = bytes('0000 0001 0006 0200 0000 0110 0000 0004 424203 00');
    expect(namesOf(decodeFrame(llc, { linkType: LinkType.LINUX_SLL }))).toEqual(['sll', 'llc', 'raw']);
    expect(namesOf(decodeFrame(Buffer.concat([V1, Buffer.alloc(28)]), { linkType: 113 }))).toContain('arp');
    expect(namesOf(decodeFrame(Buffer.concat([V2, Buffer.alloc(28)]), { linkType: 276 }))).toContain('arp');
  });
});

describe('encodeCooked', () => {
  it('writes every field, version 2 when there is an interface index', () => {
    expect(encodeLayer(encodeCooked, FIELDS_V1)).toEqual(V1);
    expect(encodeLayer(encodeCooked, FIELDS_V2)).toEqual(V2);
  });

  it('is the inverse of both decoders', () => {
    const common = {
      lladdrtype: uint(16),
      lladdrlen: fc.constant(6),
      src: anyMac,
      srcpad: anyBytes(2).map((raw) => raw.toString('hex')),
      proto: uint(16),
    };
    checkFields(decodeCookedV1, encodeCooked, fc.record({ ...common, pkttype: uint(16) }));
    const v2 = { ...common, pkttype: uint(8), ifindex: uint(32), reserved: uint(16) };
    checkFields(decodeCookedV2, encodeCooked, fc.record(v2));
  });

  it('gives back any bytes', () => {
    checkBytes(decodeCookedV1, anyBytes(0, 20));
    checkBytes(decodeCookedV2, anyBytes(0, 24));
  });
});
