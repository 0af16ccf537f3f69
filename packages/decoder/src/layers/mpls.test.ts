import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodedAgain, namesOf, packetOf } from '../../test/frames.ts';
import { anyBytes, bytes, checkBytes, decodeLayer, encodeLayer, fieldsOf, uint } from '../../test/layers.ts';
import { decodeMpls, encodeMpls } from './mpls.ts';

/** MPLS (label 1016, tc 0, [S], ttl 64) */
const ENTRY = bytes('003f 8140');
/** Labels 1048575 (tc 7, ttl 255) and 16 (tc 0, [S], ttl 1). */
const STACK = bytes('fffffeff 00010101');
const STACK_FIELDS = { label: [1048575, 16], cos: [7, 0], s: [0, 1], ttl: [255, 1] };
const MACS = '0200 0000 0420 0200 0000 0410';
const IPV4 = '4500 0014 0000 0000 40fd 0000 c000020a c0000201';

describe('decodeMpls', () => {
  it('reads a label', () => {
    const { layers, problem, rest } = decodeLayer(decodeMpls, ENTRY);
    expect(fieldsOf(layers[0])).toEqual({ label: [1016], cos: [0], s: [1], ttl: [64] });
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('lists a stack in one layer, outermost first', () => {
    const { layers } = decodeLayer(decodeMpls, STACK);
    expect(layers).toHaveLength(1);
    expect(fieldsOf(layers[0])).toEqual(STACK_FIELDS);
  });

  it.each([0, 1, 2, 3])('keeps the labels in front of one that is cut to %i bytes', (have) => {
    const part = STACK.subarray(0, 4 + have);
    for (const cut of [4 - have, 0]) {
      const { layers, problem, rest } = decodeLayer(decodeMpls, part, cut);
      expect(fieldsOf(layers[0])).toEqual({ label: [1048575], cos: [7], s: [0], ttl: [255] });
      expect(problem).toEqual({
        layer: 'mpls',
        kind: cut > 0 ? 'truncated' : 'malformed',
        reason: `label needs 4 bytes, ${have} are there`,
      });
      expect(rest).toBe(have);
    }
    expect(decodeLayer(decodeMpls, part.subarray(0, have)).layers).toEqual([]);
  });

  it('stops at a stack without a bottom', () => {
    const endless = Buffer.alloc(400);
    const { layers, problem, rest } = decodeLayer(decodeMpls, endless);
    expect(layers[0]).toHaveProperty('label.length', 16);
    expect(problem).toEqual({ layer: 'mpls', kind: 'malformed', reason: 'more than 16 labels' });
    expect(rest).toBe(400 - 64);
    expect(decodeLayer(decodeMpls, Buffer.concat([endless.subarray(0, 60), ENTRY])).problem).toBeNull();
  });

  it('tells by the first nibble what follows', () => {
    const names = (text: string) => namesOf(decodeFrame(bytes(`${MACS} 8847 003f8140 ${text}`)));
    expect(names(IPV4)).toEqual(['ether', 'mpls', 'ip']);
    expect(names(`6000 0000 0000 3b40 ${'0'.repeat(64)}`)).toEqual(['ether', 'mpls', 'ipv6']);
    expect(names('0000 0000 0200')).toEqual(['ether', 'mpls', 'raw']);
    expect(names('')).toEqual(['ether', 'mpls']);
  });
});

describe('encodeMpls', () => {
  it('writes every label', () => expect(encodeLayer(encodeMpls, STACK_FIELDS)).toEqual(STACK));

  it('is the inverse of decodeMpls', () => {
    const entry = fc.record({ label: uint(20), cos: uint(3), ttl: uint(8) });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 16 }), (entries) => {
        const fields = {
          label: entries.map(({ label }) => label),
          cos: entries.map(({ cos }) => cos),
          s: entries.map((_, i) => (i === entries.length - 1 ? 1 : 0)),
          ttl: entries.map(({ ttl }) => ttl),
        };
        const { layers, problem, rest } = decodeLayer(decodeMpls, encodeLayer(encodeMpls, fields));
        expect(fieldsOf(layers[0])).toEqual(fields);
        expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('gives back any bytes', () => checkBytes(decodeMpls, anyBytes(0, 80)));

  it('goes back into its place below and inside a tunnel', () => {
    const gre = '4500 0030 0000 0000 402f 0000 c000020a c0000201 0000 8847';
    const frame = bytes(`${MACS} 8847 003f8140 ${gre} 00010101 ${IPV4}`);
    expect(namesOf(decodeFrame(frame))).toEqual(['ether', 'mpls', 'ip', 'gre', 'mpls', 'ip']);
    expect(encodedAgain(packetOf(frame))).toEqual(frame);
  });
});
