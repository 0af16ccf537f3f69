import { ipv4 } from '../address.ts';
import { hex, u16 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';
import { walkOptions } from './options.ts';

/** IPv4 options (RFC 791, 2113); `raw` holds them all, byte for byte and in order. */
export interface Ipv4Options {
  raw: string;
  /** Addresses recorded so far and still free (record route). */
  RR?: string[];
  /** Loose and strict source route. */
  LSRR?: string[];
  SSRR?: string[];
  /** 0: routers shall examine the packet. */
  RouterAlert?: number;
  /** Kind and body (hex) of every other option: internet timestamp, security, stream id ... */
  other?: [kind: number, body: string][];
}

const ROUTES: Record<number, 'RR' | 'LSRR' | 'SSRR'> = { 7: 'RR', 131: 'LSRR', 137: 'SSRR' };
const ROUTER_ALERT = 148;

/** Reads the options in `data[from..to)`, all of the header's when `whole`; see `walkOptions`. */
export function decodeIpv4Options(d: Decoding, from: number, to: number, whole: boolean): Ipv4Options {
  return walkOptions<Ipv4Options>(
    d,
    { layer: 'ip', from, to, whole },
    { raw: hex(d.data, from, to) },
    readOption,
  );
}

function readOption(options: Ipv4Options, data: Buffer, kind: number, at: number, size: number): void {
  const route = ROUTES[kind];
  if (route !== undefined && size >= 1) {
    // Behind the pointer's byte.
    const addresses: string[] = [];
    for (let i = at + 1; i + 4 <= at + size; i += 4) addresses.push(ipv4(data, i));
    options[route] = addresses;
  } else if (kind === ROUTER_ALERT && size === 2) options.RouterAlert = u16(data, at);
  else {
    options.other ??= [];
    options.other.push([kind, hex(data, at, at + size)]);
  }
}
