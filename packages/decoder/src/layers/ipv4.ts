import { ipv4, parseIpv4 } from '../address.ts';
import { u16 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';
import { decodeIpv4Options, type Ipv4Options } from './ipv4-options.ts';

/** Internet Protocol version 4 (RFC 791). */
export class Ipv4 implements Layer {
  version: number;
  /** Header length in 32-bit words. */
  ihl: number;
  tos: number;
  /** Header and data, bytes. */
  len: number;
  id: number;
  /** 4 reserved ("evil"), 2 DF, 1 MF. */
  flags: number;
  flagsText: string;
  /** Fragment offset in 8-byte units. */
  frag: number;
  ttl: number;
  proto: number;
  chksum: number;
  src: string;
  dst: string;
  options: Ipv4Options | undefined;

  constructor(data: Uint8Array, at: number) {
    this.version = data[at] >> 4;
    this.ihl = data[at] & 15;
    this.tos = data[at + 1];
    this.len = u16(data, at + 2);
    this.id = u16(data, at + 4);
    this.flags = data[at + 6] >> 5;
    this.flagsText = FLAG_TEXT[this.flags];
    this.frag = u16(data, at + 6) & 0x1fff;
    this.ttl = data[at + 8];
    this.proto = data[at + 9];
    this.chksum = u16(data, at + 10);
    this.src = ipv4(data, at + 12);
    this.dst = ipv4(data, at + 16);
    this.options = undefined;
  }

  get layer() {
    return 'ip' as const;
  }
}

const HEADER = 20;
const FLAG_TEXT = ['', 'MF', 'DF', 'MF+DF', 'evil', 'MF+evil', 'DF+evil', 'MF+DF+evil'];
const ENDS: FieldEnds = [
  ['version', 1],
  ['ihl', 1],
  ['tos', 2],
  ['len', 4],
  ['id', 6],
  ['flags', 8],
  ['frag', 8],
  ['ttl', 9],
  ['proto', 10],
  ['chksum', 12],
  ['src', 16],
  ['dst', 20],
];
/** flagsText is derived: it goes with the flags but is not on the wire. */
const PARTIAL_ENDS: FieldEnds = [...ENDS, ['flagsText', 8]];

export function decodeIpv4(d: Decoding): void {
  if (d.end - d.pos < HEADER) return d.partial('ip', HEADER, PARTIAL_ENDS, (data, at) => new Ipv4(data, at));
  const start = d.pos;
  const layer = new Ipv4(d.data, start);
  d.layers.push(layer);
  d.pos += HEADER;
  if (layer.version !== 4) return d.malformed('ip', `version ${layer.version} in an IPv4 header`);
  const headerLength = layer.ihl * 4;
  if (headerLength < HEADER) return d.malformed('ip', `header length ${headerLength} is below 20`);
  // Total length 0 is what segmentation offload leaves in a capture: the frame's own end counts.
  if (layer.len >= headerLength) d.limit('ip', start, layer.len);
  else if (layer.len !== 0) d.malformed('ip', `total length ${layer.len} is shorter than the header`);
  if (headerLength > HEADER) {
    const optionsEnd = Math.min(start + headerLength, d.end);
    const whole = optionsEnd === start + headerLength;
    layer.options = decodeIpv4Options(d, d.pos, optionsEnd, whole);
    d.pos = optionsEnd;
    if (!whole) {
      return d.fail(
        'ip',
        `options need ${headerLength - HEADER} bytes, ${optionsEnd - start - HEADER} are there`,
      );
    }
  }
  if (layer.flags & 1) d.fragment = true;
  // Only the first fragment starts with a transport header.
  if (layer.frag === 0) d.follow(Space.IP_PROTOCOL, layer.proto);
}

export type Ipv4Fields = Partial<Omit<Ipv4, 'layer'>>;

export function encodeIpv4(fields: Ipv4Fields, w: Writer): void {
  const start = w.length;
  w.u8(((fields.version ?? 0) << 4) | (fields.ihl ?? 0)).u8(fields.tos);
  w.u16(fields.len)
    .u16(fields.id)
    .u16(((fields.flags ?? 0) << 13) | (fields.frag ?? 0));
  w.u8(fields.ttl).u8(fields.proto).u16(fields.chksum);
  w.bytes(parseIpv4(fields.src ?? '0.0.0.0')).bytes(parseIpv4(fields.dst ?? '0.0.0.0'));
  w.trim(start, fields, ENDS);
  if (fields.options) w.hex(fields.options.raw);
}
