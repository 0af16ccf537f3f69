import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOf, decodeFrame, encodedAgain, namesOf, packetOf } from '../../test/frames.ts';
import {
  anyBytes,
  bytes,
  checkBytes,
  decodeLayer,
  encodeAgain,
  encodeLayer,
  fieldsOf,
  uint,
} from '../../test/layers.ts';
import { decodeDot1q, encodeDot1q } from './dot1q.ts';

/** vlan 100, p 0, ethertype ARP */
const TAG = bytes('0064 0806');
const MACS = '0200 0000 0420 0200 0000 0410';
/** 802.1ad (prio 3, drop eligible, vlan 10), then 802.1Q (vlan 4095), then an experimental type. */
const QINQ = bytes(`${MACS} 88a8 700a 8100 0fff 88b5 0102`);

describe('decodeDot1q', () => {
  it('reads a tag', () => {
    const { layers, problem, rest } = decodeLayer(decodeDot1q, TAG);
    expect(layers.map(({ layer }) => layer)).toEqual(['dot1q']);
    expect(fieldsOf(layers[0])).toEqual({ prio: [0], dei: [0], vlan: [100], type: [0x0806] });
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('lists stacked tags in one layer, outermost first', () => {
    const decoded = decodeFrame(QINQ);
    expect(namesOf(decoded)).toEqual(['ether', 'dot1q', 'raw']);
    expect(fieldsOf(decoded.layers[1])).toEqual({
      prio: [3, 0],
      dei: [1, 0],
      vlan: [10, 4095],
      type: [0x8100, 0x88b5],
    });
  });

  it('reads the bits of the tag each from its place', () => {
    const of = (control: number) =>
      fieldsOf(decodeLayer(decodeDot1q, Buffer.of(control >> 8, control & 255, 8, 0)).layers[0]);
    expect(of(0xe000)).toMatchObject({ prio: [7], dei: [0], vlan: [0] });
    expect(of(0x1000)).toMatchObject({ prio: [0], dei: [1], vlan: [0] });
    expect(of(0x0fff)).toMatchObject({ prio: [0], dei: [0], vlan: [4095] });
  });

  it('takes a small type for a length, and LLC behind it', () => {
    const { layers, problem } = decodeFrame(bytes(`${MACS} 8100 0064 0004 42420300 ffff`));
    expect(layers.map(({ layer }) => layer)).toEqual(['ether', 'dot1q', 'llc', 'raw', 'padding']);
    expect(fieldsOf(layers[1])).toMatchObject({ type: [null], len: 4 });
    expect(problem).toBeNull();
  });

  it.each([0, 1, 2, 3])('tells a second tag of %i bytes from what is complete', (have) => {
    for (const cut of [4 - have, 0]) {
      const decoded = decodeFrame(QINQ.subarray(0, 18 + have), { cut });
      expect(decoded.layers[1]).toMatchObject({ vlan: [10], type: [0x8100] });
      expect(decoded.problem).toEqual({
        layer: 'dot1q',
        kind: cut > 0 ? 'truncated' : 'malformed',
        reason: `tag needs 4 bytes, ${have} are there`,
      });
      expect(encodedAgain(packetOf(QINQ.subarray(0, 18 + have)))).toEqual(QINQ.subarray(0, 18 + have));
    }
  });

  it('reads a frame full of tags without another layer for each', () => {
    const frame = Buffer.concat([bytes(MACS), bytes('8100 0001'.repeat(10_000)), bytes('88b5')]);
    const { layers, problem } = decodeFrame(frame);
    expect(layers).toHaveLength(2);
    expect(layers[1]).toHaveProperty('vlan.length', 10_000);
    expect(problem).toBeNull();
    expect(encodedAgain(packetOf(frame))).toEqual(frame);
  });
});

describe('encodeDot1q', () => {
  it('writes tags, and the length behind the last', () => {
    const fields = { prio: [0, 7], dei: [0, 1], vlan: [100, 1], type: [0x8100, null], len: 46 };
    expect(encodeLayer(encodeDot1q, fields)).toEqual(bytes('0064 8100 f001 002e'));
  });

  it('is the inverse of decodeDot1q', () => {
    const tag = fc.record({ prio: uint(3), dei: uint(1), vlan: uint(12) });
    const last = fc
      .integer({ min: 1501, max: 65535 })
      .filter((type) => ![0x8100, 0x88a8, 0x9100].includes(type));
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1, maxLength: 6 }), last, (tags, type) => {
        const fields = {
          prio: tags.map(({ prio }) => prio),
          dei: tags.map(({ dei }) => dei),
          vlan: tags.map(({ vlan }) => vlan),
          type: [...tags.slice(1).map(() => 0x8100), type],
        };
        const frame = Buffer.concat([bytes(`${MACS} 8100`), encodeLayer(encodeDot1q, fields)]);
        expect(dataOf(packetOf(frame)).dot1q).toEqual(fields);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('gives back any bytes', () => {
    checkBytes(decodeDot1q, anyBytes(0, 8));
    expect(encodeAgain(decodeLayer(decodeDot1q, bytes('ffff 05dc')).layers)).toEqual(bytes('ffff 05dc'));
  });
});
