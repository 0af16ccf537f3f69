import { ipv6, parseIpv6 } from '../address.ts';
import { hex, u16, u32 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';
import { type ExtensionWalk, type Fragment, walkExtensions } from './ipv6-extensions.ts';

/** Internet Protocol version 6 (RFC 8200) with its extension headers. */
export class Ipv6 implements Layer {
  version: number;
  /** Traffic class. */
  tc: number;
  /** Flow label. */
  fl: number;
  /** Payload length, extension headers included, bytes. */
  plen: number;
  /** Next header, as the fixed header says. */
  nh: number;
  /** Hop limit. */
  hlim: number;
  src: string;
  dst: string;
  /** Numbers of the extension headers, in order. */
  ext: number[] | undefined;
  /** The protocol behind the extension headers. */
  proto: number | undefined;
  frag: Fragment | undefined;
  /** All extension headers byte for byte, hex. */
  extraw: string | undefined;

  constructor(data: Uint8Array, at: number) {
    const word = u32(data, at);
    this.version = word >>> 28;
    this.tc = (word >>> 20) & 255;
    this.fl = word & 0xfffff;
    this.plen = u16(data, at + 4);
    this.nh = data[at + 6];
    this.hlim = data[at + 7];
    this.src = ipv6(data, at + 8);
    this.dst = ipv6(data, at + 24);
    this.ext = undefined;
    this.proto = undefined;
    this.frag = undefined;
    this.extraw = undefined;
  }

  get layer() {
    return 'ipv6' as const;
  }
}

const HEADER = 40;
const NO_NEXT_HEADER = 59;
/** The first three share bytes: they are there together or not at all. */
const ENDS: FieldEnds = [
  ['version', 4],
  ['tc', 4],
  ['fl', 4],
  ['plen', 6],
  ['nh', 7],
  ['hlim', 8],
  ['src', 24],
  ['dst', 40],
];

export function decodeIpv6(d: Decoding): void {
  if (d.end - d.pos < HEADER) return d.partial('ipv6', HEADER, ENDS, (data, at) => new Ipv6(data, at));
  const start = d.pos;
  const layer = new Ipv6(d.data, start);
  d.layers.push(layer);
  d.pos += HEADER;
  if (layer.version !== 6) return d.malformed('ipv6', `version ${layer.version} in an IPv6 header`);
  // Payload length 0 is a jumbogram or segmentation offload, unless nothing may follow.
  if (layer.plen > 0 || layer.nh === NO_NEXT_HEADER) d.limit('ipv6', d.pos, layer.plen);
  const walk: ExtensionWalk = walkExtensions(d, layer.nh);
  if (walk.ext.length > 0) {
    layer.ext = walk.ext;
    layer.extraw = hex(d.data, start + HEADER, d.pos);
    if (walk.complete) layer.proto = walk.proto;
    layer.frag = walk.frag;
    if (walk.frag?.m === 1) d.fragment = true;
  }
  if (walk.complete && (walk.frag === undefined || walk.frag.offset === 0)) {
    d.follow(Space.IP_PROTOCOL, walk.proto);
  }
}

export type Ipv6Fields = Partial<Omit<Ipv6, 'layer'>>;

export function encodeIpv6(fields: Ipv6Fields, w: Writer): void {
  const start = w.length;
  w.u32((fields.version ?? 0) * 2 ** 28 + ((fields.tc ?? 0) << 20) + (fields.fl ?? 0));
  w.u16(fields.plen).u8(fields.nh).u8(fields.hlim);
  w.bytes(parseIpv6(fields.src ?? '::'))
    .bytes(parseIpv6(fields.dst ?? '::'))
    .trim(start, fields, ENDS);
  w.hex(fields.extraw);
}
