import { u16, u32 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** BSD loopback: an address family in the byte order of the host that captured (LINKTYPE_NULL, LINKTYPE_LOOP). */
export class Loopback implements Layer {
  family: number;
  order: 'big' | 'little';

  constructor(data: Buffer, at: number) {
    // Families are small: whichever order gives the small number is the host's.
    this.order = u16(data, at) > 0 ? 'little' : 'big';
    this.family = this.order === 'little' ? data.readUInt32LE(at) : u32(data, at);
  }

  get layer() {
    return 'loopback' as const;
  }
}

const HEADER = 4;
const ENDS: FieldEnds = [
  ['family', 4],
  ['order', 4],
];
/** AF_INET, and AF_INET6 as the BSDs, macOS, Linux and Windows number it. */
const ETHER_TYPES: Record<number, number> = {
  2: 0x0800,
  10: 0x86dd,
  23: 0x86dd,
  24: 0x86dd,
  28: 0x86dd,
  30: 0x86dd,
};

export function decodeLoopback(d: Decoding): void {
  if (d.end - d.pos < HEADER)
    return d.partial('loopback', HEADER, ENDS, (data, at) => new Loopback(data, at));
  const layer = new Loopback(d.data, d.pos);
  d.layers.push(layer);
  d.pos += HEADER;
  d.follow(Space.ETHER_TYPE, ETHER_TYPES[layer.family] ?? -1);
}

export type LoopbackFields = Partial<Pick<Loopback, 'family' | 'order'>>;

export function encodeLoopback(fields: LoopbackFields, w: Writer): void {
  const bytes = Buffer.alloc(4);
  if (fields.order === 'little') bytes.writeUInt32LE(fields.family ?? 0);
  else bytes.writeUInt32BE(fields.family ?? 0);
  w.bytes(bytes);
}
