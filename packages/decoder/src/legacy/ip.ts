import { ipv4 } from '../address.ts';
import { u16 } from '../bytes.ts';
import type { LegacyFields } from './data.ts';
import { field, type Group, readHeader, slice, u8 } from './fields.ts';
import { readIpOptions } from './ip-options.ts';
import type { LayerName } from './names.ts';
import type { Dissector, Walk } from './walk.ts';

const HEADER = 20;
/** A header cut before the end of its length field is unreadable: kamene computes with the length. */
const LENGTH_END = 4;
const FRAGMENT_OFFSET = 0x1fff;

const GROUPS: readonly Group[] = [
  {
    size: 1,
    fields: [
      { name: 'version', read: (data, at) => data[at] >> 4 },
      { name: 'ihl', read: (data, at) => data[at] & 15 },
    ],
  },
  field('tos', 1, u8),
  field('len', 2, u16),
  field('id', 2, u16),
  {
    size: 2,
    fields: [
      { name: 'flags', read: (data, at) => data[at] >> 5 },
      { name: 'frag', read: (data, at) => u16(data, at) & FRAGMENT_OFFSET },
    ],
  },
  field('ttl', 1, u8),
  field('proto', 1, u8),
  field('chksum', 2, u16),
  field('src', 4, ipv4),
  field('dst', 4, ipv4),
];

const FIRST_FRAGMENT: ReadonlyMap<number, LayerName> = new Map<number, LayerName>([
  [1, 'icmp'],
  [4, 'ip'],
  [6, 'tcp'],
  [17, 'udp'],
  [47, 'gre'],
]);
const ANY_FRAGMENT: ReadonlyMap<number, LayerName> = new Map<number, LayerName>([
  [41, 'ipv6'],
  [50, 'esp'],
  [51, 'ah'],
  [112, 'vrrp'],
  [132, 'sctp'],
]);
const FIRST_FRAGMENT_QUOTED: ReadonlyMap<number, LayerName> = new Map<number, LayerName>([
  [1, 'icmpError'],
  [4, 'ipError'],
  [6, 'tcpError'],
  [17, 'udpError'],
]);

function next(protocol: number, fragment: number, quoted: boolean): LayerName | undefined {
  if (quoted) return fragment === 0 ? FIRST_FRAGMENT_QUOTED.get(protocol) : undefined;
  return (fragment === 0 ? FIRST_FRAGMENT.get(protocol) : undefined) ?? ANY_FRAGMENT.get(protocol);
}

/** The fields of a whole header: `len` holds the last non-zero one of what the original misplaces. */
export function wholeIp(data: Buffer, at: number): LegacyFields {
  const flags = data[at + 6] >> 5;
  const fragment = u16(data, at + 6) & FRAGMENT_OFFSET;
  const length =
    u16(data, at + 10) ||
    data[at + 9] ||
    data[at + 8] ||
    fragment ||
    flags ||
    u16(data, at + 4) ||
    u16(data, at + 2);
  return {
    version: data[at] >> 4,
    ihl: data[at] & 15,
    tos: data[at + 1],
    len: length,
    src: ipv4(data, at + 12),
    dst: ipv4(data, at + 16),
  };
}

/** The fields of a header that may be cut; null when it cannot be read. */
export const partialIp = (data: Buffer, at: number, end: number) => readHeader(GROUPS, data, at, end);

function dissect(walk: Walk, at: number, end: number, quoted: boolean): boolean {
  const { data } = walk;
  if (end - at < HEADER) {
    const header = partialIp(data, at, end);
    if (header === null || header.used < LENGTH_END) return false;
    if (!quoted) walk.put('ip', header.fields);
    return true;
  }
  const fields = wholeIp(data, at);
  const headerLength = (data[at] & 15) * 4;
  let payload = at + HEADER;
  if (headerLength !== HEADER && payload < end) {
    const options = payload;
    payload = options + slice(end - options, headerLength - HEADER);
    const list = readIpOptions(data, options, payload);
    if (payload > options) fields.fields_options = list.text;
    if (!quoted) walk.put('ip', fields);
    if (list.unreadable >= 0) walk.raw(list.unreadable, payload);
  } else if (!quoted) walk.put('ip', fields);
  const length = u16(data, at + 2);
  const payloadEnd = payload + slice(end - payload, length - headerLength);
  walk.ipLength = length;
  walk.follow(next(data[at + 9], u16(data, at + 6) & FRAGMENT_OFFSET, quoted), payload, payloadEnd);
  walk.padding(payloadEnd, end);
  return true;
}

/** `ip`. */
export const ip: Dissector = (walk, at, end) => dissect(walk, at, end, false);

/** The header that an ICMP error quotes: the original calls it `iperror`, and its consumer drops it. */
export const ipError: Dissector = (walk, at, end) => dissect(walk, at, end, true);
