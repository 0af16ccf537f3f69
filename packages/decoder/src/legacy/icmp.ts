import { ipv4 } from '../address.ts';
import { u16, u24, u32 } from '../bytes.ts';
import { field, type Group, readHeader, u8 } from './fields.ts';
import type { Dissector, Walk } from './walk.ts';

/** Fields that only messages of these types have (or do not have). */
const only = (types: number[], group: Group): Group => ({
  ...group,
  when: (data, start) => types.includes(data[start]),
});
const except = (types: number[], group: Group): Group => ({
  ...group,
  when: (data, start) => !types.includes(data[start]),
});

const WITH_ID = [0, 8, 13, 14, 15, 16, 17, 18];
const TIMESTAMP = [13, 14];
const REDIRECT = 5;
const PARAMETER_PROBLEM = 12;
const ADDRESS_MASK = [17, 18];
/** Types that quote the packet they are about. */
const ERRORS = [3, 4, 5, 11, 12];

const GROUPS: readonly Group[] = [
  field('type', 1, u8),
  field('code', 1, u8),
  field('chksum', 2, u16),
  only(WITH_ID, field('id', 2, u16)),
  only(WITH_ID, field('seq', 2, u16)),
  only(TIMESTAMP, field('ts_ori', 4, u32)),
  only(TIMESTAMP, field('ts_rx', 4, u32)),
  only(TIMESTAMP, field('ts_tx', 4, u32)),
  only([REDIRECT], field('gw', 4, ipv4)),
  only([PARAMETER_PROBLEM], field('ptr', 1, u8)),
  only([PARAMETER_PROBLEM], field('reserved', 3, u24)),
  only(ADDRESS_MASK, field('addr_mask', 4, ipv4)),
  except([REDIRECT, PARAMETER_PROBLEM, ...WITH_ID], field('unused', 4, u32)),
];

function dissect(walk: Walk, at: number, end: number, quoted: boolean): boolean {
  const header = readHeader(GROUPS, walk.data, at, end);
  if (header === null) return false;
  if (!quoted) walk.put('icmp', header.fields);
  walk.follow(ERRORS.includes(walk.data[at]) ? 'ipError' : undefined, at + header.used, end);
  return true;
}

/** `icmp`: `code` holds the id, or the checksum where there is no id. */
export const icmp: Dissector = (walk, at, end) => dissect(walk, at, end, false);

/** The message that an ICMP error quotes: `icmperror`, which the original's consumer drops. */
export const icmpError: Dissector = (walk, at, end) => dissect(walk, at, end, true);
