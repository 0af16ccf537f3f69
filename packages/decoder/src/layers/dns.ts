import { hex, u16 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import { Writer } from '../writer.ts';
import { DnsReader } from './dns-name.ts';
import {
  type DnsQuestion,
  type DnsRecord,
  encodeQuestion,
  encodeRecord,
  readQuestion,
  readRecord,
} from './dns-records.ts';

/** Domain Name System (RFC 1035); also multicast DNS (RFC 6762) and LLMNR (RFC 4795). */
export class Dns implements Layer {
  /** Bytes of the message, as the prefix says that it has over TCP only (RFC 1035, 4.2.2). */
  length: number | undefined;
  id: number;
  /** 0 query, 1 response. */
  qr: number;
  opcode: number;
  /** Authoritative answer; in LLMNR the conflict bit. */
  aa: number;
  tc: number;
  /** Recursion desired; in LLMNR the tentative bit. */
  rd: number;
  ra: number;
  /** The one bit that is still reserved (RFC 6895). */
  z: number;
  /** Authentic data (RFC 4035). */
  ad: number;
  /** Checking disabled (RFC 4035). */
  cd: number;
  rcode: number;
  /** The counts are what the header says; the lists hold what could be read. */
  qdcount: number;
  ancount: number;
  nscount: number;
  arcount: number;
  qd: DnsQuestion[] | undefined;
  an: DnsRecord[] | undefined;
  ns: DnsRecord[] | undefined;
  ar: DnsRecord[] | undefined;
  /**
   * The message as it was, hex, where the fields alone do not give it back: names are compressed, or
   * it breaks off.
   */
  raw: string | undefined;

  constructor(data: Uint8Array, at: number, length?: number) {
    const flags = u16(data, at + 2);
    this.length = length;
    this.id = u16(data, at);
    this.qr = flags >> 15;
    this.opcode = (flags >> 11) & 15;
    this.aa = (flags >> 10) & 1;
    this.tc = (flags >> 9) & 1;
    this.rd = (flags >> 8) & 1;
    this.ra = (flags >> 7) & 1;
    this.z = (flags >> 6) & 1;
    this.ad = (flags >> 5) & 1;
    this.cd = (flags >> 4) & 1;
    this.rcode = flags & 15;
    this.qdcount = u16(data, at + 4);
    this.ancount = u16(data, at + 6);
    this.nscount = u16(data, at + 8);
    this.arcount = u16(data, at + 10);
    this.qd = undefined;
    this.an = undefined;
    this.ns = undefined;
    this.ar = undefined;
    this.raw = undefined;
  }

  get layer() {
    return 'dns' as const;
  }
}

const PREFIX = 2;
const HEADER = 12;
const ENDS: FieldEnds = [
  ['id', 2],
  ['qr', 3],
  ['opcode', 3],
  ['aa', 3],
  ['tc', 3],
  ['rd', 3],
  ['ra', 4],
  ['z', 4],
  ['ad', 4],
  ['cd', 4],
  ['rcode', 4],
  ['qdcount', 6],
  ['ancount', 8],
  ['nscount', 10],
  ['arcount', 12],
];
/** A root name, type and class. */
const MIN_QUESTION = 5;
/** A root name, type, class, ttl and rdlen. */
const MIN_RECORD = 11;
const LAST_OPCODE = 6;

/** One datagram is one message. */
export function decodeDns(d: Decoding): void {
  if (d.pos === d.end) return;
  if (d.end - d.pos < HEADER) return d.partial('dns', HEADER, ENDS, (data, at) => new Dns(data, at));
  const reader = readMessage(d, new Dns(d.data, d.pos), d.pos, d.end);
  if (reader.reason === '') return;
  if (reader.cut) d.fail('dns', reader.reason);
  else d.malformed('dns', reader.reason);
}

/**
 * The first message of a TCP segment. A segment that goes on with an earlier one's message has no
 * header: it stays raw, and so does what follows the message. A message that goes on in the next
 * segment is no error: `length` says how long it is, the lists hold the records that are whole.
 */
export function decodeDnsTcp(d: Decoding): void {
  const start = d.pos + PREFIX;
  if (d.end - start < HEADER) return;
  const length = u16(d.data, d.pos);
  const layer = new Dns(d.data, start, length);
  if (!isPlausible(layer, length, d.end - start)) return;
  const complete = start + length <= d.end;
  const reader = readMessage(d, layer, start, complete ? start + length : d.end);
  if (reader.reason === '') return;
  if (!reader.cut) d.malformed('dns', reader.reason);
  else if (complete || d.open) d.fail('dns', reader.reason);
}

/** Whether a segment that would begin with this header begins with a message at all. */
function isPlausible(header: Dns, length: number, available: number): boolean {
  const records = header.ancount + header.nscount + header.arcount;
  if (HEADER + header.qdcount * MIN_QUESTION + records * MIN_RECORD > length) return false;
  if (length === available) return true;
  return header.opcode <= LAST_OPCODE && header.z === 0 && (header.qr === 1 || header.rcode === 0);
}

/** Reads the records behind the header, up to the first that is not whole. */
function readMessage(d: Decoding, layer: Dns, start: number, end: number): DnsReader {
  const reader = new DnsReader(d.data, start, end, start + HEADER);
  d.layers.push(layer);
  d.pos = reader.pos;
  layer.qd = readList(d, reader, layer.qdcount, readQuestion);
  layer.an = readList(d, reader, layer.ancount, readRecord);
  layer.ns = readList(d, reader, layer.nscount, readRecord);
  layer.ar = readList(d, reader, layer.arcount, readRecord);
  // What would not be written again as it is: other names, other lengths.
  const differs = layer.length !== undefined && layer.length !== d.pos - start;
  if (reader.compressed || reader.reason !== '' || differs) layer.raw = hex(d.data, start, d.pos);
  return reader;
}

function readList<T>(
  d: Decoding,
  reader: DnsReader,
  count: number,
  read: (reader: DnsReader) => T | undefined,
): T[] | undefined {
  if (count === 0 || reader.reason !== '') return undefined;
  const list: T[] = [];
  while (list.length < count) {
    const item = read(reader);
    if (item === undefined) break;
    list.push(item);
    d.pos = reader.pos;
  }
  return list.length > 0 ? list : undefined;
}

export type DnsFields = Partial<Omit<Dns, 'layer'>>;

/**
 * Writes a message as its `raw` says; without it from the fields, names without compression. Its
 * length stands in front when the fields have one.
 * Counts are those of the fields, or of the lists where there is none. Lengths are those of what
 * is written. Throws RangeError for a name or string that the format cannot hold.
 */
export function encodeDns(fields: DnsFields, w: Writer): void {
  if (fields.raw !== undefined) {
    if (fields.length !== undefined) w.u16(fields.length);
    w.hex(fields.raw);
  } else if (fields.length === undefined) encodeMessage(fields, w);
  else {
    const message = new Writer();
    encodeMessage(fields, message);
    w.u16(message.length).bytes(message.finish());
  }
}

function encodeMessage(fields: DnsFields, w: Writer): void {
  const start = w.length;
  const { qd, an, ns, ar } = fields;
  w.u16(fields.id).u16(flagsOf(fields));
  w.u16(fields.qdcount ?? qd?.length).u16(fields.ancount ?? an?.length);
  w.u16(fields.nscount ?? ns?.length).u16(fields.arcount ?? ar?.length);
  if (!qd && !an && !ns && !ar) w.trim(start, fields, ENDS);
  for (const question of qd ?? []) encodeQuestion(question, w);
  for (const records of [an, ns, ar]) for (const record of records ?? []) encodeRecord(record, w);
}

function flagsOf(fields: DnsFields): number {
  const { qr = 0, opcode = 0, aa = 0, tc = 0, rd = 0, ra = 0, z = 0, ad = 0, cd = 0, rcode = 0 } = fields;
  const high = (qr << 15) | (opcode << 11) | (aa << 10) | (tc << 9) | (rd << 8);
  return high | (ra << 7) | (z << 6) | (ad << 5) | (cd << 4) | rcode;
}
