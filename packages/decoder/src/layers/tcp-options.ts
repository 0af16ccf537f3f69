import { hex, u16, u32 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';
import { walkOptions } from './options.ts';

/** TCP options under scapy's names; `raw` holds them all, byte for byte and in order. */
export class TcpOptions {
  raw: string;
  /** Maximum segment size, bytes (RFC 9293). */
  MSS: number | undefined;
  /** Window scale, a shift count (RFC 7323). */
  WScale: number | undefined;
  /** Selective acknowledgement permitted (RFC 2018). */
  SAckOK: true | undefined;
  /** Left and right edges of the received blocks (RFC 2018). */
  SAck: [left: number, right: number][] | undefined;
  /** Value and echo reply (RFC 7323). */
  Timestamp: [value: number, echo: number] | undefined;
  /** Algorithm and checksum (RFC 1146). */
  AltChkSum: [algorithm: number, checksum: number] | undefined;
  /** User timeout, granularity bit included (RFC 5482). */
  UTO: number | undefined;
  /** MD5 digest, hex (RFC 2385). */
  MD5: string | undefined;
  /** Authentication option's body, hex (RFC 5925). */
  AO: string | undefined;
  /** Multipath TCP option's body, hex (RFC 8684). */
  MPTCP: string | undefined;
  /** Fast open cookie, hex (RFC 7413). */
  TFO: string | undefined;
  /** Kind and body (hex) of every other option. */
  other: [kind: number, body: string][] | undefined;

  constructor(raw: string) {
    this.raw = raw;
    this.MSS = undefined;
    this.WScale = undefined;
    this.SAckOK = undefined;
    this.SAck = undefined;
    this.Timestamp = undefined;
    this.AltChkSum = undefined;
    this.UTO = undefined;
    this.MD5 = undefined;
    this.AO = undefined;
    this.MPTCP = undefined;
    this.TFO = undefined;
    this.other = undefined;
  }
}

/** Reads the options in `data[from..to)`, all of the header's when `whole`; see `walkOptions`. */
export function decodeTcpOptions(d: Decoding, from: number, to: number, whole: boolean): TcpOptions {
  return walkOptions<TcpOptions>(
    d,
    { layer: 'tcp', from, to, whole },
    new TcpOptions(hex(d.data, from, to)),
    readOption,
  );
}

function readOption(options: TcpOptions, data: Buffer, kind: number, at: number, size: number): void {
  if (kind === 8 && size === 8) options.Timestamp = [u32(data, at), u32(data, at + 4)];
  else if (kind === 2 && size === 2) options.MSS = u16(data, at);
  else if (kind === 3 && size === 1) options.WScale = data[at];
  else if (kind === 4 && size === 0) options.SAckOK = true;
  else if (kind === 5 && size % 8 === 0) {
    options.SAck = [];
    for (let i = at; i < at + size; i += 8) options.SAck.push([u32(data, i), u32(data, i + 4)]);
  } else if (kind === 14 && size === 3) options.AltChkSum = [data[at], u16(data, at + 1)];
  else if (kind === 28 && size === 2) options.UTO = u16(data, at);
  else readText(options, kind, hex(data, at, at + size));
}

function readText(options: TcpOptions, kind: number, body: string): void {
  if (kind === 19) options.MD5 = body;
  else if (kind === 29) options.AO = body;
  else if (kind === 30) options.MPTCP = (options.MPTCP ?? '') + body;
  else if (kind === 34) options.TFO = body;
  else {
    options.other ??= [];
    options.other.push([kind, body]);
  }
}
