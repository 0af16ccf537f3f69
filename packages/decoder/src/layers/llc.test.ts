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
import { decodeLlc, encodeLlc, encodeSnap } from './llc.ts';

/** Supervisory, receive ready, N(R) = 5. */
const RECEIVE_READY = bytes('f0 f1 01 0a');
const MACS = '0180 c200 0000 0200 0000 0101';

describe('decodeLlc', () => {
  it('reads an unnumbered frame of three bytes', () => {
    const { layers, problem, rest } = decodeLayer(decodeLlc, bytes('42 42 03 0000'));
    expect(fieldsOf(layers[0])).toEqual({ dsap: 0x42, ssap: 0x42, ctrl: 3 });
    expect({ problem, rest }).toEqual({ problem: null, rest: 2 });
  });

  it('reads a numbered frame of four bytes', () => {
    const { layers, rest } = decodeLayer(decodeLlc, RECEIVE_READY);
    expect(fieldsOf(layers[0])).toEqual({ dsap: 0xf0, ssap: 0xf1, ctrl: 0x0a01 });
    expect(rest).toBe(0);
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeLlc, RECEIVE_READY, [
      [1, 'dsap'],
      [2, 'ssap'],
      [4, 'ctrl'],
    ]);
    checkCuts(decodeLlc, bytes('42 42 03'), [
      [1, 'dsap'],
      [2, 'ssap'],
      [3, 'ctrl'],
    ]);
  });

  it('reads SNAP, and an EtherType where the organisation uses them', () => {
    const arp = '0001 0800 06 04 0001 020000000110 c000020a 000000000000 c0000201';
    for (const oui of ['000000', '0000f8']) {
      const decoded = decodeFrame(bytes(`${MACS} 0024 aaaa03 ${oui} 0806 ${arp}`));
      expect(namesOf(decoded)).toEqual(['ether', 'llc', 'snap', 'arp']);
    }
    const cdp = decodeFrame(bytes(`${MACS} 000a aaaa03 00000c 2000 02b4`));
    expect(namesOf(cdp)).toEqual(['ether', 'llc', 'snap', 'raw']);
    expect(fieldsOf(cdp.layers[2])).toEqual({ OUI: 0x0c, code: 0x2000 });
  });

  it('reads IPv4 straight behind LLC', () => {
    const ip = '4500 0014 0000 0000 40fd 0000 c000020a c0000201';
    expect(namesOf(decodeFrame(bytes(`${MACS} 0017 060603 ${ip}`)))).toEqual(['ether', 'llc', 'ip']);
    expect(namesOf(decodeFrame(bytes(`${MACS} 0018 06060000 ${ip}`)))).toEqual(['ether', 'llc', 'raw']);
  });

  it.each([0, 1, 2, 3, 4])('keeps what %i bytes of SNAP hold', (have) => {
    const frame = bytes(`${MACS} 0008 aaaa03 00000c 2000`).subarray(0, 17 + have);
    for (const cut of [5 - have, 0]) {
      const { layers, problem } = decodeFrame(frame, { cut });
      expect(problem).toEqual(
        cut > 0
          ? { layer: 'snap', kind: 'truncated', reason: `header needs 5 bytes, ${have} are there` }
          : { layer: 'ether', kind: 'malformed', reason: `length 8 exceeds the ${3 + have} bytes there are` },
      );
      expect(fieldsOf(layers[2])).toMatchObject(have < 3 ? {} : { OUI: 0x0c });
      expect(encodedAgain(packetOf(frame, { cut }))).toEqual(frame);
    }
  });

  it('finds no header in an 802.3 frame of length 0', () => {
    expect(decodeFrame(bytes(`${MACS} 0000`)).problem).toMatchObject({ layer: 'llc', kind: 'malformed' });
  });
});

describe('encodeLlc', () => {
  it('writes one or two bytes of control', () => {
    expect(encodeLayer(encodeLlc, { dsap: 0x42, ssap: 0x42, ctrl: 3 })).toEqual(bytes('42 42 03'));
    expect(encodeLayer(encodeLlc, { dsap: 0xf0, ssap: 0xf1, ctrl: 0x0a01 })).toEqual(RECEIVE_READY);
    expect(encodeLayer(encodeSnap, { OUI: 0x0c, code: 0x2000 })).toEqual(bytes('00000c 2000'));
  });

  it('is the inverse of decodeLlc', () => {
    const numbered = uint(16).filter((ctrl) => (ctrl & 3) !== 3);
    const unnumbered = uint(6).map((bits) => (bits << 2) | 3);
    const dsap = uint(8).filter((sap) => sap !== 0xaa);
    checkFields(
      decodeLlc,
      encodeLlc,
      fc.record({ dsap, ssap: uint(8), ctrl: fc.oneof(numbered, unnumbered) }),
    );
  });

  it('gives back any bytes', () => {
    checkBytes(decodeLlc, anyBytes(0, 6));
    checkBytes(
      decodeLlc,
      anyBytes(0, 7).map((raw) => Buffer.concat([bytes('aaaa03'), raw])),
    );
  });
});
