import { ipv4, mac } from '../address.ts';
import { u16 } from '../bytes.ts';
import { field, type Group, readHeader, u8 } from './fields.ts';
import type { Dissector } from './walk.ts';

/** Addresses always count as Ethernet and IPv4, whatever their lengths say. */
const GROUPS: readonly Group[] = [
  field('hwtype', 2, u16),
  field('ptype', 2, u16),
  field('hwlen', 1, u8),
  field('plen', 1, u8),
  field('op', 2, u16),
  field('hwsrc', 6, mac),
  field('psrc', 4, ipv4),
  field('hwdst', 6, mac),
  field('pdst', 4, ipv4),
];

/** `arp`: nothing is misplaced here, and all bytes behind it are padding. */
export const arp: Dissector = (walk, at, end) => {
  const header = readHeader(GROUPS, walk.data, at, end);
  if (header === null) return false;
  walk.put('arp', header.fields);
  walk.padding(at + header.used, end);
  return true;
};
