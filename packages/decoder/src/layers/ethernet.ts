import { mac, parseMac } from '../address.ts';
import { u16 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** Ethernet II, or IEEE 802.3 where the third field is a length (IEEE 802.3-2018, 3.2). */
export class Ethernet implements Layer {
  dst: string;
  src: string;
  /** EtherType; absent in 802.3 frames. */
  type: number | undefined;
  /** Length of the 802.3 payload; absent in Ethernet II. */
  len: number | undefined;

  constructor(data: Uint8Array, at: number) {
    const type = u16(data, at + 12);
    this.dst = mac(data, at);
    this.src = mac(data, at + 6);
    this.type = type > MAX_LENGTH ? type : undefined;
    this.len = type > MAX_LENGTH ? undefined : type;
  }

  get layer() {
    return 'ether' as const;
  }
}

const HEADER = 14;
/** Values up to this are lengths, from 1536 on EtherTypes; between lies nothing, and readers take it as a length. */
const MAX_LENGTH = 1535;
const ENDS: FieldEnds = [
  ['dst', 6],
  ['src', 12],
  ['type', 14],
  ['len', 14],
];

export function decodeEthernet(d: Decoding): void {
  if (d.end - d.pos < HEADER) return d.partial('ether', HEADER, ENDS, (data, at) => new Ethernet(data, at));
  const layer = new Ethernet(d.data, d.pos);
  d.layers.push(layer);
  d.pos += HEADER;
  if (layer.type !== undefined) return d.follow(Space.ETHER_TYPE, layer.type);
  const length = layer.len as number;
  if (length <= 1500) d.limit('ether', d.pos, length);
  d.follow(Space.LLC_SAP, 0);
}

export type EthernetFields = Partial<Pick<Ethernet, 'dst' | 'src' | 'type' | 'len'>>;

export function encodeEthernet(fields: EthernetFields, w: Writer): void {
  w.bytes(parseMac(fields.dst ?? ''));
  if (fields.src !== undefined) w.bytes(parseMac(fields.src));
  const type = fields.type ?? fields.len;
  if (type !== undefined) w.u16(type);
}
