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
import { decodePppoe, encodePppoe } from './pppoe.ts';

/** Session 0x0a5b, 22 bytes: PPP and an IPv4 header. */
const SESSION = bytes('11 00 0a5b 0016  0021  4500 0014 0000 0000 40fd 0000 c000020a c0000201');
const FIELDS = { version: 1, type: 1, code: 0, sessionid: 0x0a5b, len: 22 };
const MACS = '0200 0000 0001 0200 0000 0002';

describe('decodePppoe', () => {
  it('reads every field, and PPP in a session', () => {
    const { layers, problem } = decodeLayer(decodePppoe, SESSION);
    expect(layers.map(({ layer }) => layer)).toEqual(['pppoe', 'ppp']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS);
    expect(problem).toBeNull();
  });

  it('goes on to the packet, and takes what is beyond the length for padding', () => {
    const frame = Buffer.concat([bytes(`${MACS} 8864`), SESSION, Buffer.alloc(10)]);
    const decoded = decodeFrame(frame);
    expect(namesOf(decoded)).toEqual(['ether', 'pppoe', 'ppp', 'ip', 'padding']);
    expect(decoded.problem).toBeNull();
    const alone = decodeFrame(SESSION, { linkType: LinkType.PPP_ETHER });
    expect(namesOf(alone)).toEqual(['pppoe', 'ppp', 'ip']);
  });

  it.each([8863, 8864])('leaves the tags of a discovery packet raw (EtherType %i)', (type) => {
    const frame = bytes(`${MACS} ${type} 11 09 0000 0008 0101 0000 0103 0000`);
    const decoded = decodeFrame(frame);
    expect(namesOf(decoded)).toEqual(['ether', 'pppoe', 'raw']);
    expect(fieldsOf(decoded.layers[1])).toEqual({ version: 1, type: 1, code: 9, sessionid: 0, len: 8 });
  });

  it('keeps what a cut header holds, and reads no PPP out of the rest', () => {
    checkCuts(decodePppoe, bytes('11 00 0a21 0000'), [
      [1, 'version'],
      [1, 'type'],
      [2, 'code'],
      [4, 'sessionid'],
      [6, 'len'],
    ]);
    for (let have = 0; have < 6; have++) {
      expect(decodeLayer(decodePppoe, SESSION.subarray(0, have)).layers.length).toBe(have > 0 ? 1 : 0);
    }
  });

  it('reports a length that goes beyond the frame, unless the capture cut it', () => {
    const frame = Buffer.from(SESSION);
    frame.writeUInt16BE(23, 4);
    const reason = 'length 23 exceeds the 22 bytes there are';
    expect(decodeLayer(decodePppoe, frame).problem).toEqual({ layer: 'pppoe', kind: 'malformed', reason });
    expect(decodeLayer(decodePppoe, frame, 1).problem).toBeNull();
  });
});

describe('encodePppoe', () => {
  it('writes every field', () => {
    expect(encodeLayer(encodePppoe, FIELDS)).toEqual(SESSION.subarray(0, 6));
    expect(encodedAgain(packetOf(SESSION, { linkType: LinkType.PPP_ETHER }))).toEqual(SESSION);
  });

  it('is the inverse of decodePppoe', () => {
    const fields = { version: uint(4), type: uint(4), code: uint(8), sessionid: uint(16) };
    checkFields(decodePppoe, encodePppoe, fc.record({ ...fields, len: fc.constant(0) }));
  });

  it('gives back any bytes', () => checkBytes(decodePppoe, anyBytes(0, 12)));
});
