import { u16, u32 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';
import { decodeTcpOptions, type TcpOptions } from './tcp-options.ts';

/** Transmission Control Protocol (RFC 9293). */
export class Tcp implements Layer {
  sport: number;
  dport: number;
  seq: number;
  ack: number;
  /** Header length in 32-bit words. */
  dataofs: number;
  /** The three bits between data offset and flags. */
  reserved: number;
  /** Nine bits: 256 NS, 128 CWR, 64 ECE, 32 URG, 16 ACK, 8 PSH, 4 RST, 2 SYN, 1 FIN. */
  flags: number;
  /** The same as scapy's letters: FSRPAUECN, `SA` for SYN+ACK. */
  flagsText: string;
  window: number;
  chksum: number;
  urgptr: number;
  options: TcpOptions | undefined;

  constructor(data: Uint8Array, at: number) {
    this.sport = u16(data, at);
    this.dport = u16(data, at + 2);
    this.seq = u32(data, at + 4);
    this.ack = u32(data, at + 8);
    const word = u16(data, at + 12);
    this.dataofs = word >> 12;
    this.reserved = (word >> 9) & 7;
    this.flags = word & 511;
    this.flagsText = FLAG_TEXT[this.flags];
    this.window = u16(data, at + 14);
    this.chksum = u16(data, at + 16);
    this.urgptr = u16(data, at + 18);
    this.options = undefined;
  }

  get layer() {
    return 'tcp' as const;
  }
}

const HEADER = 20;
const LETTERS = 'FSRPAUECN';
const FLAG_TEXT = Array.from({ length: 512 }, (_, flags) =>
  [...LETTERS].filter((_letter, bit) => flags & (1 << bit)).join(''),
);
const ENDS: FieldEnds = [
  ['sport', 2],
  ['dport', 4],
  ['seq', 8],
  ['ack', 12],
  ['dataofs', 14],
  ['reserved', 14],
  ['flags', 14],
  ['window', 16],
  ['chksum', 18],
  ['urgptr', 20],
];
/** flagsText is derived: it goes with the flags but is not on the wire. */
const PARTIAL_ENDS: FieldEnds = [...ENDS, ['flagsText', 14]];

export function decodeTcp(d: Decoding): void {
  if (d.end - d.pos < HEADER) return d.partial('tcp', HEADER, PARTIAL_ENDS, (data, at) => new Tcp(data, at));
  const start = d.pos;
  const layer = new Tcp(d.data, start);
  d.layers.push(layer);
  d.pos += HEADER;
  const headerLength = layer.dataofs * 4;
  if (headerLength > HEADER) {
    const optionsEnd = Math.min(start + headerLength, d.end);
    const whole = optionsEnd === start + headerLength;
    layer.options = decodeTcpOptions(d, d.pos, optionsEnd, whole);
    d.pos = optionsEnd;
    if (!whole) {
      d.fail('tcp', `options need ${headerLength - HEADER} bytes, ${optionsEnd - start - HEADER} are there`);
    }
  } else if (headerLength < HEADER) d.malformed('tcp', `data offset ${layer.dataofs} is below 5`);
  d.transport();
  if (d.pos < d.end) d.follow(Space.TCP_PORT, layer.dport, layer.sport);
}

export type TcpFields = Partial<Omit<Tcp, 'layer' | 'options'>> & {
  options?: Pick<TcpOptions, 'raw'> | undefined;
};

export function encodeTcp(fields: TcpFields, w: Writer): void {
  const start = w.length;
  w.u16(fields.sport).u16(fields.dport).u32(fields.seq).u32(fields.ack);
  w.u16(((fields.dataofs ?? 0) << 12) | ((fields.reserved ?? 0) << 9) | (fields.flags ?? 0));
  w.u16(fields.window).u16(fields.chksum).u16(fields.urgptr);
  w.trim(start, fields, ENDS);
  if (fields.options) w.hex(fields.options.raw);
}
