import { u16 } from '../bytes.ts';
import type { LegacyFields } from './data.ts';
import { field, type Group, readHeader, slice } from './fields.ts';
import { udpNext } from './ports.ts';
import type { Dissector, Walk } from './walk.ts';

const HEADER = 8;
const LENGTH_END = 6;
/** Kamene subtracts this from the IPv4 length when it computes a checksum that was cut off. */
const IP_HEADER = 20;

const GROUPS: readonly Group[] = [
  field('sport', 2, u16),
  field('dport', 2, u16),
  field('len', 2, u16),
  field('chksum', 2, u16),
];

/** The fields of a whole header: `len` holds the checksum unless that is 0. */
export const wholeUdp = (data: Buffer, at: number): LegacyFields => ({
  sport: u16(data, at),
  dport: u16(data, at + 2),
  len: u16(data, at + 6) || u16(data, at + 4),
});

/** The fields of a header that may be cut; null when it cannot be read. */
export const partialUdp = (data: Buffer, at: number, end: number) => readHeader(GROUPS, data, at, end);

function dissect(walk: Walk, at: number, end: number, quoted: boolean): boolean {
  const { data } = walk;
  if (end - at < HEADER) {
    const header = partialUdp(data, at, end);
    if (header === null || header.used < LENGTH_END) return false;
    if (walk.ipLength >= 0 && walk.ipLength < IP_HEADER) walk.unbuildable = true;
    if (!quoted) walk.put('udp', header.fields);
    return true;
  }
  if (!quoted) walk.put('udp', wholeUdp(data, at));
  const payload = at + HEADER;
  const payloadEnd = payload + slice(end - payload, u16(data, at + 4) - HEADER);
  walk.follow(udpNext(u16(data, at), u16(data, at + 2)), payload, payloadEnd);
  walk.padding(payloadEnd, end);
  return true;
}

/** `udp`. */
export const udp: Dissector = (walk, at, end) => dissect(walk, at, end, false);

/** The datagram that an ICMP error quotes: `udperror`, which the original's consumer drops. */
export const udpError: Dissector = (walk, at, end) => dissect(walk, at, end, true);
