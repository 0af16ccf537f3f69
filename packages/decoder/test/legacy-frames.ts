import type { LegacyData } from '../src/legacy/data.ts';
import { legacyData } from '../src/legacy.ts';

/** Bytes from hex; blanks and line breaks are for the reader. */
export const bytes = (...parts: string[]): Buffer => Buffer.from(parts.join('').replace(/\s/g, ''), 'hex');

const word = (value: number): string => value.toString(16).padStart(4, '0');

/** An Ethernet frame from 02:..:01 to 02:..:02. */
export const frame = (type: number, payload = ''): Buffer =>
  bytes('020000000002 020000000001', word(type), payload);

/** An IPv4 packet 10.0.0.1 > 10.0.0.2 in hex, checksum 0x1234; its length field counts the payload. */
export const ip = (protocol: number, payload = '', length = 20 + size(payload), fragment = 0): string =>
  `4500 ${word(length)} 0001 ${word(fragment)} 40 ${protocol.toString(16).padStart(2, '0')} 1234
   0a000001 0a000002 ${payload}`;

/** An IPv6 packet fd00::1 > fd00::2 in hex. */
export const ipv6 = (next: number, payload = '', length = size(payload)): string =>
  `60000000 ${word(length)} ${next.toString(16).padStart(2, '0')} 40
   fd000000000000000000000000000001 fd000000000000000000000000000002 ${payload}`;

/** A UDP datagram with checksum 0xabcd in hex. */
export const udp = (sport: number, dport: number, payload = '', length = 8 + size(payload)): string =>
  `${word(sport)} ${word(dport)} ${word(length)} abcd ${payload}`;

/** A TCP segment with checksum 0xbeef and no options in hex. */
export const tcp = (sport: number, dport: number, payload = ''): string =>
  `${word(sport)} ${word(dport)} 00000001 00000002 5018 0100 beef 0000 ${payload}`;

export const size = (hex: string): number => bytes(hex).length;

/** The projection of a frame that lies somewhere inside a larger block. */
export function project(data: Buffer): LegacyData | null {
  const block = Buffer.concat([Buffer.alloc(7, 0xee), data, Buffer.alloc(9, 0xdd)]);
  return legacyData(block, 7, data.length);
}

/** The names of the layers, in order. */
export const layersOf = (data: Buffer): string[] => Object.keys(project(data) ?? {});
