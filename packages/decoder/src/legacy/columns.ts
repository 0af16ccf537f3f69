import { DNS_DEFAULTS } from './dns.ts';

const OPTIONS = [
  ...['EOL', 'NOP', 'MSS', 'WScale', 'SAckOK', 'SAck', 'Timestamp'],
  ...['AltChkSum', 'AltChkSumOpt', 'Mood'],
];
const DNS_HEADER = [
  ...['length', 'qr', 'opcode', 'aa', 'tc', 'rd', 'ra', 'z', 'ad', 'cd', 'rcode'],
  ...['qdcount', 'ancount', 'nscount'],
];
const LOAD = ['load', 'hex_field_load'];

/** Fields by the prefix of their columns. Each `id` but ipv6's is a column of the original that stays empty. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  eth: ['id', 'dst', 'src', 'type'],
  ip: ['id', 'version', 'ihl', 'tos', 'len', 'src', 'dst', 'fields_options'],
  ipvsix: ['id'],
  ipv6: ['version', 'tc', 'fl', 'plen', 'nh', 'hlim', 'src', 'dst'],
  icmp: [...['id', 'type', 'code', 'seq', 'ts_ori', 'ts_rx', 'ts_tx', 'gw', 'ptr', 'addr_mask', 'unused']],
  arp: ['id', 'hwtype', 'ptype', 'hwlen', 'plen', 'op', 'hwsrc', 'psrc', 'hwdst', 'pdst'],
  tcp: [
    ...['id', 'sport', 'dport', 'seq', 'fields_urgptr', 'fields_options'],
    ...OPTIONS.map((name) => `fields_options.${name}`),
  ],
  udp: ['id', 'sport', 'dport', 'len'],
  dns: ['id', ...DNS_HEADER, ...Object.keys(DNS_DEFAULTS)],
  raw: ['id', ...LOAD],
  pad: ['id', ...LOAD],
};

/** Every column of the original's datasets that the projection can fill, sorted, without `idx`. */
export const LEGACY_COLUMNS: readonly string[] = Object.entries(FIELDS)
  .flatMap(([prefix, names]) => names.map((name) => `${prefix}_${name}`))
  .sort();
