import { ipv4 } from '../address.ts';
import { hex, u16, u32 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';
import { formatText } from '../text.ts';

/** DHCP options (RFC 2132) under scapy's names; `raw` holds them all, byte for byte and in order. */
export interface DhcpOptions {
  raw: string;
  subnet_mask?: string;
  router?: string[];
  name_server?: string[];
  hostname?: string;
  domain?: string;
  interface_mtu?: number;
  broadcast_address?: string;
  ntp_server?: string[];
  requested_addr?: string;
  /** Seconds, as are the two times below. */
  lease_time?: number;
  /** 1 discover, 2 offer, 3 request, 4 decline, 5 ack, 6 nak, 7 release, 8 inform. */
  message_type?: number;
  server_id?: string;
  param_req_list?: number[];
  error_message?: string;
  max_dhcp_size?: number;
  renewal_time?: number;
  rebinding_time?: number;
  vendor_class_id?: string;
  /** Hex. */
  client_id?: string;
  /** Code and body (hex) of every other option, and of one whose length does not fit its kind. */
  other?: [code: number, body: string][];
}

type Name = Exclude<keyof DhcpOptions, 'raw' | 'other'>;
type Read = (data: Buffer, at: number, size: number) => DhcpOptions[Name];

const byte: Read = (data, at, size) => (size === 1 ? data[at] : undefined);
const word: Read = (data, at, size) => (size === 2 ? u16(data, at) : undefined);
const long: Read = (data, at, size) => (size === 4 ? u32(data, at) : undefined);
const bytes: Read = (data, at, size) => Array.from(data.subarray(at, at + size));
const text: Read = (data, at, size) => formatText(data, at, at + size);
const body: Read = (data, at, size) => hex(data, at, at + size);
const address: Read = (data, at, size) => (size === 4 ? ipv4(data, at) : undefined);
const addresses: Read = (data, at, size) =>
  size > 0 && size % 4 === 0 ? Array.from({ length: size / 4 }, (_, i) => ipv4(data, at + 4 * i)) : undefined;

const OPTIONS = new Map<number, readonly [Name, Read]>([
  [1, ['subnet_mask', address]],
  [3, ['router', addresses]],
  [6, ['name_server', addresses]],
  [12, ['hostname', text]],
  [15, ['domain', text]],
  [26, ['interface_mtu', word]],
  [28, ['broadcast_address', address]],
  [42, ['ntp_server', addresses]],
  [50, ['requested_addr', address]],
  [51, ['lease_time', long]],
  [53, ['message_type', byte]],
  [54, ['server_id', address]],
  [55, ['param_req_list', bytes]],
  [56, ['error_message', text]],
  [57, ['max_dhcp_size', word]],
  [58, ['renewal_time', long]],
  [59, ['rebinding_time', long]],
  [60, ['vendor_class_id', text]],
  [61, ['client_id', body]],
]);

const PAD = 0;
const END = 255;

/** Reads the options in `data[from..to)`. An impossible length ends the list and is reported; what was read stays. */
export function decodeDhcpOptions(d: Decoding, from: number, to: number): DhcpOptions {
  const { data } = d;
  const options: DhcpOptions = { raw: hex(data, from, to) };
  let at = from;
  while (at < to && data[at] !== END) {
    const code = data[at++];
    if (code === PAD) continue;
    const size = at < to ? data[at] : 0;
    if (at + 1 + size > to) {
      d.fail('dhcp', `option ${code} needs ${size + 1} bytes, ${to - at} are there`);
      break;
    }
    const known = OPTIONS.get(code);
    const value = known?.[1](data, at + 1, size);
    if (known !== undefined && value !== undefined)
      (options as unknown as Record<Name, unknown>)[known[0]] = value;
    else {
      options.other ??= [];
      options.other.push([code, hex(data, at + 1, at + 1 + size)]);
    }
    at += 1 + size;
  }
  return options;
}
