import { u16 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** Point-to-point protocol (RFC 1661), with or without the HDLC-like address and control bytes (RFC 1662). */
export class Ppp implements Layer {
  /** 255 where HDLC-like framing is used. */
  address: number | undefined;
  control: number | undefined;
  /** PPP protocol number; below 256 when one byte was sent (protocol field compression). */
  proto: number | undefined = undefined;
  /** Bytes of the protocol field: 1 or 2. */
  protolen: number | undefined = undefined;

  constructor(address: number | undefined, control: number | undefined) {
    this.address = address;
    this.control = control;
  }

  get layer() {
    return 'ppp' as const;
  }
}

/** Cisco HDLC (LINKTYPE_C_HDLC): address, control and an EtherType. */
export class CiscoHdlc implements Layer {
  address: number;
  control: number;
  proto: number;

  constructor(data: Uint8Array, at: number) {
    this.address = data[at];
    this.control = data[at + 1];
    this.proto = u16(data, at + 2);
  }

  get layer() {
    return 'chdlc' as const;
  }
}

const CISCO_HEADER = 4;
const CISCO_ENDS: FieldEnds = [
  ['address', 1],
  ['control', 2],
  ['proto', 4],
];
const ALL_STATIONS = 0xff;
const UNNUMBERED_INFORMATION = 0x03;
const CISCO_UNICAST = 0x0f;
const CISCO_MULTICAST = 0x8f;

export function decodePpp(d: Decoding): void {
  const { data, pos, end } = d;
  const framed = startsFrame(data, pos, end);
  const layer = new Ppp(framed ? data[pos] : undefined, framed && pos + 1 < end ? data[pos + 1] : undefined);
  if (framed) {
    d.layers.push(layer);
    d.pos = Math.min(pos + 2, end);
  }
  const have = end - d.pos;
  // Protocol numbers are odd in their last byte: an odd first byte is all there is.
  const protolen = have > 0 && data[d.pos] & 1 ? 1 : 2;
  if (have < protolen) return d.fail('ppp', `protocol needs ${protolen} bytes, ${have} are there`);
  if (!framed) d.layers.push(layer);
  const proto = protolen === 1 ? data[d.pos] : u16(data, d.pos);
  layer.proto = proto;
  layer.protolen = protolen;
  d.pos += protolen;
  d.follow(Space.PPP, proto);
}

/** HDLC-like framing: `ff 03`, or what a cut left of it. */
const startsFrame = (data: Uint8Array, at: number, end: number): boolean =>
  at < end && data[at] === ALL_STATIONS && (at + 1 === end || data[at + 1] === UNNUMBERED_INFORMATION);

/** LINKTYPE_PPP_HDLC also carries Cisco HDLC; the first byte tells. */
export function decodePppHdlc(d: Decoding): void {
  const first = d.pos < d.end ? d.data[d.pos] : -1;
  if (first === CISCO_UNICAST || first === CISCO_MULTICAST) decodeCiscoHdlc(d);
  else decodePpp(d);
}

export function decodeCiscoHdlc(d: Decoding): void {
  if (d.end - d.pos < CISCO_HEADER) {
    return d.partial('chdlc', CISCO_HEADER, CISCO_ENDS, (data, at) => new CiscoHdlc(data, at));
  }
  const layer = new CiscoHdlc(d.data, d.pos);
  d.layers.push(layer);
  d.pos += CISCO_HEADER;
  d.follow(Space.ETHER_TYPE, layer.proto);
}

export type PppFields = Partial<Omit<Ppp, 'layer'>>;
export type CiscoHdlcFields = Partial<Omit<CiscoHdlc, 'layer'>>;

export function encodePpp(fields: PppFields, w: Writer): void {
  if (fields.address !== undefined) w.u8(fields.address);
  if (fields.control !== undefined) w.u8(fields.control);
  if (fields.proto === undefined) return;
  if (fields.protolen === 1) w.u8(fields.proto);
  else w.u16(fields.proto);
}

export function encodeCiscoHdlc(fields: CiscoHdlcFields, w: Writer): void {
  const start = w.length;
  w.u8(fields.address).u8(fields.control).u16(fields.proto).trim(start, fields, CISCO_ENDS);
}
