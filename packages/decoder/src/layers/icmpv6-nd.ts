import { ipv6, mac } from '../address.ts';
import { hex, u32 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';

/** Neighbour discovery options (RFC 4861, 8106); `raw` holds them all, byte for byte and in order. */
export interface NeighbourOptions {
  raw: string;
  /** The first six bytes of a link-layer address: Ethernet's. */
  srclladdr?: string;
  dstlladdr?: string;
  mtu?: number;
  /** Prefix, its length, flag byte (128 on-link, 64 autonomous), valid and preferred seconds. */
  prefixes?: { prefix: string; prefixlen: number; flags: number; valid: number; preferred: number }[];
  /** Recursive DNS servers. */
  rdnss?: string[];
  /** Kind and body (hex) of every other option. */
  other?: [kind: number, body: string][];
}

/** Reads options up to `d.end`. An impossible length ends the list and is reported; the rest stays for `raw`. */
export function decodeNeighbourOptions(d: Decoding): NeighbourOptions | undefined {
  const { data, end } = d;
  const start = d.pos;
  if (start === end) return undefined;
  const options: NeighbourOptions = { raw: '' };
  let at = start;
  while (at < end) {
    const length = at + 1 < end ? data[at + 1] * 8 : 0;
    if (length === 0 || at + length > end) {
      d.fail('icmpv6', `option ${data[at]} has length ${length}, ${end - at} bytes are there`);
      break;
    }
    readOption(options, data, at, length);
    at += length;
  }
  options.raw = hex(data, start, at);
  d.pos = at;
  return at === start ? undefined : options;
}

function readOption(options: NeighbourOptions, data: Buffer, at: number, length: number): void {
  const kind = data[at];
  if (kind === 1) options.srclladdr = mac(data, at + 2);
  else if (kind === 2) options.dstlladdr = mac(data, at + 2);
  else if (kind === 3 && length === 32) {
    options.prefixes ??= [];
    options.prefixes.push({
      prefix: ipv6(data, at + 16),
      prefixlen: data[at + 2],
      flags: data[at + 3],
      valid: u32(data, at + 4),
      preferred: u32(data, at + 8),
    });
  } else if (kind === 5 && length === 8) options.mtu = u32(data, at + 4);
  else if (kind === 25 && length >= 24) {
    options.rdnss = [];
    for (let i = at + 8; i + 16 <= at + length; i += 16) options.rdnss.push(ipv6(data, i));
  } else {
    options.other ??= [];
    options.other.push([kind, hex(data, at + 2, at + length)]);
  }
}
