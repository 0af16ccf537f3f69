import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOf, decodeFrame, encodedAgain, namesOf, packetOf } from '../../test/frames.ts';
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
import { decodePbb, encodePbb } from './pbb.ts';

const HEADER = bytes('b8 010203 0200 0000 0a01 0200 0000 0a02 88b5');
const FIELDS = {
  prio: 5,
  dei: 1,
  flags: 8,
  isid: 0x010203,
  dst: '02:00:00:00:0a:01',
  src: '02:00:00:00:0a:02',
  type: 0x88b5,
};
const MACS = '0200 0000 0001 0200 0000 0002';

describe('decodePbb', () => {
  it('reads every field', () => {
    const { layers, problem, rest } = decodeLayer(decodePbb, HEADER);
    expect(layers.map(({ layer }) => layer)).toEqual(['pbb']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodePbb, HEADER, [
      [1, 'prio'],
      [1, 'dei'],
      [1, 'flags'],
      [4, 'isid'],
      [10, 'dst'],
      [16, 'src'],
      [18, 'type'],
    ]);
  });

  it('has the backbone tag in front and the customer tags behind in one list', () => {
    const header = HEADER.subarray(0, 16).toString('hex');
    const frame = bytes(`${MACS} 88a8 0007 88e7 ${header} 8100 2005 8100 0006 88b5 ffff`);
    expect(namesOf(decodeFrame(frame))).toEqual(['ether', 'dot1q', 'pbb', 'dot1q', 'raw']);
    const data = dataOf(packetOf(frame));
    expect(Object.keys(data)).toEqual(['frame', 'ether', 'dot1q', 'pbb', 'raw']);
    expect(data.dot1q).toEqual({
      prio: [0, 1, 0],
      dei: [0, 0, 0],
      vlan: [7, 5, 6],
      type: [0x88e7, 0x8100, 0x88b5],
    });
    expect(data.pbb).toEqual({ ...FIELDS, type: 0x8100 });
    expect(encodedAgain(packetOf(frame))).toEqual(frame);
  });

  it.each([
    ['without a tag in front', `${MACS} 88e7 {} 88b5 01`],
    ['with tags behind only', `${MACS} 88e7 {} 8100 2005 88b5 01`],
    ['with tags behind only, the last one naming another that is missing', `${MACS} 88e7 {} 8100 2005 88e7`],
    ['with a length behind the customer tag', `${MACS} 88a8 0007 88e7 {} 8100 0005 0003 424203`],
    ['inside another', `${MACS} 88e7 {} 88e7 {} 8100 0001 88e7 {} 8100 0002 88b5 01`],
    ['inside another, tags in front', `${MACS} 88a8 0007 88e7 {} 8100 0001 88e7 {} 8100 0002 88b5 01`],
    ['behind Cisco metadata', `${MACS} 8100 0001 8909 01 01 00010064 88e7 {} 8100 0002 88b5 01`],
    ['cut', `${MACS} 88a8 0007 88e7 b8 010203 0200`],
  ])('goes back into its place %s', (_what, text) => {
    const frame = bytes(text.replaceAll('{}', HEADER.subarray(0, 16).toString('hex')));
    expect(encodedAgain(packetOf(frame)).toString('hex')).toBe(frame.toString('hex'));
  });
});

describe('encodePbb', () => {
  it('writes every field', () => expect(encodeLayer(encodePbb, FIELDS)).toEqual(HEADER));

  it('is the inverse of decodePbb', () => {
    const record = fc.record({
      prio: uint(3),
      dei: uint(1),
      flags: uint(4),
      isid: uint(24),
      dst: anyMac,
      src: anyMac,
      type: uint(16),
    });
    checkFields(decodePbb, encodePbb, record);
  });

  it('gives back any bytes', () => checkBytes(decodePbb, anyBytes(0, 22)));
});
