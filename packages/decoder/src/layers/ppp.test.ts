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
import { LinkType } from '../link-types.ts';
import { decodeCiscoHdlc, decodePpp, decodePppHdlc, encodeCiscoHdlc, encodePpp } from './ppp.ts';

const FRAMED = bytes('ff03 0021');
const FRAMED_FIELDS = { address: 255, control: 3, proto: 0x21, protolen: 2 };
const IPV4 = '4500 0014 0000 0000 40fd 0000 c000020a c0000201';

describe('decodePpp', () => {
  it.each([
    ['ff03 0021', FRAMED_FIELDS],
    ['ff03 21', { ...FRAMED_FIELDS, protolen: 1 }],
    ['0021', { proto: 0x21, protolen: 2 }],
    ['21', { proto: 0x21, protolen: 1 }],
    ['c021', { proto: 0xc021, protolen: 2 }],
    ['ff04', { proto: 0xff, protolen: 1 }],
  ])('reads %s', (text, fields) => {
    const { layers, problem } = decodeLayer(decodePpp, bytes(text));
    expect(fieldsOf(layers[0])).toEqual(fields);
    expect(problem).toBeNull();
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodePpp, FRAMED, [
      [1, 'address'],
      [2, 'control'],
      [4, 'proto'],
      [4, 'protolen'],
    ]);
    checkCuts(decodePpp, bytes('0021'), [
      [2, 'proto'],
      [2, 'protolen'],
    ]);
  });

  it('names what follows', () => {
    const names = (text: string) => namesOf(decodeFrame(bytes(text), { linkType: LinkType.PPP }));
    expect(names(`ff03 0021 ${IPV4}`)).toEqual(['ppp', 'ip']);
    expect(names(`21 ${IPV4}`)).toEqual(['ppp', 'ip']);
    expect(names(`0281 00001140 ${IPV4}`)).toEqual(['ppp', 'mpls', 'ip']);
    expect(names('ff03 c021 0101 0004')).toEqual(['ppp', 'raw']);
    expect(names(`0057 6000 0000 0000 3b40 ${'0'.repeat(64)}`)).toEqual(['ppp', 'ipv6']);
  });
});

describe('decodeCiscoHdlc', () => {
  it('reads every field', () => {
    const { layers, problem, rest } = decodeLayer(decodeCiscoHdlc, bytes('0f00 0800'));
    expect(layers.map(({ layer }) => layer)).toEqual(['chdlc']);
    expect(fieldsOf(layers[0])).toEqual({ address: 15, control: 0, proto: 0x0800 });
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeCiscoHdlc, bytes('8f00 2000'), [
      [1, 'address'],
      [2, 'control'],
      [4, 'proto'],
    ]);
  });

  it('is what PPP in HDLC-like framing turns out to be when the first byte says so', () => {
    const first = (text: string) => decodeLayer(decodePppHdlc, bytes(text)).layers[0]?.layer;
    expect(first('0f00 0800')).toBe('chdlc');
    expect(first('8f00 8035')).toBe('chdlc');
    expect(first('ff03 0021')).toBe('ppp');
    expect(first('')).toBeUndefined();
    const frame = bytes(`0f00 0800 ${IPV4}`);
    expect(namesOf(decodeFrame(frame, { linkType: LinkType.PPP_HDLC }))).toEqual(['chdlc', 'ip']);
    expect(namesOf(decodeFrame(frame, { linkType: LinkType.C_HDLC }))).toEqual(['chdlc', 'ip']);
    expect(encodedAgain(packetOf(frame, { linkType: LinkType.C_HDLC }))).toEqual(frame);
  });
});

describe('encodePpp', () => {
  it('writes every field', () => {
    expect(encodeLayer(encodePpp, FRAMED_FIELDS)).toEqual(FRAMED);
    expect(encodeLayer(encodePpp, { proto: 0x21, protolen: 1 })).toEqual(bytes('21'));
    expect(encodeLayer(encodeCiscoHdlc, { address: 143, control: 0, proto: 0x2000 })).toEqual(
      bytes('8f002000'),
    );
  });

  it('is the inverse of the decoders', () => {
    const short = fc.record({
      proto: uint(7).map((bits) => (bits << 1) | 1),
      protolen: fc.constant(1),
      address: fc.constant(255),
      control: fc.constant(3),
    });
    const long = fc.record({
      proto: uint(16).filter((proto) => (proto & 0x100) === 0),
      protolen: fc.constant(2),
    });
    checkFields(decodePpp, encodePpp, fc.oneof(short, long));
    const cisco = fc.record({ address: uint(8), control: uint(8), proto: uint(16) });
    checkFields(decodeCiscoHdlc, encodeCiscoHdlc, cisco);
  });

  it('gives back any bytes', () => {
    checkBytes(decodePpp, anyBytes(0, 6));
    checkBytes(
      decodePpp,
      anyBytes(0, 3).map((raw) => Buffer.concat([bytes('ff03'), raw])),
    );
    checkBytes(decodePppHdlc, anyBytes(0, 6));
    checkBytes(decodeCiscoHdlc, anyBytes(0, 6));
  });
});
