import { u24 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import { LinkType } from '../link-types.ts';
import type { Writer } from '../writer.ts';

/** Virtual extensible LAN: Ethernet in UDP (RFC 7348). */
export class Vxlan implements Layer {
  /** 8 when the network identifier is valid. */
  flags: number;
  /** Reserved, three bytes; group policy lies here. */
  reserved1: number;
  /** VXLAN network identifier. */
  vni: number;
  reserved2: number;

  constructor(data: Uint8Array, at: number) {
    this.flags = data[at];
    this.reserved1 = u24(data, at + 1);
    this.vni = u24(data, at + 4);
    this.reserved2 = data[at + 7];
  }

  get layer() {
    return 'vxlan' as const;
  }
}

const HEADER = 8;
const ENDS: FieldEnds = [
  ['flags', 1],
  ['reserved1', 4],
  ['vni', 7],
  ['reserved2', 8],
];

export function decodeVxlan(d: Decoding): void {
  if (d.end - d.pos < HEADER) return d.partial('vxlan', HEADER, ENDS, (data, at) => new Vxlan(data, at));
  d.layers.push(new Vxlan(d.data, d.pos));
  d.pos += HEADER;
  d.follow(Space.LINK, LinkType.ETHERNET);
}

export type VxlanFields = Partial<Omit<Vxlan, 'layer'>>;

export function encodeVxlan(fields: VxlanFields, w: Writer): void {
  const start = w.length;
  w.u8(fields.flags).u24(fields.reserved1).u24(fields.vni).u8(fields.reserved2).trim(start, fields, ENDS);
}
