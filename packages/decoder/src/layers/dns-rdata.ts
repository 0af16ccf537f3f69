import { ipv4, ipv6, parseIpv4, parseIpv6 } from '../address.ts';
import { hex, u16, u32 } from '../bytes.ts';
import { formatText, parseText } from '../text.ts';
import type { Writer } from '../writer.ts';
import { type DnsReader, encodeDnsName } from './dns-name.ts';

export interface DnsMx {
  preference: number;
  exchange: string;
}

export interface DnsSoa {
  mname: string;
  rname: string;
  serial: number;
  refresh: number;
  retry: number;
  expire: number;
  minimum: number;
}

export interface DnsSrv {
  priority: number;
  weight: number;
  port: number;
  target: string;
}

export interface DnsOptOption {
  code: number;
  /** Hex. */
  data: string;
}

/**
 * By type: A and AAAA an address; NS, CNAME, PTR, DNAME a name (with its final dot); TXT its
 * strings; MX, SOA, SRV, OPT as above. Every other type, and what does not fit its type, is hex.
 */
export type DnsRdata = string | string[] | DnsMx | DnsSoa | DnsSrv | DnsOptOption[];

const A = 1;
const NS = 2;
const CNAME = 5;
const SOA = 6;
const PTR = 12;
const MX = 15;
const TXT = 16;
const AAAA = 28;
const SRV = 33;
const DNAME = 39;
export const OPT = 41;

/** What `data[from..to)` says in a record of this type; undefined when it does not fit the type. */
export function readRdata(r: DnsReader, type: number, from: number, to: number): DnsRdata | undefined {
  const { data } = r;
  const size = to - from;
  switch (type) {
    case A:
      return size === 4 ? ipv4(data, from) : undefined;
    case AAAA:
      return size === 16 ? ipv6(data, from) : undefined;
    case NS:
    case CNAME:
    case PTR:
    case DNAME:
      return lastName(r, from, to);
    case MX: {
      const exchange = size > 2 ? lastName(r, from + 2, to) : undefined;
      return exchange === undefined ? undefined : { preference: u16(data, from), exchange };
    }
    case SRV: {
      const target = size > 6 ? lastName(r, from + 6, to) : undefined;
      if (target === undefined) return undefined;
      return { priority: u16(data, from), weight: u16(data, from + 2), port: u16(data, from + 4), target };
    }
    case SOA:
      return readSoa(r, from, to);
    case TXT:
      return readStrings(data, from, to);
    case OPT:
      return readOptions(data, from, to);
    default:
      return undefined;
  }
}

/** A name that fills what is left of the rdata. */
function lastName(r: DnsReader, from: number, to: number): string | undefined {
  r.pos = from;
  const name = r.name(to);
  return r.pos === to ? name : undefined;
}

function readSoa(r: DnsReader, from: number, to: number): DnsSoa | undefined {
  const at = to - 20;
  if (at <= from) return undefined;
  r.pos = from;
  const mname = r.name(at);
  if (mname === undefined) return undefined;
  const rname = lastName(r, r.pos, at);
  if (rname === undefined) return undefined;
  const { data } = r;
  return {
    mname,
    rname,
    serial: u32(data, at),
    refresh: u32(data, at + 4),
    retry: u32(data, at + 8),
    expire: u32(data, at + 12),
    minimum: u32(data, at + 16),
  };
}

function readStrings(data: Buffer, from: number, to: number): string[] | undefined {
  const strings: string[] = [];
  for (let at = from; at < to; at += 1 + data[at]) {
    if (at + 1 + data[at] > to) return undefined;
    strings.push(formatText(data, at + 1, at + 1 + data[at]));
  }
  return strings;
}

function readOptions(data: Buffer, from: number, to: number): DnsOptOption[] | undefined {
  const options: DnsOptOption[] = [];
  for (let at = from; at < to; ) {
    const end = at + 4 <= to ? at + 4 + u16(data, at + 2) : to + 1;
    if (end > to) return undefined;
    options.push({ code: u16(data, at), data: hex(data, at + 4, end) });
    at = end;
  }
  return options;
}

/** Writes what `readRdata` reads, or hex. */
export function encodeRdata(type: number, rdata: DnsRdata, w: Writer): void {
  if (typeof rdata === 'string') encodeTextRdata(type, rdata, w);
  else if (Array.isArray(rdata)) {
    for (const item of rdata) {
      if (typeof item === 'string') {
        const bytes = parseText(item);
        if (bytes.length > 255) throw new RangeError(`a TXT string of ${bytes.length} bytes`);
        w.u8(bytes.length).bytes(bytes);
      } else
        w.u16(item.code)
          .u16(item.data.length / 2)
          .hex(item.data);
    }
  } else if ('exchange' in rdata) encodeDnsName(rdata.exchange, w.u16(rdata.preference));
  else if ('target' in rdata) {
    encodeDnsName(rdata.target, w.u16(rdata.priority).u16(rdata.weight).u16(rdata.port));
  } else {
    encodeDnsName(rdata.mname, w);
    encodeDnsName(rdata.rname, w);
    w.u32(rdata.serial).u32(rdata.refresh).u32(rdata.retry).u32(rdata.expire).u32(rdata.minimum);
  }
}

/** Hex has neither dots nor colons; a name ends with a dot. */
function encodeTextRdata(type: number, rdata: string, w: Writer): void {
  if (type === A && rdata.includes('.')) w.bytes(parseIpv4(rdata));
  else if (type === AAAA && rdata.includes(':')) w.bytes(parseIpv6(rdata));
  else if (rdata.endsWith('.')) encodeDnsName(rdata, w);
  else w.hex(rdata);
}
