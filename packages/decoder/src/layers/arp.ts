import { ipv4, mac, macOf, parseIpv4, parseMac } from '../address.ts';
import { hex, u16 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** Address resolution protocol (RFC 826). */
export class Arp implements Layer {
  hwtype: number;
  ptype: number;
  /** Length of a hardware address, bytes. */
  hwlen: number;
  /** Length of a protocol address, bytes. */
  plen: number;
  /** 1 request, 2 reply. */
  op: number;
  hwsrc: string | undefined;
  /** Dotted when `plen` is 4, otherwise hex. */
  psrc: string | undefined;
  hwdst: string | undefined;
  pdst: string | undefined;

  constructor(data: Buffer, at: number) {
    this.hwtype = u16(data, at);
    this.ptype = u16(data, at + 2);
    this.hwlen = data[at + 4];
    this.plen = data[at + 5];
    this.op = u16(data, at + 6);
    this.hwsrc = undefined;
    this.psrc = undefined;
    this.hwdst = undefined;
    this.pdst = undefined;
  }

  get layer() {
    return 'arp' as const;
  }
}

const HEADER = 8;
const ENDS: FieldEnds = [
  ['hwtype', 2],
  ['ptype', 4],
  ['hwlen', 5],
  ['plen', 6],
  ['op', 8],
];

export function decodeArp(d: Decoding): void {
  if (d.end - d.pos < HEADER) return d.partial('arp', HEADER, ENDS, (data, at) => new Arp(data, at));
  const layer = new Arp(d.data, d.pos);
  d.layers.push(layer);
  const { hwlen, plen } = layer;
  const size = HEADER + 2 * (hwlen + plen);
  const have = d.end - d.pos;
  let at = d.pos + HEADER;
  if (at + hwlen <= d.end) layer.hwsrc = hardware(d.data, at, hwlen);
  at += hwlen;
  if (at + plen <= d.end) layer.psrc = protocol(d.data, at, plen);
  at += plen;
  if (at + hwlen <= d.end) layer.hwdst = hardware(d.data, at, hwlen);
  at += hwlen;
  if (at + plen <= d.end) layer.pdst = protocol(d.data, at, plen);
  at += plen;
  if (have >= size) {
    d.pos = at;
    d.end = at; // ARP has no payload: the rest of the frame is padding
    return;
  }
  d.pos += HEADER;
  for (const [field, length] of sizes(layer)) if (layer[field] !== undefined) d.pos += length;
  d.fail('arp', `addresses need ${size - HEADER} bytes, ${have - HEADER} are there`);
}

const hardware = (data: Buffer, at: number, length: number): string =>
  length === 6 ? mac(data, at) : macOf(data, at, length);

const protocol = (data: Buffer, at: number, length: number): string =>
  length === 4 ? ipv4(data, at) : hex(data, at, at + length);

type Address = 'hwsrc' | 'psrc' | 'hwdst' | 'pdst';

const sizes = (layer: { hwlen: number; plen: number }): [Address, number][] => [
  ['hwsrc', layer.hwlen],
  ['psrc', layer.plen],
  ['hwdst', layer.hwlen],
  ['pdst', layer.plen],
];

export type ArpFields = Partial<Omit<Arp, 'layer'>>;

export function encodeArp(fields: ArpFields, w: Writer): void {
  const start = w.length;
  w.u16(fields.hwtype).u16(fields.ptype).u8(fields.hwlen).u8(fields.plen).u16(fields.op);
  w.trim(start, fields, ENDS);
  for (const field of ['hwsrc', 'psrc', 'hwdst', 'pdst'] as const) {
    const text = fields[field];
    if (text === undefined) return;
    if (field.startsWith('hw')) w.bytes(parseMac(text));
    else w.bytes(fields.plen === 4 ? parseIpv4(text) : Buffer.from(text, 'hex'));
  }
}
