import { u16 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** User Datagram Protocol (RFC 768). */
export class Udp implements Layer {
  sport: number;
  dport: number;
  /** Header and data, bytes. */
  len: number;
  /** 0 means that the sender computed none. */
  chksum: number;

  constructor(data: Uint8Array, at: number) {
    this.sport = u16(data, at);
    this.dport = u16(data, at + 2);
    this.len = u16(data, at + 4);
    this.chksum = u16(data, at + 6);
  }

  get layer() {
    return 'udp' as const;
  }
}

const HEADER = 8;
const ENDS: FieldEnds = [
  ['sport', 2],
  ['dport', 4],
  ['len', 6],
  ['chksum', 8],
];

export function decodeUdp(d: Decoding): void {
  if (d.end - d.pos < HEADER) return d.partial('udp', HEADER, ENDS, (data, at) => new Udp(data, at));
  const start = d.pos;
  const layer = new Udp(d.data, start);
  d.layers.push(layer);
  d.pos += HEADER;
  // Length 0 stands for "up to the end" in jumbograms (RFC 2675); 1..7 cannot be.
  if (layer.len >= HEADER) d.limit('udp', start, layer.len);
  else if (layer.len !== 0) d.malformed('udp', `length ${layer.len} is shorter than the header`);
  d.transport();
  d.follow(Space.UDP_PORT, layer.dport, layer.sport);
}

export type UdpFields = Partial<Pick<Udp, 'sport' | 'dport' | 'len' | 'chksum'>>;

export function encodeUdp(fields: UdpFields, w: Writer): void {
  const start = w.length;
  w.u16(fields.sport).u16(fields.dport).u16(fields.len).u16(fields.chksum).trim(start, fields, ENDS);
}
