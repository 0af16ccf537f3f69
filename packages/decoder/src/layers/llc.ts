import { u16, u24 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** Logical link control (IEEE 802.2). */
export class Llc implements Layer {
  dsap: number;
  ssap: number;
  /** One byte in unnumbered frames, otherwise two, low byte first. */
  ctrl: number;

  constructor(data: Buffer, at: number) {
    this.dsap = data[at];
    this.ssap = data[at + 1];
    this.ctrl = isUnnumbered(data[at + 2]) ? data[at + 2] : data.readUInt16LE(at + 2);
  }

  get layer() {
    return 'llc' as const;
  }
}

/** Subnetwork access protocol (IEEE 802, RFC 1042). */
export class Snap implements Layer {
  OUI: number;
  code: number;

  constructor(data: Uint8Array, at: number) {
    this.OUI = u24(data, at);
    this.code = u16(data, at + 3);
  }

  get layer() {
    return 'snap' as const;
  }
}

const SAP_SNAP = 0xaa;
const SAP_IPV4 = 0x06;
const SNAP_HEADER = 5;
const SNAP_ENDS: FieldEnds = [
  ['OUI', 3],
  ['code', 5],
];
/** Control fields of one byte. */
const isUnnumbered = (control: number): boolean => (control & 3) === 3;
const LLC_ENDS: FieldEnds = [
  ['dsap', 1],
  ['ssap', 2],
  ['ctrl', 4],
];
/** Organisations whose SNAP codes are EtherTypes: Ethernet itself, and bridged by Cisco. */
const ETHERTYPE_OUIS = new Set([0x000000, 0x0000f8]);

export function decodeLlc(d: Decoding): void {
  const have = d.end - d.pos;
  const size = have >= 3 && isUnnumbered(d.data[d.pos + 2]) ? 3 : 4;
  if (have < size) return d.partial('llc', size, LLC_ENDS, (data, at) => new Llc(data, at));
  const layer = new Llc(d.data, d.pos);
  d.layers.push(layer);
  d.pos += size;
  if (layer.dsap === SAP_SNAP && size === 3) decodeSnap(d);
  else if (layer.dsap === SAP_IPV4 && size === 3) d.follow(Space.ETHER_TYPE, 0x0800);
}

function decodeSnap(d: Decoding): void {
  if (d.end - d.pos < SNAP_HEADER) {
    return d.partial('snap', SNAP_HEADER, SNAP_ENDS, (data, at) => new Snap(data, at));
  }
  const layer = new Snap(d.data, d.pos);
  d.layers.push(layer);
  d.pos += SNAP_HEADER;
  if (ETHERTYPE_OUIS.has(layer.OUI)) d.follow(Space.ETHER_TYPE, layer.code);
}

export type LlcFields = Partial<Omit<Llc, 'layer'>>;
export type SnapFields = Partial<Pick<Snap, 'OUI' | 'code'>>;

export function encodeLlc(fields: LlcFields, w: Writer): void {
  const start = w.length;
  const { ctrl = 0 } = fields;
  w.u8(fields.dsap).u8(fields.ssap).u8(ctrl);
  if (!isUnnumbered(ctrl)) w.u8(ctrl >> 8);
  w.trim(start, fields, LLC_ENDS);
}

export function encodeSnap(fields: SnapFields, w: Writer): void {
  const start = w.length;
  w.u24(fields.OUI).u16(fields.code).trim(start, fields, SNAP_ENDS);
}
