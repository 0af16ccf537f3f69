import { u16, u32 } from '../bytes.ts';
import type { LegacyFields } from './data.ts';
import { field, type Group, readHeader } from './fields.ts';
import { tcpNext } from './ports.ts';
import { splitTcpOptions, tcpOptionFields } from './tcp-options.ts';
import type { Dissector, Walk } from './walk.ts';

const HEADER = 20;
const DATA_OFFSET_END = 14;
const CHECKSUM_END = 18;
/** Kamene subtracts this from the IPv4 length when it computes a checksum that was cut off. */
const IP_HEADER = 20;

const GROUPS: readonly Group[] = [
  field('sport', 2, u16),
  field('dport', 2, u16),
  field('seq', 4, u32),
  field('ack', 4, u32),
  {
    size: 2,
    fields: [
      { name: 'dataofs', read: (data, at) => data[at] >> 4 },
      { name: 'reserved', read: (data, at) => (data[at] >> 1) & 7 },
      { name: 'flags', read: (data, at) => u16(data, at) & 511 },
    ],
  },
  field('window', 2, u16),
  field('chksum', 2, u16),
  field('urgptr', 2, u16),
];

/** The fields of a whole header: `seq` holds the last non-zero one of what the original misplaces. */
export function wholeTcp(data: Buffer, at: number): LegacyFields {
  const offset = u16(data, at + 12);
  const seq =
    u16(data, at + 16) ||
    u16(data, at + 14) ||
    offset & 511 ||
    (offset >> 9) & 7 ||
    offset >> 12 ||
    u32(data, at + 8) ||
    u32(data, at + 4);
  const fields: LegacyFields = { sport: u16(data, at), dport: u16(data, at + 2), seq };
  const urgent = u16(data, at + 18);
  if (urgent !== 0) fields.fields_urgptr = urgent;
  return fields;
}

/** The fields of a header that may be cut; null when it cannot be read. */
export const partialTcp = (data: Buffer, at: number, end: number) => readHeader(GROUPS, data, at, end);

function dissect(walk: Walk, at: number, end: number, quoted: boolean): boolean {
  const { data } = walk;
  if (end - at < HEADER) {
    const header = partialTcp(data, at, end);
    if (header === null) return false;
    if (!quoted) {
      const lengthFits = walk.ipLength < 0 || walk.ipLength >= IP_HEADER;
      if (header.used < DATA_OFFSET_END || (header.used < CHECKSUM_END && !lengthFits)) {
        walk.unbuildable = true;
      }
      walk.put('tcp', header.fields);
    }
    return true;
  }
  const options = at + HEADER;
  const size = Math.max(0, (data[at + 12] >> 4) * 4 - HEADER);
  const payload = Math.min(end, options + size);
  const list = size === 0 ? [] : splitTcpOptions(data, options, payload);
  if (list === null) return false;
  if (!quoted) {
    const fields = wholeTcp(data, at);
    if (list.length > 0) fields.fields_options = tcpOptionFields(data, list);
    walk.put('tcp', fields);
  }
  walk.follow(tcpNext(u16(data, at), u16(data, at + 2)), payload, end);
  return true;
}

/** `tcp`. */
export const tcp: Dissector = (walk, at, end) => dissect(walk, at, end, false);

/** The segment that an ICMP error quotes: `tcperror`, which the original's consumer drops. */
export const tcpError: Dissector = (walk, at, end) => dissect(walk, at, end, true);
