import type { Column } from '../output/table.ts';

/** The columns of netml's table of packets, in its order: that of their names. */
export const PACKET_COLUMNS: readonly Column[] = [
  { name: 'datetime', type: 'text' },
  { name: 'dns_query', type: 'text' },
  { name: 'dns_resp', type: 'text' },
  { name: 'ip_dst', type: 'text' },
  { name: 'ip_dst_int', type: 'integer' },
  { name: 'ip_src', type: 'text' },
  { name: 'ip_src_int', type: 'integer' },
  { name: 'is_dns', type: 'boolean' },
  { name: 'length', type: 'integer' },
  { name: 'mac_dst', type: 'text' },
  { name: 'mac_dst_int', type: 'integer' },
  { name: 'mac_src', type: 'text' },
  { name: 'mac_src_int', type: 'integer' },
  { name: 'port_dst', type: 'integer' },
  { name: 'port_src', type: 'integer' },
  { name: 'protocol', type: 'text' },
  { name: 'time', type: 'number' },
  { name: 'time_normed', type: 'number' },
];
