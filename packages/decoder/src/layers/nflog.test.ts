import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodedAgain, namesOf, packetOf } from '../../test/frames.ts';
import {
  anyBytes,
  anyHex,
  bytes,
  checkBytes,
  checkCuts,
  checkFields,
  encodeLayer,
  fieldsOf,
  uint,
} from '../../test/layers.ts';
import { LinkType } from '../link-types.ts';
import { decodeNflog, encodeNflog } from './nflog.ts';

/** Group 5; a prefix record of 5 bytes and 3 of padding, then the packet record. */
const HEADER = bytes('02 00 0005  0500 0a00 00 000000  1800 0900');
const IPV4 = bytes('4500 0014 0000 0000 40fd 0000 c000020a c0000201');
const FRAME = Buffer.concat([HEADER, IPV4]);
const linkType = LinkType.NFLOG;

describe('decodeNflog', () => {
  it('reads the header, and finds the packet behind the records', () => {
    const decoded = decodeFrame(FRAME, { linkType });
    expect(namesOf(decoded)).toEqual(['nflog', 'ip']);
    expect(fieldsOf(decoded.layers[0])).toEqual({
      family: 2,
      version: 0,
      resource: 5,
      records: '05000a000000000018000900',
    });
    expect(decoded.problem).toBeNull();
  });

  it('reads IPv6 where the family says so, and leaves other families raw', () => {
    const of = (family: number, packet: string) => {
      const frame = Buffer.concat([Buffer.of(family), HEADER.subarray(1, 4), bytes(packet)]);
      return namesOf(decodeFrame(frame, { linkType }));
    };
    expect(of(10, `2c00 0900 6000 0000 0000 3b40 ${'0'.repeat(64)}`)).toEqual(['nflog', 'ipv6']);
    expect(of(7, `0800 0900 4500 0014`)).toEqual(['nflog', 'raw']);
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeNflog, HEADER.subarray(0, 4), [
      [1, 'family'],
      [2, 'version'],
      [4, 'resource'],
      [4, 'records'],
    ]);
  });

  it('has the bytes of a cut frame, wherever it was cut', () => {
    for (let have = 0; have < FRAME.length; have++) {
      const packet = packetOf(FRAME.subarray(0, have), { linkType, cut: FRAME.length - have });
      expect(encodedAgain(packet)).toEqual(FRAME.subarray(0, have));
    }
  });

  it('takes a record without a body for one', () => {
    const frame = Buffer.concat([bytes('02 00 0005  0400 0a00  1800 0900'), IPV4]);
    expect(namesOf(decodeFrame(frame, { linkType }))).toEqual(['nflog', 'ip']);
    const empty = decodeFrame(bytes('02 00 0005  0400 0900'), { linkType });
    expect(empty.problem).toEqual({
      layer: 'ip',
      kind: 'malformed',
      reason: 'header needs 20 bytes, 0 are there',
    });
  });

  it('takes what is beyond the packet record for padding', () => {
    const frame = Buffer.concat([FRAME, bytes('0500 0b00 01')]);
    expect(namesOf(decodeFrame(frame, { linkType }))).toEqual(['nflog', 'ip', 'padding']);
  });

  it.each(['0000 0900', '0300 0900', '0200 0100'])(
    'stops at the record %s, shorter than its header',
    (record) => {
      const frame = Buffer.concat([HEADER.subarray(0, 4), bytes(record), IPV4]);
      const decoded = decodeFrame(frame, { linkType });
      expect(namesOf(decoded)).toEqual(['nflog', 'raw']);
      expect(decoded.problem).toMatchObject({
        layer: 'nflog',
        kind: 'malformed',
        reason: expect.stringMatching(/^record length \d is below 4$/),
      });
    },
  );

  it('reports a packet record that is longer than the frame, unless the capture cut it', () => {
    const frame = Buffer.concat([bytes('02 00 0005 ff00 0900'), IPV4]);
    expect(decodeFrame(frame, { linkType }).problem).toMatchObject({ layer: 'nflog', kind: 'malformed' });
    expect(decodeFrame(frame, { linkType, cut: 300 }).problem).toBeNull();
  });
});

describe('encodeNflog', () => {
  it('writes every field', () => {
    const fields = { family: 2, version: 0, resource: 5, records: '05000a000000000018000900' };
    expect(encodeLayer(encodeNflog, fields)).toEqual(HEADER);
  });

  it('is the inverse of decodeNflog', () => {
    const records = anyHex(4, 40).map((body) => {
      const length = (4 + body.length / 2).toString(16).padStart(2, '0');
      return `${length}000a00${body}${'00'.repeat((4 - ((body.length / 2) % 4)) % 4)}`;
    });
    const fields = { family: uint(8), version: uint(8), resource: uint(16) };
    checkFields(decodeNflog, encodeNflog, fc.record({ ...fields, records }));
  });

  it('gives back any bytes', () => checkBytes(decodeNflog, anyBytes(0, 40)));
});
