import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOf, decodeFrame, encodedAgain, packetOf } from '../../test/frames.ts';
import { anyHex, bytes, encodeLayer } from '../../test/layers.ts';
import { encodeRaw, Raw } from './raw.ts';

const MACS = '0200 0000 0001 0200 0000 0002';

describe('Raw', () => {
  it('is a range of the packet’s data, not a copy', () => {
    const packet = packetOf(bytes(`${MACS} 88b5 0102 03`));
    const raw = decodeFrame(packet.bytes).layers[1];
    expect(raw).toEqual(new Raw('raw', 3 + 14, 3 + 17));
    expect(dataOf(packet).raw).toEqual({ load: '010203' });
  });

  it('is the whole frame when the link type is unknown', () => {
    const packet = packetOf(bytes('0102 0304'), { linkType: 127 });
    expect(dataOf(packet)).toMatchObject({
      raw: { load: '01020304' },
      frame: { protocols: '', linkType: 127 },
    });
    expect(encodedAgain(packet)).toEqual(bytes('0102 0304'));
  });

  it('is not there when there is nothing in it', () => {
    const data = dataOf(packetOf(Buffer.alloc(0), { linkType: 127 }));
    expect(Object.keys(data)).toEqual(['frame']);
    expect(data.frame).not.toHaveProperty('error');
  });
});

describe('encodeRaw', () => {
  it('writes the bytes back', () => {
    fc.assert(
      fc.property(anyHex(0, 40), (load) => {
        expect(encodeLayer(encodeRaw, { load }).toString('hex')).toBe(load);
      }),
      { seed: 1, numRuns: 200 },
    );
    expect(encodeLayer(encodeRaw, {})).toHaveLength(0);
  });
});
