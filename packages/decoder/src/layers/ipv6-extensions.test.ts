import { describe, expect, it } from 'vitest';
import { decodeFrame, encodedAgain, namesOf, packetOf } from '../../test/frames.ts';
import { bytes, decodeLayer } from '../../test/layers.ts';
import { LinkType } from '../link-types.ts';
import { decodeIpv6, type Ipv6 } from './ipv6.ts';

const linkType = LinkType.IPV6;
/** An IPv6 packet with first next header `nh` and what follows the fixed header. */
function packet(nh: number, payload: string): Buffer {
  const body = bytes(payload);
  const header = bytes(`6000 0000 0000 0040 ${'20010db8'.padEnd(31, '0')}1 ${'20010db8'.padEnd(31, '0')}2`);
  header.writeUInt16BE(body.length, 4);
  header[6] = nh;
  return Buffer.concat([header, body]);
}
const read = (frame: Buffer, cut = 0) => {
  const { layers, problem, rest } = decodeLayer(decodeIpv6, frame, cut);
  const { ext, proto, frag, extraw } = layers[0] as Ipv6;
  return { ext, proto, frag, extraw, problem, rest };
};
const NONE = { ext: undefined, proto: undefined, frag: undefined, extraw: undefined };

describe('walkExtensions', () => {
  it('reads a hop-by-hop header in front of ICMPv6', () => {
    // HBH (rtalert: 0x0000) (padn)
    expect(read(packet(0, '3a00 0502 0000 0100 8f00 0000 0000 0000'))).toEqual({
      ext: [0],
      proto: 58,
      frag: undefined,
      extraw: '3a00050200000100',
      problem: null,
      rest: 8,
    });
  });

  it('reads a chain, each header with its own unit of length', () => {
    const chain = `2b00 0104 0000 0000  3301 0000 0000 0000 0000 0000 0000 0000
      3c04 0000 00000001 00000002 000000000000000000000000  3a00 0104 0000 0000`;
    const { ext, proto, extraw, rest } = read(packet(0, `${chain} 8000`));
    expect({ ext, proto, rest }).toEqual({ ext: [0, 43, 51, 60], proto: 58, rest: 2 });
    expect(extraw).toBe(bytes(chain).toString('hex'));
  });

  it('knows mobility, HIP and shim6 headers', () => {
    const { ext, proto } = read(packet(135, '8b00 0000 0000 0000 8c00 0000 0000 0000 3b00 0000 0000 0000'));
    expect({ ext, proto }).toEqual({ ext: [135, 139, 140], proto: 59 });
  });

  it('reads a first fragment, and the header behind it', () => {
    const frame = packet(44, '1100 0001 5c89f539  1000 1001 0564 0000 aabb');
    expect(read(frame)).toMatchObject({
      ext: [44],
      proto: 17,
      frag: { nh: 17, offset: 0, m: 1, id: 0x5c89f539 },
    });
    const decoded = decodeFrame(frame, { linkType });
    expect(namesOf(decoded)).toEqual(['ipv6', 'udp', 'raw']);
    expect(decoded.problem).toBeNull();
  });

  it('reads the offset and the flag of a fragment each from its bits', () => {
    const frag = (word: string) => read(packet(44, `1100 ${word} 00000001`)).frag;
    expect(frag('fff8')).toEqual({ nh: 17, offset: 0x1fff, m: 0, id: 1 });
    expect(frag('0007')).toEqual({ nh: 17, offset: 0, m: 1, id: 1 });
    expect(frag('0006')).toEqual({ nh: 17, offset: 0, m: 0, id: 1 });
  });

  it('reads nothing out of the middle of a packet', () => {
    const frame = packet(44, '3c00 0008 00000001  3a00 0104 0000 0000');
    expect(read(frame)).toMatchObject({ ext: [44], proto: 60, rest: 8 });
    expect(namesOf(decodeFrame(frame, { linkType }))).toEqual(['ipv6', 'raw']);
  });

  it('takes a fragment that is the whole packet for one', () => {
    const frame = packet(44, '1100 0000 00000001  1000 1001 0564 0000');
    expect(decodeFrame(frame, { linkType }).problem).toMatchObject({ layer: 'udp', kind: 'malformed' });
  });

  it.each([0, 1, 2, 7, 8, 15])('keeps the headers in front of a cut, of %i bytes', (have) => {
    const frame = packet(0, '2b00 0502 0000 0100  3a01 0000 0000 0000 0000 0000 0000 0000');
    const part = frame.subarray(0, 48 + have);
    for (const cut of [16 - have, 0]) {
      const { ext, proto, extraw, problem, rest } = read(part, cut);
      expect({ ext, proto, extraw, rest }).toEqual({
        ext: [0],
        proto: undefined,
        extraw: '2b00050200000100',
        rest: have,
      });
      expect(problem).toEqual(
        cut > 0
          ? {
              layer: 'ipv6',
              kind: 'truncated',
              reason: `extension header 43 needs ${have < 8 ? 8 : 16} bytes, ${have} are there`,
            }
          : { layer: 'ipv6', kind: 'malformed', reason: `length 24 exceeds the ${8 + have} bytes there are` },
      );
      expect(encodedAgain(packetOf(part, { linkType, cut }))).toEqual(part);
    }
  });

  it('has nothing to tell when the first header is cut', () => {
    const { problem, rest, ...fields } = read(packet(0, '3a00 05'));
    expect(fields).toEqual(NONE);
    expect({ problem, rest }).toMatchObject({ problem: { layer: 'ipv6', kind: 'malformed' }, rest: 3 });
  });

  it('stops behind sixteen headers', () => {
    const frame = packet(60, '3c00 0104 0000 0000'.repeat(40));
    const { ext, proto, problem, rest } = read(frame);
    expect(ext).toHaveLength(16);
    expect(proto).toBeUndefined();
    expect(problem).toEqual({ layer: 'ipv6', kind: 'malformed', reason: 'more than 16 extension headers' });
    expect(rest).toBe(24 * 8);
    expect(encodedAgain(packetOf(frame, { linkType }))).toEqual(frame);
  });

  it('leaves a packet without extension headers without their fields', () => {
    expect(read(packet(253, '0102'))).toEqual({ ...NONE, problem: null, rest: 2 });
  });
});
