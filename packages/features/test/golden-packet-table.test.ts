import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { openCapture } from '@antinex/pcap-file';
import { describe, expect, it } from 'vitest';
import { PACKET_COLUMNS, packetRows } from '../src/index.ts';

const SHARED = fileURLToPath(new URL('../../../../shared/', import.meta.url));
const GOLDEN = `${SHARED}golden/netml/demo_pcap2pandas_head200.json.gz`;

type Row = Record<string, unknown>;

describe.skipIf(!existsSync(GOLDEN))('the table of packets (needs ../shared)', () => {
  it('is netml’s, but for the tuples', async () => {
    const golden = JSON.parse(gunzipSync(readFileSync(GOLDEN)).toString()) as Row[];
    const rows: Row[] = [];
    for await (const batch of packetRows(await openCapture(`${SHARED}pcaps/visible/netml__demo.pcap`))) {
      rows.push(
        ...batch.map((row) => Object.fromEntries(row.map((cell, i) => [PACKET_COLUMNS[i].name, cell]))),
      );
    }
    rows.length = golden.length;
    const untupled = (value: unknown) => (Array.isArray(value) ? value[0] : value);
    const expected = golden.map((row) => ({
      ...row,
      time: Number(row.time),
      time_normed: Number(row.time_normed),
      dns_query: untupled(row.dns_query),
      dns_resp: untupled(row.dns_resp),
      // netml takes these packets apart and measures what it puts together again.
      length: expect.any(Number),
    }));
    expect(rows).toEqual(expected);
    expect(Object.keys(rows[0])).toEqual(Object.keys(golden[0]).sort());
    const sameLength = rows.filter((row, i) => row.length === golden[i].length);
    expect(sameLength.length).toBeGreaterThan(150);
  });
});
