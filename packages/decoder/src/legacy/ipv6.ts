import { ipv6 as address } from '../address.ts';
import { u16, u32 } from '../bytes.ts';
import type { LegacyFields } from './data.ts';
import { field, type Group, readHeader, slice, u8 } from './fields.ts';
import { nextHeader, nextQuoted } from './ipv6-next.ts';
import type { Dissector, Walk } from './walk.ts';

const HEADER = 40;
/** A header cut here has no length, and kamene computes one that does not fit. */
const BEFORE_LENGTH = 4;

const GROUPS: readonly Group[] = [
  {
    size: 4,
    fields: [
      { name: 'version', read: (data, at) => data[at] >> 4 },
      { name: 'tc', read: (data, at) => (u16(data, at) >> 4) & 255 },
      { name: 'fl', read: (data, at) => u32(data, at) & 0xfffff },
    ],
  },
  field('plen', 2, u16),
  field('nh', 1, u8),
  field('hlim', 1, u8),
  field('src', 16, address),
  field('dst', 16, address),
];

/** The fields of a whole header, all what they say. */
export const wholeIpv6 = (data: Buffer, at: number): LegacyFields => ({
  version: data[at] >> 4,
  tc: (u16(data, at) >> 4) & 255,
  fl: u32(data, at) & 0xfffff,
  plen: u16(data, at + 4),
  nh: data[at + 6],
  hlim: data[at + 7],
  src: address(data, at + 8),
  dst: address(data, at + 24),
});

/** The fields of a header that may be cut; null when it cannot be read. */
export const partialIpv6 = (data: Buffer, at: number, end: number) => readHeader(GROUPS, data, at, end);

function dissect(walk: Walk, at: number, end: number, quoted: boolean): boolean {
  const { data } = walk;
  if (end - at < HEADER) {
    const header = partialIpv6(data, at, end);
    if (header === null) return false;
    if (header.used === BEFORE_LENGTH) walk.unbuildable = true;
    if (!quoted) walk.put('ipv6', header.fields);
    return true;
  }
  if (!quoted) walk.put('ipv6', wholeIpv6(data, at));
  const payload = at + HEADER;
  const payloadEnd = payload + slice(end - payload, u16(data, at + 4));
  walk.ipLength = -1;
  const number = data[at + 6];
  walk.follow(quoted ? nextQuoted(number) : nextHeader(number), payload, payloadEnd);
  walk.padding(payloadEnd, end);
  return true;
}

/** `ipv6`. */
export const ipv6: Dissector = (walk, at, end) => dissect(walk, at, end, false);

/** The header that an ICMPv6 error quotes: `iperror6`, which the original's consumer drops. */
export const ipError6: Dissector = (walk, at, end) => dissect(walk, at, end, true);
