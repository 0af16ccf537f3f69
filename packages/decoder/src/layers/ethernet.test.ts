import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, namesOf } from '../../test/frames.ts';
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
} from '../../test/layers.ts';
import { decodeEthernet, encodeEthernet } from './ethernet.ts';

/** 02:00:00:00:01:10 > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806) */
const HEADER = bytes('ffff ffff ffff 0200 0000 0110 0806');
const FIELDS = { dst: 'ff:ff:ff:ff:ff:ff', src: '02:00:00:00:01:10', type: 0x0806 };
/** A spanning tree hello: 802.3, LLC, and padding up to 60 bytes. */
const HELLO = bytes(`0180 c200 0000 0200 0000 0101 0026 4242 03
  0000 00 00 00 8000 020000000101 00000000 8000 020000000101 8001 0000 1400 0200 0f00  0000 0000 0000 0000`);

describe('decodeEthernet', () => {
  it('reads every field', () => {
    const { layers, problem, rest } = decodeLayer(decodeEthernet, HEADER);
    expect(layers.map(({ layer }) => layer)).toEqual(['ether']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('takes a small type for the length of an 802.3 frame, what is beyond for padding', () => {
    const { layers, problem } = decodeFrame(HELLO);
    expect(fieldsOf(layers[0])).toEqual({ dst: '01:80:c2:00:00:00', src: '02:00:00:00:01:01', len: 38 });
    expect(layers.map(({ layer }) => layer)).toEqual(['ether', 'llc', 'raw', 'padding']);
    expect(layers[3]).toMatchObject({ start: 3 + 14 + 38, end: 3 + HELLO.length });
    expect(problem).toBeNull();
  });

  it.each([
    [1500, 'len'],
    [1501, 'len'],
    [1535, 'len'],
    [1536, 'type'],
    [0xffff, 'type'],
  ])('knows what %i is', (value, field) => {
    const frame = Buffer.concat([
      HEADER.subarray(0, 12),
      Buffer.of(value >> 8, value & 255),
      Buffer.alloc(1600),
    ]);
    expect(fieldsOf(decodeFrame(frame).layers[0])).toHaveProperty(field, value);
  });

  it.each([
    [1499, ['ether', 'llc', 'raw', 'padding']],
    [1500, ['ether', 'llc', 'raw', 'padding']],
    [1501, ['ether', 'llc', 'raw']],
  ])('ends an 802.3 frame at its length, which %i may be or not', (length, names) => {
    const frame = Buffer.concat([
      HEADER.subarray(0, 12),
      Buffer.of(length >> 8, length & 255),
      Buffer.alloc(1600),
    ]);
    expect(namesOf(decodeFrame(frame))).toEqual(names);
  });

  it('reports a length that goes beyond the frame, unless the capture cut it', () => {
    const frame = Buffer.concat([HELLO.subarray(0, 12), bytes('0400'), HELLO.subarray(14)]);
    expect(decodeFrame(frame).problem).toEqual({
      layer: 'ether',
      kind: 'malformed',
      reason: `length 1024 exceeds the ${HELLO.length - 14} bytes there are`,
    });
    expect(decodeFrame(frame, { cut: 1024 }).problem).toBeNull();
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeEthernet, HEADER, [
      [6, 'dst'],
      [12, 'src'],
      [14, 'type'],
    ]);
  });

  it('leaves an unknown type to raw', () => {
    expect(namesOf(decodeFrame(bytes('ffffffffffff 020000000110 88b5 0102')))).toEqual(['ether', 'raw']);
  });
});

describe('encodeEthernet', () => {
  it('writes every field', () => {
    expect(encodeLayer(encodeEthernet, FIELDS)).toEqual(HEADER);
    const { type: _, ...rest } = FIELDS;
    expect(encodeLayer(encodeEthernet, { ...rest, len: 38 }).subarray(12)).toEqual(bytes('0026'));
  });

  it('is the inverse of decodeEthernet', () => {
    const type = fc.oneof(fc.integer({ min: 1536, max: 65535 }), fc.constantFrom(1536, 65535));
    checkFields(decodeEthernet, encodeEthernet, fc.record({ dst: anyMac, src: anyMac, type }));
  });

  it('gives back any bytes', () => checkBytes(decodeEthernet, anyBytes(0, 20)));
});
