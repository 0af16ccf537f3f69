import { describe, expect, it } from 'vitest';
import { LEGACY_COLUMNS } from './columns.ts';

describe('LEGACY_COLUMNS', () => {
  it('are sorted by code unit and unique, without the row number', () => {
    expect([...LEGACY_COLUMNS]).toEqual([...new Set(LEGACY_COLUMNS)].sort());
    expect(LEGACY_COLUMNS).not.toContain('idx');
  });

  it('have the original’s key columns: ipvsix_id, but no ipv6_id', () => {
    expect(LEGACY_COLUMNS.filter((name) => name.endsWith('_id'))).toEqual([
      ...['arp_id', 'dns_default_id', 'dns_id', 'eth_id', 'icmp_id', 'ip_id', 'ipvsix_id', 'pad_id'],
      ...['raw_id', 'tcp_id', 'udp_id'],
    ]);
  });

  it('have TCP options and DNS constants under the original’s names', () => {
    expect(LEGACY_COLUMNS).toEqual(
      expect.arrayContaining([
        'tcp_fields_options.MSS',
        'dns_default_arcount',
        'raw_hex_field_load',
        'ipv6_hlim',
      ]),
    );
    expect(LEGACY_COLUMNS).toHaveLength(103);
  });
});
