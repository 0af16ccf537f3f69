import { ipv4 } from '../address.ts';
import { hex, u16 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';

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

const EOL = 0;
const NOP = 1;
const ROUTES: Record<number, 'RR' | 'LSRR' | 'SSRR'> = { 7: 'RR', 131: 'LSRR', 137: 'SSRR' };
const ROUTER_ALERT = 148;

/**
 * Reads the options in `data[from..to)`, all of the header's when `whole`. An impossible length ends the
 * list and is reported; what was read stays.
 */
export function decodeIpv4Options(d: Decoding, from: number, to: number, whole: boolean): Ipv4Options {
  const { data } = d;
  const options: Ipv4Options = { raw: hex(data, from, to) };
  let at = from;
  while (at < to) {
    const kind = data[at];
    if (kind === EOL) break;
    if (kind === NOP) {
      at++;
      continue;
    }
    const length = at + 1 < to ? data[at + 1] : 0;
    if (length < 2 || at + length > to) {
      const reason = `option ${kind} has length ${length}, ${to - at} bytes are there`;
      if (whole) d.malformed('ip', reason);
      else d.fail('ip', reason);
      break;
    }
    const route = ROUTES[kind];
    if (route !== undefined && length >= 3) {
      const addresses: string[] = [];
      for (let i = at + 3; i + 4 <= at + length; i += 4) addresses.push(ipv4(data, i));
      options[route] = addresses;
    } else if (kind === ROUTER_ALERT && length === 4) options.RouterAlert = u16(data, at + 2);
    else {
      options.other ??= [];
      options.other.push([kind, hex(data, at + 2, at + length)]);
    }
    at += length;
  }
  return options;
}
