import { hex, u16, u32 } from '../bytes.ts';
import { Writer } from '../writer.ts';
import { type DnsReader, encodeDnsName } from './dns-name.ts';
import { type DnsRdata, encodeRdata, OPT, readRdata } from './dns-rdata.ts';

export interface DnsQuestion {
  qname: string;
  qtype: number;
  /** The top bit asks for a unicast answer in mDNS (RFC 6762). */
  qclass: number;
}

/** A resource record. */
export interface DnsResource {
  rrname: string;
  type: number;
  /** The top bit tells to flush the cache in mDNS (RFC 6762). */
  rclass: number;
  /** Seconds. */
  ttl: number;
  rdlen: number;
  rdata: DnsRdata;
}

/** The record with which EDNS (RFC 6891) extends the header. */
export interface DnsOpt {
  rrname: string;
  type: number;
  /** Largest UDP message the sender takes, bytes. */
  rclass: number;
  /** Upper eight bits of the response code. */
  extrcode: number;
  version: number;
  /** DNSSEC records are welcome. */
  do: number;
  /** The fifteen flags behind `do`. */
  z: number;
  rdlen: number;
  rdata: DnsRdata;
}

export type DnsRecord = DnsResource | DnsOpt;

/** Reads a question; undefined, with the reader's reason, when it is not whole. */
export function readQuestion(r: DnsReader): DnsQuestion | undefined {
  const qname = r.name(r.end);
  if (qname === undefined) return undefined;
  const at = r.pos;
  if (at + 4 > r.end) return r.fail('a question runs past the end', true);
  r.pos = at + 4;
  return { qname, qtype: u16(r.data, at), qclass: u16(r.data, at + 2) };
}

/** Reads a resource record; undefined, with the reader's reason, when it is not whole. */
export function readRecord(r: DnsReader): DnsRecord | undefined {
  const rrname = r.name(r.end);
  if (rrname === undefined) return undefined;
  const { data } = r;
  const at = r.pos;
  if (at + 10 > r.end) return r.fail('a record runs past the end', true);
  const type = u16(data, at);
  const rclass = u16(data, at + 2);
  const rdlen = u16(data, at + 8);
  const from = at + 10;
  const to = from + rdlen;
  if (to > r.end) return r.fail(`rdata needs ${rdlen} bytes, ${r.end - from} are there`, true);
  const rdata = readRdata(r, type, from, to) ?? hex(data, from, to);
  r.pos = to;
  r.reason = ''; // rdata that does not fit its type is kept as hex
  if (type !== OPT) return { rrname, type, rclass, ttl: u32(data, at + 4), rdlen, rdata };
  const flags = u16(data, at + 6);
  return {
    rrname,
    type,
    rclass,
    extrcode: data[at + 4],
    version: data[at + 5],
    do: flags >> 15,
    z: flags & 0x7fff,
    rdlen,
    rdata,
  };
}

export function encodeQuestion(question: DnsQuestion, w: Writer): void {
  encodeDnsName(question.qname, w);
  w.u16(question.qtype).u16(question.qclass);
}

/** Writes a record; its rdlen is that of the bytes written. */
export function encodeRecord(record: DnsRecord, w: Writer): void {
  const rdata = new Writer();
  encodeRdata(record.type, record.rdata, rdata);
  encodeDnsName(record.rrname, w);
  w.u16(record.type).u16(record.rclass);
  if ('ttl' in record) w.u32(record.ttl);
  else {
    w.u8(record.extrcode)
      .u8(record.version)
      .u16((record.do << 15) | record.z);
  }
  w.u16(rdata.length).bytes(rdata.finish());
}
