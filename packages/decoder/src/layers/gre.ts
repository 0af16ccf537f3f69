import { u16, u32 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** Generic routing encapsulation, versions 0 and 1 (RFC 2784, 2890, 2637). */
export class Gre implements Layer {
  /** The first two bytes: presence bits, recursion control, flags and version. */
  flags: number;
  version: number;
  /** EtherType of what is carried. */
  proto: number;
  chksum: number | undefined;
  offset: number | undefined;
  key: number | undefined;
  seqnum: number | undefined;
  /** Version 1 only. */
  acknum: number | undefined;

  constructor(data: Uint8Array, at: number) {
    this.flags = u16(data, at);
    this.version = this.flags & 7;
    this.proto = u16(data, at + 2);
    this.chksum = undefined;
    this.offset = undefined;
    this.key = undefined;
    this.seqnum = undefined;
    this.acknum = undefined;
  }

  get layer() {
    return 'gre' as const;
  }
}

const HEADER = 4;
const ENDS: FieldEnds = [
  ['flags', 2],
  ['version', 2],
  ['proto', 4],
];
const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGEMENT = 0x0080;

export function decodeGre(d: Decoding): void {
  if (d.end - d.pos < HEADER) return d.partial('gre', HEADER, ENDS, (data, at) => new Gre(data, at));
  const layer = new Gre(d.data, d.pos);
  d.layers.push(layer);
  d.pos += HEADER;
  const missing = readOptionalFields(d, layer);
  if (missing > 0) return d.fail('gre', `optional fields need ${missing} more bytes`);
  // Source routes (RFC 1701) are long dead: what follows them cannot be placed.
  if (layer.flags & ROUTING) return d.malformed('gre', 'source routing is not supported');
  // Version 1 numbers each packet that carries something: the others only acknowledge (RFC 2637).
  if (layer.version === 0 || layer.seqnum !== undefined) d.follow(Space.ETHER_TYPE, layer.proto);
}

/** The number of bytes that were missing, 0 when all was there. */
function readOptionalFields(d: Decoding, layer: Gre): number {
  const { flags, version } = layer;
  const take = (): number | undefined => {
    if (d.end - d.pos < 4) return undefined;
    d.pos += 4;
    return u32(d.data, d.pos - 4);
  };
  const short = () => 4 - (d.end - d.pos);
  if (flags & (CHECKSUM | ROUTING)) {
    const word = take();
    if (word === undefined) return short();
    layer.chksum = word >>> 16;
    layer.offset = word & 0xffff;
  }
  if (flags & KEY) {
    layer.key = take();
    if (layer.key === undefined) return short();
  }
  if (flags & SEQUENCE) {
    layer.seqnum = take();
    if (layer.seqnum === undefined) return short();
  }
  if (version === 1 && flags & ACKNOWLEDGEMENT) {
    layer.acknum = take();
    if (layer.acknum === undefined) return short();
  }
  return 0;
}

export type GreFields = Partial<Omit<Gre, 'layer'>>;

/** `version` is the lowest three bits of `flags`, which count. */
export function encodeGre(fields: GreFields, w: Writer): void {
  w.u16(fields.flags);
  if (fields.proto !== undefined) w.u16(fields.proto);
  if (fields.chksum !== undefined) w.u16(fields.chksum).u16(fields.offset);
  for (const field of ['key', 'seqnum', 'acknum'] as const) {
    if (fields[field] !== undefined) w.u32(fields[field]);
  }
}
