/** Types that answer each other, by number (IANA); the others speak one way. */
const ICMP: readonly (readonly [number, number])[] = [
  [0, 8], // echo
  [9, 10], // router discovery
  [13, 14], // timestamp
  [15, 16], // information
  [17, 18], // address mask
];
const ICMPV6: readonly (readonly [number, number])[] = [
  [128, 129], // echo
  [130, 131], // multicast listeners
  [133, 134], // router discovery
  [135, 136], // neighbour discovery
  [139, 140], // node information
  [144, 145], // home agent discovery
];

const pairs = (types: typeof ICMP): ReadonlyMap<number, number> =>
  new Map(types.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));

const COUNTERPARTS = { 4: pairs(ICMP), 6: pairs(ICMPV6) } as const;

/** What stands for ports in the Community ID of ICMP: type and answering type, or type and code. */
export interface IcmpPorts {
  readonly source: number;
  readonly destination: number;
  /** Nothing answers it: its ends are not put in order. */
  readonly oneWay: boolean;
}

export function icmpPorts(version: 4 | 6, type: number, code: number): IcmpPorts {
  const counterpart = COUNTERPARTS[version].get(type);
  return { source: type, destination: counterpart ?? code, oneWay: counterpart === undefined };
}
