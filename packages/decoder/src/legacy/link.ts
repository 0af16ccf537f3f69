import { u16 } from '../bytes.ts';
import { type Foreign, foreign } from './foreign.ts';
import type { LayerName } from './names.ts';
import type { Dissectors } from './walk.ts';

const ETHER_TYPES: ReadonlyMap<number, LayerName> = new Map<number, LayerName>([
  [1, 'ether'],
  [0x0800, 'ip'],
  [0x0806, 'arp'],
  [0x8021, 'pppNegotiation'],
  [0x8053, 'pppNegotiation'],
  [0x8100, 'dot1q'],
  [0x8863, 'pppoeDiscovery'],
  [0x8864, 'pppoe'],
  [0x86dd, 'ipv6'],
  [0x888e, 'eapol'],
  [0xc021, 'pppLcp'],
]);

/** What follows an EtherType in an Ethernet or VLAN header. */
export const etherNext = (type: number): LayerName | undefined => ETHER_TYPES.get(type);

/** SNAP and GRE know fewer: no IPv6, above all. */
const TUNNELLED: ReadonlyMap<number, LayerName> = new Map<number, LayerName>([
  [1, 'ether'],
  [0x0800, 'ip'],
  [0x0806, 'arp'],
  [0x8100, 'dot1q'],
  [0x888e, 'eapol'],
]);

const LLC_HEADERS: ReadonlyMap<number, LayerName> = new Map([
  [0x424203, 'stp'],
  [0xaaaa03, 'snap'],
]);

/** Lengths up to this are no EtherTypes. */
const MAX_LENGTH = 1500;
const isLength = (data: Buffer, at: number) => u16(data, at + 2) <= MAX_LENGTH;

const GRE_ROUTING = 0x40;
const GRE_CHECKSUM_OR_ROUTING = 0xc0;
const GRE_KEY = 0x20;
const GRE_SEQUENCE = 0x10;

const GRE: Foreign = {
  fields: (data, at) => [
    ...[1, 1, 2],
    ...(data[at] & GRE_CHECKSUM_OR_ROUTING ? [2, 2] : []),
    ...(data[at] & GRE_KEY ? [4] : []),
    ...(data[at] & GRE_SEQUENCE ? [4] : []),
  ],
  next: (data, at) => {
    const type = u16(data, at + 2);
    if (type === 122) return 'llc';
    if (type !== 0x0800 && TUNNELLED.has(type)) return TUNNELLED.get(type);
    return data[at] & GRE_ROUTING ? 'greRouting' : TUNNELLED.get(type);
  },
};

const EAP_WITHOUT_TYPE = [3, 4];
const PPP_PROTOCOLS: ReadonlyMap<number, LayerName> = new Map<number, LayerName>([
  [0x0021, 'ip'],
  [0x8021, 'pppNegotiation'],
  [0x8053, 'pppNegotiation'],
  [0xc021, 'pppLcp'],
]);
const HDLC_ADDRESS = 0xff;
const PPP: Foreign = { fields: [2], next: (data, at) => PPP_PROTOCOLS.get(u16(data, at)) };
const HDLC: Foreign = { fields: [1, 1], next: () => 'ppp' };

/** LCP and IPCP/ECP; an option list that is cut inside an option still counts as read. */
const LCP: Foreign = {
  fields: [1, 1, 2],
  span: (data, at) => (data[at] < 5 || data[at] === 7 ? u16(data, at + 2) - 4 : 0),
  after: (data, at) => (data[at] === 8 ? [2] : data[at] > 8 ? [4] : []),
};

/** Kamene's layers between Ethernet and IP. */
export const LINK_LAYERS = {
  dot3: foreign({ fields: [6, 6, 2], keep: (data, at) => u16(data, at + 12), next: () => 'llc' }),
  dot1q: foreign({
    fields: [2, 2],
    keep: (data, at) => (isLength(data, at) ? u16(data, at + 2) : Number.POSITIVE_INFINITY),
    next: (data, at) => etherNext(u16(data, at + 2)) ?? (isLength(data, at) ? 'llc' : undefined),
  }),
  llc: foreign({
    fields: [1, 1, 1],
    next: (data, at) => LLC_HEADERS.get((u16(data, at) << 8) | data[at + 2]),
  }),
  snap: foreign({
    fields: [3, 2],
    next: (data, at) => (u16(data, at + 3) === 267 ? 'stp' : TUNNELLED.get(u16(data, at + 3))),
  }),
  stp: foreign({ fields: [2, 1, 1, 1, 2, 6, 4, 2, 6, 2, 2, 2, 2, 2] }),
  eapol: foreign({
    fields: [1, 1, 2],
    keep: (data, at) => u16(data, at + 2),
    next: (data, at) => (data[at + 1] === 0 ? 'eap' : undefined),
  }),
  eap: foreign({
    fields: (data, at) => (EAP_WITHOUT_TYPE.includes(data[at]) ? [1, 1, 2] : [1, 1, 2, 1]),
  }),
  gre: foreign(GRE),
  // Kamene's reader of the routing list is broken: a list, where there is one, cannot be read.
  greRouting: foreign({ fields: [2, 1, 1], span: () => undefined }),
  pppoe: foreign({
    fields: [1, 1, 2, 2],
    rebuildable: 6,
    next: (data, at) => (data[at + 1] === 0 ? 'ppp' : undefined),
  }),
  pppoeDiscovery: foreign({
    fields: [1, 1, 2, 2],
    rebuildable: 6,
    span: () => Number.POSITIVE_INFINITY,
  }),
  ppp: foreign((data, at) => (data[at] === HDLC_ADDRESS ? HDLC : PPP)),
  pppLcp: foreign(LCP),
  pppNegotiation: foreign({ fields: [1, 1, 2], span: (data, at) => u16(data, at + 2) - 4 }),
} satisfies Partial<Dissectors>;
