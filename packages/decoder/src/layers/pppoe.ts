import { u16 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';
import { decodePpp } from './ppp.ts';

/** PPP over Ethernet, discovery and session (RFC 2516). */
export class Pppoe implements Layer {
  version: number;
  type: number;
  /** 0 in a session, the packet's kind in discovery. */
  code: number;
  sessionid: number;
  len: number;

  constructor(data: Uint8Array, at: number) {
    this.version = data[at] >> 4;
    this.type = data[at] & 15;
    this.code = data[at + 1];
    this.sessionid = u16(data, at + 2);
    this.len = u16(data, at + 4);
  }

  get layer() {
    return 'pppoe' as const;
  }
}

const HEADER = 6;
const ENDS: FieldEnds = [
  ['version', 1],
  ['type', 1],
  ['code', 2],
  ['sessionid', 4],
  ['len', 6],
];

const SESSION = 0;

/** EtherTypes 0x8863 and 0x8864. The tags of discovery packets are left for `raw`. */
export function decodePppoe(d: Decoding): void {
  if (d.end - d.pos < HEADER) return d.partial('pppoe', HEADER, ENDS, (data, at) => new Pppoe(data, at));
  const layer = new Pppoe(d.data, d.pos);
  d.layers.push(layer);
  d.pos += HEADER;
  d.limit('pppoe', d.pos, layer.len);
  if (layer.code === SESSION && d.pos < d.end) decodePpp(d);
}

export type PppoeFields = Partial<Omit<Pppoe, 'layer'>>;

export function encodePppoe(fields: PppoeFields, w: Writer): void {
  const start = w.length;
  w.u8(((fields.version ?? 0) << 4) | (fields.type ?? 0)).u8(fields.code);
  w.u16(fields.sessionid).u16(fields.len).trim(start, fields, ENDS);
}
