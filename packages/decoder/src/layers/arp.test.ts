import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodedAgain, namesOf, packetOf } from '../../test/frames.ts';
import {
  anyBytes,
  anyIpv4,
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
import { decodeArp, encodeArp } from './arp.ts';

/** Reply 192.0.2.1 is-at 02:00:00:00:01:01, to 192.0.2.10 at 02:00:00:00:01:10 */
const REPLY = bytes('0001 0800 06 04 0002 0200 0000 0101 c000 0201 0200 0000 0110 c000 020a');
const FIELDS = {
  hwtype: 1,
  ptype: 0x0800,
  hwlen: 6,
  plen: 4,
  op: 2,
  hwsrc: '02:00:00:00:01:01',
  psrc: '192.0.2.1',
  hwdst: '02:00:00:00:01:10',
  pdst: '192.0.2.10',
};

describe('decodeArp', () => {
  it('reads every field', () => {
    const { layers, problem, rest } = decodeLayer(decodeArp, REPLY);
    expect(layers.map(({ layer }) => layer)).toEqual(['arp']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('keeps what a cut packet holds', () => {
    checkCuts(decodeArp, REPLY, [
      [2, 'hwtype'],
      [4, 'ptype'],
      [5, 'hwlen'],
      [6, 'plen'],
      [8, 'op'],
      [14, 'hwsrc'],
      [18, 'psrc'],
      [24, 'hwdst'],
      [28, 'pdst'],
    ]);
  });

  it('has no payload: what follows is padding', () => {
    const frame = Buffer.concat([bytes('ffffffffffff 020000000101 0806'), REPLY, Buffer.alloc(18)]);
    expect(namesOf(decodeFrame(frame))).toEqual(['ether', 'arp', 'padding']);
    expect(encodedAgain(packetOf(frame))).toEqual(frame);
  });

  it.each([
    ['no addresses at all', '0001 0800 00 00 0001', { hwsrc: '', psrc: '', hwdst: '', pdst: '' }],
    [
      'addresses of other lengths',
      '0007 86dd 01 10 0001 0a 20010db8000000000000000000000001 0b 20010db8000000000000000000000002',
      { hwsrc: '0a', psrc: '20010db8000000000000000000000001', hwdst: '0b' },
    ],
    ['protocol addresses only', '0001 0800 00 04 0001 c0000201 c0000202', { hwsrc: '', pdst: '192.0.2.2' }],
  ])('reads %s', (_what, text, fields) => {
    const { layers, problem } = decodeLayer(decodeArp, bytes(text));
    expect(fieldsOf(layers[0])).toMatchObject(fields);
    expect(problem).toBeNull();
    expect(encodeLayer(encodeArp, fieldsOf(layers[0]))).toEqual(bytes(text));
  });

  it('says how many bytes lying lengths ask for', () => {
    expect(decodeLayer(decodeArp, bytes('0001 0800 ff ff 0001 0200'))).toMatchObject({
      layers: [{ hwlen: 255, plen: 255, hwsrc: undefined }],
      problem: { layer: 'arp', kind: 'malformed', reason: 'addresses need 1020 bytes, 2 are there' },
      rest: 2,
    });
  });
});

describe('encodeArp', () => {
  it('writes every field', () => expect(encodeLayer(encodeArp, FIELDS)).toEqual(REPLY));

  it('is the inverse of decodeArp', () => {
    const record = fc.record({
      hwtype: uint(16),
      ptype: uint(16),
      hwlen: fc.constant(6),
      plen: fc.constant(4),
      op: uint(16),
      hwsrc: anyMac,
      psrc: anyIpv4,
      hwdst: anyMac,
      pdst: anyIpv4,
    });
    checkFields(decodeArp, encodeArp, record);
  });

  it('gives back any bytes', () => {
    checkBytes(decodeArp, anyBytes(0, 40));
    const lengths = fc.tuple(uint(4), uint(4), anyBytes(0, 64));
    checkBytes(
      decodeArp,
      lengths.map(([hwlen, plen, rest]) =>
        Buffer.concat([bytes('00010800'), Buffer.of(hwlen, plen, 0, 1), rest]),
      ),
    );
  });
});
