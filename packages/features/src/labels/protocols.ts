/** IP protocols by the names that label files use, in small letters (IANA's, and common ones). */
const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['igmp', 2],
  ['tcp', 6],
  ['udp', 17],
  ['dccp', 33],
  ['ipv6', 41],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['icmpv6', 58],
  ['icmp6', 58],
  ['ipv6-icmp', 58],
  ['ospf', 89],
  ['pim', 103],
  ['vrrp', 112],
  ['sctp', 132],
  ['udplite', 136],
]);

/** The number of a protocol that is named, in any case; undefined for other texts. */
export const protocolNamed = (name: string): number | undefined => PROTOCOLS.get(name.trim().toLowerCase());
