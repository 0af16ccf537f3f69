import type { LayerName } from './names.ts';

const EVERYWHERE: readonly (readonly [number, LayerName])[] = [
  [0, 'ipv6Options'],
  [4, 'ip'],
  [43, 'ipv6Routing'],
  [44, 'ipv6Fragment'],
  [58, 'icmpv6'],
  [60, 'ipv6Options'],
  [135, 'ipv6Mobility'],
];
const HEADERS: ReadonlyMap<number, LayerName> = new Map<number, LayerName>([
  ...EVERYWHERE,
  [6, 'tcp'],
  [17, 'udp'],
  [41, 'ipv6'],
  [50, 'esp'],
  [51, 'ah'],
]);
const QUOTED_HEADERS: ReadonlyMap<number, LayerName> = new Map<number, LayerName>([
  ...EVERYWHERE,
  [6, 'tcpError'],
  [17, 'udpError'],
]);

/** What follows a Next Header number in IPv6 and its extension headers. */
export const nextHeader = (number: number): LayerName | undefined => HEADERS.get(number);

/** The same in the IPv6 header that an ICMPv6 error quotes; extension headers behind it use `nextHeader`. */
export const nextQuoted = (number: number): LayerName | undefined => QUOTED_HEADERS.get(number);
