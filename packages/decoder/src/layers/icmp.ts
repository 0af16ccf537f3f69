import { ipv4, parseIpv4 } from '../address.ts';
import { u16, u32 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/**
 * Internet control message protocol (RFC 792, 950, 1191, 1256, 4884, 8335). What the second four
 * bytes mean depends on the type; only the fields of this type are present.
 */
export class Icmp implements Layer {
  type: number;
  code: number;
  chksum: number;
  /** Echo, timestamp, information, address mask, extended echo. */
  id: number | undefined = undefined;
  seq: number | undefined = undefined;
  /** Milliseconds since midnight UTC: originate, receive, transmit. */
  ts_ori: number | undefined = undefined;
  ts_rx: number | undefined = undefined;
  ts_tx: number | undefined = undefined;
  /** Redirect: the better gateway. */
  gw: string | undefined = undefined;
  /** Parameter problem: offset of the wrong byte. */
  ptr: number | undefined = undefined;
  addr_mask: string | undefined = undefined;
  /** Unreachable, fragmentation needed. */
  nexthopmtu: number | undefined = undefined;
  /** Length of the quoted datagram in 32-bit words (RFC 4884). */
  length: number | undefined = undefined;
  /** Router advertisement: addresses, words per entry, seconds. */
  addrs: number | undefined = undefined;
  entrysize: number | undefined = undefined;
  lifetime: number | undefined = undefined;
  /** Extended echo: the L bit of a request; state and A, 4, 6 bits of a reply. */
  flags: number | undefined = undefined;
  /** The bytes of this type that have no meaning, as one number. */
  unused: number | undefined = undefined;

  constructor(data: Uint8Array, at: number) {
    this.type = data[at];
    this.code = data[at + 1];
    this.chksum = u16(data, at + 2);
    readRest(this, data, at + 4);
  }

  get layer() {
    return 'icmp' as const;
  }
}

const HEADER = 8;
const TIMESTAMPS = new Set([13, 14]);
const MASKS = new Set([17, 18]);
const WITH_ID = new Set([0, 8, 13, 14, 15, 16, 17, 18]);
const EXTENDED_ECHO = new Set([42, 43]);
const ERRORS = new Set([3, 4, 5, 11, 12]);
const HEAD: FieldEnds = [
  ['type', 1],
  ['code', 2],
  ['chksum', 4],
];
const ECHO_ENDS: FieldEnds = [...HEAD, ['id', 6], ['seq', 8]];
const EXTENDED_ECHO_ENDS: FieldEnds = [...HEAD, ['id', 6], ['seq', 7], ['flags', 8]];
const UNUSED_ENDS: FieldEnds = [...HEAD, ['unused', 8]];
const ENDS: Readonly<Record<number, FieldEnds>> = {
  3: [...HEAD, ['unused', 5], ['length', 6], ['nexthopmtu', 8]],
  5: [...HEAD, ['gw', 8]],
  9: [...HEAD, ['addrs', 5], ['entrysize', 6], ['lifetime', 8]],
  // The unused bytes lie on both sides of the length.
  11: [...HEAD, ['length', 8], ['unused', 8]],
  12: [...HEAD, ['ptr', 5], ['length', 6], ['unused', 8]],
};

function endsOf(type: number): FieldEnds {
  if (WITH_ID.has(type)) return ECHO_ENDS;
  return EXTENDED_ECHO.has(type) ? EXTENDED_ECHO_ENDS : (ENDS[type] ?? UNUSED_ENDS);
}

export function decodeIcmp(d: Decoding): void {
  const have = d.end - d.pos;
  if (have < HEADER) {
    const ends = endsOf(have > 0 ? d.data[d.pos] : 0);
    return d.partial('icmp', HEADER, ends, (data, at) => new Icmp(data, at));
  }
  const layer = new Icmp(d.data, d.pos);
  d.layers.push(layer);
  d.pos += HEADER;
  const { type } = layer;
  if (TIMESTAMPS.has(type)) readTimestamps(d, layer);
  else if (MASKS.has(type)) readMask(d, layer);
  else if (ERRORS.has(type) && d.pos < d.end) {
    d.quoted = true;
    d.follow(Space.IP_PROTOCOL, 4);
  }
}

/** The second four bytes of the header. */
function readRest(layer: Icmp, data: Uint8Array, rest: number): void {
  const { type } = layer;
  if (WITH_ID.has(type)) {
    layer.id = u16(data, rest);
    layer.seq = u16(data, rest + 2);
  } else if (EXTENDED_ECHO.has(type)) {
    layer.id = u16(data, rest);
    layer.seq = data[rest + 2];
    layer.flags = data[rest + 3];
  } else if (type === 5) layer.gw = ipv4(data, rest);
  else if (type === 3) {
    layer.unused = data[rest];
    layer.length = data[rest + 1];
    layer.nexthopmtu = u16(data, rest + 2);
  } else if (type === 11 || type === 12) {
    if (type === 12) layer.ptr = data[rest];
    layer.length = data[rest + 1];
    layer.unused = type === 12 ? u16(data, rest + 2) : data[rest] * 65536 + u16(data, rest + 2);
  } else if (type === 9) {
    layer.addrs = data[rest];
    layer.entrysize = data[rest + 1];
    layer.lifetime = u16(data, rest + 2);
  } else layer.unused = u32(data, rest);
}

function readTimestamps(d: Decoding, layer: Icmp): void {
  for (const field of ['ts_ori', 'ts_rx', 'ts_tx'] as const) {
    if (d.end - d.pos < 4) return d.fail('icmp', `timestamps need 12 bytes, ${d.end - d.pos} are left`);
    layer[field] = u32(d.data, d.pos);
    d.pos += 4;
  }
}

function readMask(d: Decoding, layer: Icmp): void {
  if (d.end - d.pos < 4) return d.fail('icmp', `address mask needs 4 bytes, ${d.end - d.pos} are left`);
  layer.addr_mask = ipv4(d.data, d.pos);
  d.pos += 4;
}

export type IcmpFields = Partial<Omit<Icmp, 'layer'>>;

export function encodeIcmp(fields: IcmpFields, w: Writer): void {
  const start = w.length;
  const { type = 0 } = fields;
  w.u8(type).u8(fields.code).u16(fields.chksum);
  writeRest(fields, type, w);
  w.trim(start, fields, endsOf(type));
  for (const time of [fields.ts_ori, fields.ts_rx, fields.ts_tx]) if (time !== undefined) w.u32(time);
  if (fields.addr_mask !== undefined) w.bytes(parseIpv4(fields.addr_mask));
}

function writeRest(fields: IcmpFields, type: number, w: Writer): void {
  if (WITH_ID.has(type)) w.u16(fields.id).u16(fields.seq);
  else if (EXTENDED_ECHO.has(type)) w.u16(fields.id).u8(fields.seq).u8(fields.flags);
  else if (type === 5) w.bytes(parseIpv4(fields.gw ?? '0.0.0.0'));
  else if (type === 3) w.u8(fields.unused).u8(fields.length).u16(fields.nexthopmtu);
  else if (type === 11)
    w.u8((fields.unused ?? 0) >>> 16)
      .u8(fields.length)
      .u16(fields.unused);
  else if (type === 12) w.u8(fields.ptr).u8(fields.length).u16(fields.unused);
  else if (type === 9) w.u8(fields.addrs).u8(fields.entrysize).u16(fields.lifetime);
  else w.u32(fields.unused);
}
