import { ipv6, parseIpv6 } from '../address.ts';
import { hex, u16 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';
import type { Writer } from '../writer.ts';

/** One multicast address record of an MLDv2 report (RFC 3810, 5.2). */
export interface MldRecord {
  /** 1 is include, 2 exclude, 3 and 4 changes to them, 5 allow, 6 block. */
  rtype: number;
  dst: string;
  sources: string[];
  /** Auxiliary data, hex. */
  aux: string;
}

const HEADER = 20;

/** Reads up to `count` records; a record that is cut short ends the list and is reported. */
export function decodeMld(d: Decoding, count: number): MldRecord[] {
  const records: MldRecord[] = [];
  const { data } = d;
  while (records.length < count) {
    const have = d.end - d.pos;
    const sources = have < HEADER ? 0 : u16(data, d.pos + 2);
    const aux = have < HEADER ? 0 : data[d.pos + 1] * 4;
    const size = HEADER + sources * 16 + aux;
    if (have < size) {
      d.fail('icmpv6', `record ${records.length} of ${count} needs ${size} bytes, ${have} are left`);
      break;
    }
    const list = d.pos + HEADER;
    records.push({
      rtype: data[d.pos],
      dst: ipv6(data, d.pos + 4),
      sources: Array.from({ length: sources }, (_, i) => ipv6(data, list + 16 * i)),
      aux: hex(data, list + 16 * sources, d.pos + size),
    });
    d.pos += size;
  }
  return records;
}

export function encodeMldRecords(records: readonly MldRecord[], w: Writer): void {
  for (const { rtype, dst, sources, aux } of records) {
    w.u8(rtype)
      .u8(aux.length / 8)
      .u16(sources.length)
      .bytes(parseIpv6(dst));
    for (const source of sources) w.bytes(parseIpv6(source));
    w.hex(aux);
  }
}
