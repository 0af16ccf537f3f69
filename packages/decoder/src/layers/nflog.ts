import { hex, u16 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** Linux NFLOG (LINKTYPE_NFLOG): a header and type-length-value records in host order, one of them the packet. */
export class Nflog implements Layer {
  family: number;
  version: number;
  resource: number;
  /** The records in front of the packet, and the packet's own record header, hex. */
  records: string | undefined;

  constructor(data: Uint8Array, at: number) {
    this.family = data[at];
    this.version = data[at + 1];
    this.resource = u16(data, at + 2);
    this.records = undefined;
  }

  get layer() {
    return 'nflog' as const;
  }
}

const HEADER = 4;
const ENDS: FieldEnds = [
  ['family', 1],
  ['version', 2],
  ['resource', 4],
];
const RECORD_HEADER = 4;
const PAYLOAD = 9;
const ETHER_TYPES: Record<number, number> = { 2: 0x0800, 10: 0x86dd };

export function decodeNflog(d: Decoding): void {
  const { data } = d;
  if (d.end - d.pos < HEADER) return d.partial('nflog', HEADER, ENDS, (bytes, at) => new Nflog(bytes, at));
  const layer = new Nflog(data, d.pos);
  d.layers.push(layer);
  d.pos += HEADER;
  let at = d.pos;
  let payload = false;
  while (!payload && d.end - at >= RECORD_HEADER) {
    const length = data.readUInt16LE(at);
    if (length < RECORD_HEADER) {
      d.malformed('nflog', `record length ${length} is below ${RECORD_HEADER}`);
      break;
    }
    payload = data.readUInt16LE(at + 2) === PAYLOAD;
    if (payload) {
      d.limit('nflog', at, length);
      at += RECORD_HEADER;
    } else at = Math.min(d.end, at + ((length + 3) & ~3));
  }
  layer.records = hex(data, d.pos, at);
  d.pos = at;
  if (payload) d.follow(Space.ETHER_TYPE, ETHER_TYPES[layer.family] ?? -1);
}

export type NflogFields = Partial<Omit<Nflog, 'layer'>>;

export function encodeNflog(fields: NflogFields, w: Writer): void {
  const start = w.length;
  w.u8(fields.family).u8(fields.version).u16(fields.resource).trim(start, fields, ENDS);
  w.hex(fields.records);
}
