import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Packet } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../src/index.ts';

/** What tshark reads from other projects' captures; see ../shared/pcaps/README.md. */
const PCAPS = new URL('../../../../shared/pcaps/', import.meta.url);
const present = existsSync(PCAPS);

interface ExpectedFrame {
  ts_ns: string;
  caplen: number;
  len: number;
  linktype: number;
  if: number;
  raw_disagrees?: string[];
}

function expectedFrames(name: string): ExpectedFrame[] {
  const lines = gunzipSync(readFileSync(new URL(`expected/${name}.ndjson.gz`, PCAPS)))
    .toString()
    .trim();
  return lines
    .split('\n')
    .map((line) => JSON.parse(line) as { meta?: unknown; frame: ExpectedFrame })
    .filter((entry) => entry.meta === undefined)
    .map((entry) => entry.frame);
}

const captures = present
  ? readdirSync(new URL('visible/', PCAPS)).filter((name) => /\.pcap(ng)?$/.test(name))
  : [];

describe.skipIf(!present)('captures of other projects, against tshark (needs ../shared)', () => {
  it('has captures to read', () => expect(captures.length).toBeGreaterThan(50));

  it.each(captures)('%s', async (name) => {
    const reader = await openCapture(new URL(`visible/${name}`, PCAPS).pathname);
    const packets: Packet[] = [];
    for await (const batch of reader) packets.push(...batch);

    const expected = expectedFrames(name);
    expect(packets.length).toBe(expected.length);
    packets.forEach((packet, i) => {
      const frame = expected[i];
      const got = {
        caplen: packet.capturedLength,
        len: packet.originalLength,
        linktype: packet.linkType,
        bytes: packet.bytes.length,
        ts_ns: frame.raw_disagrees?.includes('ts') ? frame.ts_ns : packet.timestampNs.toString(),
      };
      const { ts_ns, caplen, len, linktype } = frame;
      expect(got, `frame ${i + 1}`).toEqual({ caplen, len, linktype, bytes: caplen, ts_ns });
    });
    expect(reader).toMatchObject({ packets: expected.length, damagedBlocks: 0, warnings: [], problem: null });
    expect(reader.capturedBytes).toBe(expected.reduce((sum, frame) => sum + frame.caplen, 0));
  });

  it('tells interfaces apart as tshark does', async () => {
    const name = 'zeek__pcapng-multi-interface.pcapng';
    const names: string[] = [];
    for await (const batch of await openCapture(new URL(`visible/${name}`, PCAPS).pathname)) {
      for (const packet of batch) names.push(packet.interfaceName);
    }
    const numbers = expectedFrames(name).map((frame) => frame.if);
    const nameOf = new Map(numbers.map((number, i) => [number, names[i]]));
    expect(new Set(nameOf.values()).size).toBe(nameOf.size);
    expect(names).toEqual(numbers.map((number) => nameOf.get(number)));
  });
});
