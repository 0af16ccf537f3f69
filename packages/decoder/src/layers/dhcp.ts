import { ipv4, mac, macOf, parseIpv4, parseMac } from '../address.ts';
import { hex, u16, u32 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import { formatFixedText, parseFixedText } from '../text.ts';
import type { Writer } from '../writer.ts';
import { type DhcpOptions, decodeDhcpOptions } from './dhcp-options.ts';

/** Dynamic Host Configuration Protocol (RFC 2131): the BOOTP header and its options. */
export class Dhcp implements Layer {
  /** 1 request, 2 reply. */
  op: number;
  htype: number;
  hlen: number;
  hops: number;
  xid: number;
  /** Seconds since the client began. */
  secs: number;
  /** The top bit asks for a broadcast reply. */
  flags: number;
  ciaddr: string;
  yiaddr: string;
  siaddr: string;
  giaddr: string;
  /** The `hlen` bytes of the client's hardware address. */
  chaddr: string;
  /** The rest of the sixteen bytes, hex; undefined when all of them are zero. */
  chaddr_pad: string | undefined;
  /** Server name and boot file: text, or hex when the field holds something else. */
  sname: string;
  file: string;
  /** Undefined without the magic cookie: plain BOOTP. */
  options: DhcpOptions | undefined;

  constructor(data: Buffer, at: number) {
    this.op = data[at];
    this.htype = data[at + 1];
    this.hlen = data[at + 2];
    this.hops = data[at + 3];
    this.xid = u32(data, at + 4);
    this.secs = u16(data, at + 8);
    this.flags = u16(data, at + 10);
    this.ciaddr = ipv4(data, at + 12);
    this.yiaddr = ipv4(data, at + 16);
    this.siaddr = ipv4(data, at + 20);
    this.giaddr = ipv4(data, at + 24);
    const used = Math.min(this.hlen, CHADDR);
    this.chaddr = used === 6 ? mac(data, at + 28) : macOf(data, at + 28, used);
    const pad = hex(data, at + 28 + used, at + 28 + CHADDR);
    this.chaddr_pad = pad.length === 0 || ZEROS.startsWith(pad) ? undefined : pad;
    this.sname = formatFixedText(data, at + 44, at + 108);
    this.file = formatFixedText(data, at + 108, at + 236);
    this.options = undefined;
  }

  get layer() {
    return 'dhcp' as const;
  }
}

const HEADER = 236;
const CHADDR = 16;
const SNAME = 64;
const FILE = 128;
const ZEROS = '00'.repeat(CHADDR);
const COOKIE = 0x63825363;
const ENDS: FieldEnds = [
  ['op', 1],
  ['htype', 2],
  ['hlen', 3],
  ['hops', 4],
  ['xid', 8],
  ['secs', 10],
  ['flags', 12],
  ['ciaddr', 16],
  ['yiaddr', 20],
  ['siaddr', 24],
  ['giaddr', 28],
  ['chaddr', 44],
  ['sname', 108],
  ['file', 236],
];
/** chaddr_pad is there only when it says something. */
const PARTIAL_ENDS: FieldEnds = [...ENDS, ['chaddr_pad', 44]];

/** Reads header and options. What is neither a request nor a reply stays raw. */
export function decodeDhcp(d: Decoding): void {
  if (d.pos === d.end) return;
  const op = d.data[d.pos];
  if (op !== 1 && op !== 2) return;
  if (d.end - d.pos < HEADER) {
    return d.partial('dhcp', HEADER, PARTIAL_ENDS, (data, at) => new Dhcp(data, at));
  }
  const layer = new Dhcp(d.data, d.pos);
  d.layers.push(layer);
  d.pos += HEADER;
  if (layer.hlen > CHADDR) d.malformed('dhcp', `hardware address of ${layer.hlen} bytes`);
  if (d.end - d.pos < 4 || u32(d.data, d.pos) !== COOKIE) return;
  layer.options = decodeDhcpOptions(d, d.pos + 4, d.end);
  d.pos = d.end;
}

export type DhcpFields = Partial<Omit<Dhcp, 'layer'>>;

export function encodeDhcp(fields: DhcpFields, w: Writer): void {
  const start = w.length;
  w.u8(fields.op).u8(fields.htype).u8(fields.hlen).u8(fields.hops);
  w.u32(fields.xid).u16(fields.secs).u16(fields.flags);
  for (const ip of [fields.ciaddr, fields.yiaddr, fields.siaddr, fields.giaddr]) {
    w.bytes(parseIpv4(ip ?? '0.0.0.0'));
  }
  const chaddr = Buffer.concat([
    parseMac(fields.chaddr ?? ''),
    Buffer.from(fields.chaddr_pad ?? ZEROS, 'hex'),
  ]);
  w.bytes(chaddr.subarray(0, CHADDR));
  w.bytes(parseFixedText(fields.sname ?? '', SNAME)).bytes(parseFixedText(fields.file ?? '', FILE));
  w.trim(start, fields, ENDS);
  if (fields.options) w.u32(COOKIE).hex(fields.options.raw);
}
