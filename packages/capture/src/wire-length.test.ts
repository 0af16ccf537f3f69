import { LinkType } from '@antinex/decoder';
import { expect, test } from 'vitest';
import { wireLength } from './wire-length.ts';

const SNAPLEN = 65535;

function frame(etherType: number, lengthAt: number, length: number): Buffer {
  const bytes = Buffer.alloc(SNAPLEN);
  bytes.writeUInt16BE(etherType, 12);
  bytes.writeUInt16BE(length, lengthAt);
  return bytes;
}

test('reads what was cut off from the IP header', () => {
  expect(wireLength(frame(0x0800, 16, 65535), SNAPLEN, LinkType.ETHERNET)).toBe(65549);
  expect(wireLength(frame(0x86dd, 18, 65496), SNAPLEN, LinkType.ETHERNET)).toBe(65550);
});

test.each([
  ['a shorter IP packet with padding', frame(0x0800, 16, 100), SNAPLEN, LinkType.ETHERNET],
  ['a segment above 64 KiB, whose length is 0', frame(0x0800, 16, 0), SNAPLEN, LinkType.ETHERNET],
  ['no IP packet', frame(0x0806, 16, 65535), SNAPLEN, LinkType.ETHERNET],
  ['another link type', frame(0x0800, 16, 65535), SNAPLEN, LinkType.LINUX_SLL],
  ['too short a frame', frame(0x0800, 16, 65535), 20, LinkType.ETHERNET],
])('%s: what was captured', (_what, bytes, captured, linkType) => {
  expect(wireLength(bytes, captured, linkType)).toBe(captured);
});
