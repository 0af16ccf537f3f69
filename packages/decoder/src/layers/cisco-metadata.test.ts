import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, namesOf } from '../../test/frames.ts';
import {
  anyBytes,
  anyHex,
  bytes,
  checkBytes,
  checkCuts,
  checkFields,
  decodeLayer,
  encodeLayer,
  fieldsOf,
  uint,
} from '../../test/layers.ts';
import { decodeCiscoMetadata, encodeCiscoMetadata } from './cisco-metadata.ts';

/** Version 1, one option: a security group tag of 100. */
const HEADER = bytes('01 01 00010064 0800');
const FIELDS = { version: 1, length: 1, options: '00010064', type: 0x0800 };

describe('decodeCiscoMetadata', () => {
  it('reads every field', () => {
    const { layers, problem, rest } = decodeLayer(decodeCiscoMetadata, HEADER);
    expect(layers.map(({ layer }) => layer)).toEqual(['cmd']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('reads as many options as it says, one at least', () => {
    const two = bytes('01 02 00010064 0002abcd 0806');
    expect(fieldsOf(decodeLayer(decodeCiscoMetadata, two).layers[0])).toMatchObject({
      options: '000100640002abcd',
      type: 0x0806,
    });
    const none = bytes('01 00 00010064 0806');
    expect(fieldsOf(decodeLayer(decodeCiscoMetadata, none).layers[0])).toMatchObject({
      length: 0,
      type: 0x0806,
    });
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeCiscoMetadata, HEADER, [
      [1, 'version'],
      [2, 'length'],
      [6, 'options'],
      [8, 'type'],
    ]);
  });

  it('says how many bytes a lying length asks for', () => {
    expect(decodeLayer(decodeCiscoMetadata, bytes('01 ff 00010064 0800'))).toMatchObject({
      layers: [{ version: 1, length: 255, options: undefined }],
      problem: { layer: 'cmd', kind: 'malformed', reason: 'header needs 1024 bytes, 8 are there' },
      rest: 6,
    });
  });

  it('names what follows', () => {
    const frame = bytes(`020000000002 020000000001 8909 01 01 00010064 8100 0001 88b5`);
    expect(namesOf(decodeFrame(frame))).toEqual(['ether', 'cmd', 'dot1q']);
  });
});

describe('encodeCiscoMetadata', () => {
  it('writes every field', () => expect(encodeLayer(encodeCiscoMetadata, FIELDS)).toEqual(HEADER));

  it('is the inverse of decodeCiscoMetadata', () => {
    const record = fc.nat({ max: 255 }).chain((length) =>
      fc.record({
        version: uint(8),
        length: fc.constant(length),
        options: anyHex(4 * Math.max(1, length)),
        type: uint(16),
      }),
    );
    checkFields(decodeCiscoMetadata, encodeCiscoMetadata, record, 100);
  });

  it('gives back any bytes', () => checkBytes(decodeCiscoMetadata, anyBytes(0, 14)));
});
