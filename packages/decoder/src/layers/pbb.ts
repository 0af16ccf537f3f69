import { mac, parseMac } from '../address.ts';
import { u16, u24 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** Backbone service instance tag with the customer's addresses (IEEE 802.1ah, "MAC in MAC"). */
export class Pbb implements Layer {
  prio: number;
  dei: number;
  /** Use customer address, and three reserved bits: the low nibble of the first byte. */
  flags: number;
  /** Service instance identifier. */
  isid: number;
  dst: string;
  src: string;
  type: number;

  constructor(data: Uint8Array, at: number) {
    this.prio = data[at] >> 5;
    this.dei = (data[at] >> 4) & 1;
    this.flags = data[at] & 15;
    this.isid = u24(data, at + 1);
    this.dst = mac(data, at + 4);
    this.src = mac(data, at + 10);
    this.type = u16(data, at + 16);
  }

  get layer() {
    return 'pbb' as const;
  }
}

const HEADER = 18;
const ENDS: FieldEnds = [
  ['prio', 1],
  ['dei', 1],
  ['flags', 1],
  ['isid', 4],
  ['dst', 10],
  ['src', 16],
  ['type', 18],
];

export function decodePbb(d: Decoding): void {
  if (d.end - d.pos < HEADER) return d.partial('pbb', HEADER, ENDS, (data, at) => new Pbb(data, at));
  const layer = new Pbb(d.data, d.pos);
  d.layers.push(layer);
  d.pos += HEADER;
  d.follow(Space.ETHER_TYPE, layer.type);
}

export type PbbFields = Partial<Omit<Pbb, 'layer'>>;

export function encodePbb(fields: PbbFields, w: Writer): void {
  const start = w.length;
  w.u8(((fields.prio ?? 0) << 5) | ((fields.dei ?? 0) << 4) | (fields.flags ?? 0)).u24(fields.isid);
  w.bytes(parseMac(fields.dst ?? '000000000000')).bytes(parseMac(fields.src ?? '000000000000'));
  w.u16(fields.type).trim(start, fields, ENDS);
}
