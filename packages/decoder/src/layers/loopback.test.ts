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
} from '../../test/layers.ts';
import { LinkType } from '../link-types.ts';
import { decodeLoopback, encodeLoopback } from './loopback.ts';

const IPV4 = '4500 0014 0000 0000 40fd 0000 7f000001 7f000001';
const IPV6 = `6000 0000 0000 3b40 ${'0'.repeat(31)}1 ${'0'.repeat(31)}1`;

describe('decodeLoopback', () => {
  it.each([
    ['0200 0000', 2, 'little'],
    ['0000 0002', 2, 'big'],
    ['1e00 0000', 30, 'little'],
    ['0000 0000', 0, 'big'],
    ['0000 ffff', 0xffff, 'big'],
    ['ffff ffff', 0xffff_ffff, 'little'],
    ['0001 0000', 0x100, 'little'],
  ])('reads %s', (text, family, order) => {
    const { layers, problem, rest } = decodeLayer(decodeLoopback, bytes(text));
    expect(fieldsOf(layers[0])).toEqual({ family, order });
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('keeps nothing of a cut header', () => {
    checkCuts(decodeLoopback, bytes('0200 0000'), [
      [4, 'family'],
      [4, 'order'],
    ]);
  });

  it.each([
    [2, IPV4, ['loopback', 'ip']],
    [10, IPV6, ['loopback', 'ipv6']],
    [23, IPV6, ['loopback', 'ipv6']],
    [24, IPV6, ['loopback', 'ipv6']],
    [28, IPV6, ['loopback', 'ipv6']],
    [30, IPV6, ['loopback', 'ipv6']],
    [7, IPV4, ['loopback', 'raw']],
  ])('names what follows family %i, in both byte orders', (family, packet, names) => {
    const number = family.toString(16).padStart(2, '0');
    for (const text of [`${number}000000`, `000000${number}`]) {
      const frame = bytes(text + packet);
      expect(namesOf(decodeFrame(frame, { linkType: LinkType.NULL }))).toEqual(names);
      expect(namesOf(decodeFrame(frame, { linkType: LinkType.LOOP }))).toEqual(names);
      expect(encodedAgain(packetOf(frame, { linkType: LinkType.NULL }))).toEqual(frame);
    }
  });
});

describe('encodeLoopback', () => {
  it('writes the family in its order', () => {
    expect(encodeLayer(encodeLoopback, { family: 2, order: 'little' })).toEqual(bytes('0200 0000'));
    expect(encodeLayer(encodeLoopback, { family: 2, order: 'big' })).toEqual(bytes('0000 0002'));
  });

  it('is the inverse of decodeLoopback', () => {
    const family = fc.integer({ min: 1, max: 0xffff });
    checkFields(
      decodeLoopback,
      encodeLoopback,
      fc.record({ family, order: fc.constantFrom('big', 'little') }),
    );
  });

  it('gives back any bytes', () => checkBytes(decodeLoopback, anyBytes(0, 6)));
});
