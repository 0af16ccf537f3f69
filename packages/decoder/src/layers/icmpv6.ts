import { ipv6, parseIpv6 } from '../address.ts';
import { u16, u32 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';
import { decodeMld, encodeMldRecords, type MldRecord } from './icmpv6-mld.ts';
import { decodeNeighbourOptions, type NeighbourOptions } from './icmpv6-nd.ts';

/**
 * ICMP for IPv6: echo and errors (RFC 4443), neighbour discovery (RFC 4861), multicast listener
 * discovery (RFC 2710, 3810), extended echo (RFC 8335). Only the fields of this type are present.
 */
export class Icmpv6 implements Layer {
  type: number;
  code: number;
  cksum: number;
  id: number | undefined = undefined;
  seq: number | undefined = undefined;
  mtu: number | undefined = undefined;
  ptr: number | undefined = undefined;
  /** The message's reserved bits, or the four bytes behind the checksum of types not named here. */
  unused: number | undefined = undefined;
  /** Extended echo: L bit; or state and A, 4, 6 bits. */
  flags: number | undefined = undefined;
  /** Router advertisement: hop limit, flag byte, seconds, milliseconds, milliseconds. */
  chlim: number | undefined = undefined;
  raflags: number | undefined = undefined;
  routerlifetime: number | undefined = undefined;
  reachabletime: number | undefined = undefined;
  retranstimer: number | undefined = undefined;
  /** Neighbour advertisement: router, solicited, override. */
  R: number | undefined = undefined;
  S: number | undefined = undefined;
  O: number | undefined = undefined;
  /** Neighbour discovery's target; redirect's better next hop. */
  tgt: string | undefined = undefined;
  /** Redirect: the address redirected. */
  dst: string | undefined = undefined;
  options: NeighbourOptions | undefined = undefined;
  /** Multicast listener discovery: maximum response delay (code), the group. */
  mrd: number | undefined = undefined;
  mladdr: string | undefined = undefined;
  /** Version 2 reports: how many records there should be, and those that are there. */
  records_number: number | undefined = undefined;
  records: MldRecord[] | undefined = undefined;

  constructor(data: Uint8Array, at: number) {
    this.type = data[at];
    this.code = data[at + 1];
    this.cksum = u16(data, at + 2);
    readRest(this, data, at + 4);
  }

  get layer() {
    return 'icmpv6' as const;
  }
}

const HEADER = 8;
const ERRORS = new Set([1, 2, 3, 4]);
const ECHO = new Set([128, 129]);
const MLD_V1 = new Set([130, 131, 132]);
const ND_TARGET = new Set([135, 136, 137]);
const EXTENDED_ECHO = new Set([160, 161]);
const MLD_V2_REPORT = 143;
const HEAD: FieldEnds = [
  ['type', 1],
  ['code', 2],
  ['cksum', 4],
];
const ECHO_ENDS: FieldEnds = [...HEAD, ['id', 6], ['seq', 8]];
const EXTENDED_ECHO_ENDS: FieldEnds = [...HEAD, ['id', 6], ['seq', 7], ['flags', 8]];
const MLD_V1_ENDS: FieldEnds = [...HEAD, ['mrd', 6], ['unused', 8]];
const UNUSED_ENDS: FieldEnds = [...HEAD, ['unused', 8]];
const ENDS: Readonly<Record<number, FieldEnds>> = {
  2: [...HEAD, ['mtu', 8]],
  4: [...HEAD, ['ptr', 8]],
  134: [...HEAD, ['chlim', 5], ['raflags', 6], ['routerlifetime', 8]],
  136: [...HEAD, ['R', 8], ['S', 8], ['O', 8], ['unused', 8]],
  143: [...HEAD, ['unused', 6], ['records_number', 8]],
};

function endsOf(type: number): FieldEnds {
  if (ECHO.has(type)) return ECHO_ENDS;
  if (MLD_V1.has(type)) return MLD_V1_ENDS;
  return EXTENDED_ECHO.has(type) ? EXTENDED_ECHO_ENDS : (ENDS[type] ?? UNUSED_ENDS);
}

export function decodeIcmpv6(d: Decoding): void {
  const have = d.end - d.pos;
  if (have < HEADER) {
    const ends = endsOf(have > 0 ? d.data[d.pos] : 0);
    return d.partial('icmpv6', HEADER, ends, (data, at) => new Icmpv6(data, at));
  }
  const layer = new Icmpv6(d.data, d.pos);
  d.layers.push(layer);
  d.pos += HEADER;
  const { type } = layer;
  if (ERRORS.has(type)) {
    if (d.pos === d.end) return;
    d.quoted = true;
    d.follow(Space.IP_PROTOCOL, 41);
  } else if (type === 133) layer.options = decodeNeighbourOptions(d);
  else if (type === 134) readTimes(d, layer);
  else if (ND_TARGET.has(type)) readAddresses(d, layer);
  else if (MLD_V1.has(type)) readGroup(d, layer);
  else if (type === MLD_V2_REPORT) layer.records = decodeMld(d, layer.records_number as number);
}

/** The second four bytes of the header. */
function readRest(layer: Icmpv6, data: Uint8Array, rest: number): void {
  const { type } = layer;
  if (ECHO.has(type)) {
    layer.id = u16(data, rest);
    layer.seq = u16(data, rest + 2);
  } else if (EXTENDED_ECHO.has(type)) {
    layer.id = u16(data, rest);
    layer.seq = data[rest + 2];
    layer.flags = data[rest + 3];
  } else if (type === 2) layer.mtu = u32(data, rest);
  else if (type === 4) layer.ptr = u32(data, rest);
  else if (type === 134) {
    layer.chlim = data[rest];
    layer.raflags = data[rest + 1];
    layer.routerlifetime = u16(data, rest + 2);
  } else if (type === 136) {
    const word = u32(data, rest);
    layer.R = word >>> 31;
    layer.S = (word >>> 30) & 1;
    layer.O = (word >>> 29) & 1;
    layer.unused = word & 0x1fffffff;
  } else if (MLD_V1.has(type)) {
    layer.mrd = u16(data, rest);
    layer.unused = u16(data, rest + 2);
  } else if (type === MLD_V2_REPORT) {
    layer.unused = u16(data, rest);
    layer.records_number = u16(data, rest + 2);
  } else layer.unused = u32(data, rest);
}

function readTimes(d: Decoding, layer: Icmpv6): void {
  for (const field of ['reachabletime', 'retranstimer'] as const) {
    if (d.end - d.pos < 4) return d.fail('icmpv6', `${field} needs 4 bytes, ${d.end - d.pos} are left`);
    layer[field] = u32(d.data, d.pos);
    d.pos += 4;
  }
  layer.options = decodeNeighbourOptions(d);
}

function readAddresses(d: Decoding, layer: Icmpv6): void {
  const fields = layer.type === 137 ? (['tgt', 'dst'] as const) : (['tgt'] as const);
  for (const field of fields) {
    if (d.end - d.pos < 16) return d.fail('icmpv6', `${field} needs 16 bytes, ${d.end - d.pos} are left`);
    layer[field] = ipv6(d.data, d.pos);
    d.pos += 16;
  }
  layer.options = decodeNeighbourOptions(d);
}

function readGroup(d: Decoding, layer: Icmpv6): void {
  if (d.end - d.pos < 16) return d.fail('icmpv6', `group needs 16 bytes, ${d.end - d.pos} are left`);
  layer.mladdr = ipv6(d.data, d.pos);
  d.pos += 16;
}

export type Icmpv6Fields = Partial<Omit<Icmpv6, 'layer'>>;

export function encodeIcmpv6(fields: Icmpv6Fields, w: Writer): void {
  const start = w.length;
  const { type = 0 } = fields;
  w.u8(type).u8(fields.code).u16(fields.cksum);
  writeRest(fields, type, w);
  w.trim(start, fields, endsOf(type));
  for (const time of [fields.reachabletime, fields.retranstimer]) if (time !== undefined) w.u32(time);
  for (const address of [fields.tgt, fields.dst, fields.mladdr]) if (address) w.bytes(parseIpv6(address));
  if (fields.options) w.hex(fields.options.raw);
  if (fields.records) encodeMldRecords(fields.records, w);
}

function writeRest(fields: Icmpv6Fields, type: number, w: Writer): void {
  const { unused = 0 } = fields;
  if (ECHO.has(type)) w.u16(fields.id).u16(fields.seq);
  else if (EXTENDED_ECHO.has(type)) w.u16(fields.id).u8(fields.seq).u8(fields.flags);
  else if (type === 134) w.u8(fields.chlim).u8(fields.raflags).u16(fields.routerlifetime);
  else if (type === 136) {
    w.u32((fields.R ?? 0) * 2 ** 31 + (fields.S ?? 0) * 2 ** 30 + (fields.O ?? 0) * 2 ** 29 + unused);
  } else if (MLD_V1.has(type)) w.u16(fields.mrd).u16(unused);
  else if (type === MLD_V2_REPORT) w.u16(unused).u16(fields.records_number);
  else w.u32(fields.mtu ?? fields.ptr ?? unused);
}
