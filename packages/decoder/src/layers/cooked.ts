import { macOf, parseMac } from '../address.ts';
import { hex, u16, u32 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** Linux cooked capture, v1 and v2 (tcpdump.org: LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2). */
export class Cooked implements Layer {
  /** 0 to us, 1 broadcast, 2 multicast, 3 to somebody else, 4 sent by us. */
  pkttype: number;
  /** ARPHRD_ type of the device. */
  lladdrtype: number;
  lladdrlen: number;
  /** The first `lladdrlen` (at most 8) bytes of the address field. */
  src: string;
  /** What the 8-byte address field holds behind `src`, hex. */
  srcpad: string;
  /** EtherType, or a small number for frames without one. */
  proto: number;
  /** v2 only. */
  ifindex: number | undefined;
  /** v2 only: two bytes that must be zero. */
  reserved: number | undefined;

  constructor(data: Buffer, at: number, version: 1 | 2) {
    const address = at + (version === 1 ? 6 : 12);
    this.pkttype = version === 1 ? u16(data, at) : data[at + 10];
    this.lladdrtype = u16(data, at + (version === 1 ? 2 : 8));
    this.lladdrlen = version === 1 ? u16(data, at + 4) : data[at + 11];
    const length = Math.min(this.lladdrlen, 8);
    this.src = macOf(data, address, length);
    this.srcpad = hex(data, address + length, address + 8);
    this.proto = u16(data, version === 1 ? at + 14 : at);
    this.ifindex = version === 1 ? undefined : u32(data, at + 4);
    this.reserved = version === 1 ? undefined : u16(data, at + 2);
  }

  get layer() {
    return 'sll' as const;
  }
}

const HEADER_V1 = 16;
const HEADER_V2 = 20;
const ENDS_V1: FieldEnds = [
  ['pkttype', 2],
  ['lladdrtype', 4],
  ['lladdrlen', 6],
  ['src', 14],
  ['srcpad', 14],
  ['proto', 16],
];
const ENDS_V2: FieldEnds = [
  ['proto', 2],
  ['reserved', 4],
  ['ifindex', 8],
  ['lladdrtype', 10],
  ['pkttype', 11],
  ['lladdrlen', 12],
  ['src', 20],
  ['srcpad', 20],
];
const PROTO_802_2 = 4;

export function decodeCookedV1(d: Decoding): void {
  decodeCooked(d, 1, HEADER_V1, ENDS_V1);
}

export function decodeCookedV2(d: Decoding): void {
  decodeCooked(d, 2, HEADER_V2, ENDS_V2);
}

function decodeCooked(d: Decoding, version: 1 | 2, size: number, ends: FieldEnds): void {
  if (d.end - d.pos < size) return d.partial('sll', size, ends, (data, at) => new Cooked(data, at, version));
  const layer = new Cooked(d.data, d.pos, version);
  d.layers.push(layer);
  d.pos += size;
  if (layer.proto === PROTO_802_2) d.follow(Space.LLC_SAP, 0);
  else d.follow(Space.ETHER_TYPE, layer.proto);
}

export type CookedFields = Partial<Omit<Cooked, 'layer'>>;

export function encodeCooked(fields: CookedFields, w: Writer): void {
  const start = w.length;
  const address = Buffer.alloc(8);
  Buffer.concat([parseMac(fields.src ?? ''), Buffer.from(fields.srcpad ?? '', 'hex')]).copy(address);
  // Version 1 begins with the packet type, version 2 with the protocol.
  const first = fields.pkttype !== undefined || fields.proto === undefined;
  if (fields.ifindex === undefined && first) {
    w.u16(fields.pkttype).u16(fields.lladdrtype).u16(fields.lladdrlen).bytes(address).u16(fields.proto);
    w.trim(start, fields, ENDS_V1);
  } else {
    w.u16(fields.proto).u16(fields.reserved).u32(fields.ifindex).u16(fields.lladdrtype);
    w.u8(fields.pkttype).u8(fields.lladdrlen).bytes(address).trim(start, fields, ENDS_V2);
  }
}
