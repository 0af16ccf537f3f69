import { isDeepStrictEqual } from 'node:util';
import { decode, type Packet } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import type { Dns } from '../src/layers/dns.ts';
import type { DnsOpt, DnsQuestion, DnsRecord } from '../src/layers/dns-records.ts';
import { type Expected, hasOracle, oracleCaptures, readExpected, readOracleCapture } from './captures.ts';

const HEADER = ['id', 'qr', 'opcode', 'aa', 'tc', 'rd', 'ra', 'z', 'ad', 'cd', 'rcode'] as const;
const COUNTS = ['qdcount', 'ancount', 'nscount', 'arcount'] as const;

/** The oracle writes names without the final dot. */
const name = (text: string) => (text.length > 1 && text.endsWith('.') ? text.slice(0, -1) : text);

const question = ({ qname, qtype, qclass }: DnsQuestion) => ({
  name: name(qname),
  type: qtype,
  class: qclass,
});

const NAMES = [2, 5, 12, 39];
const NAME_FIELDS = ['exchange', 'mname', 'rname', 'target'];

/** Our rdata as the oracle would write it. */
function rdata({ type, rdata: data }: DnsRecord): unknown {
  if (typeof data === 'string') return NAMES.includes(type) ? name(data) : data;
  if (Array.isArray(data)) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, NAME_FIELDS.includes(key) ? name(value) : value]),
  );
}

const isOpt = (record: DnsRecord): record is DnsOpt => record.type === 41;

/** Our record with the oracle's keys; it has no data for the types that it leaves undecoded. */
function record(ours: DnsRecord, theirs: Record<string, unknown> | undefined) {
  const base = { name: name(ours.rrname), type: ours.type, rdlen: ours.rdlen };
  if (isOpt(ours)) {
    return {
      ...base,
      udp_size: ours.rclass,
      ext_rcode: ours.extrcode,
      edns_version: ours.version,
      do: ours.do,
    };
  }
  const data = theirs !== undefined && 'data' in theirs ? { data: rdata(ours) } : {};
  return { ...base, class: ours.rclass, ttl: ours.ttl, ...data };
}

const records = (ours: DnsRecord[] | undefined, theirs: Record<string, unknown>[] | undefined) =>
  ours?.map((one, i) => record(one, theirs?.[i]));

/** All fields of a message, ours under the oracle's names. */
function normalise(dns: Dns, theirs: Expected): Record<string, unknown> {
  const fields = Object.fromEntries([...HEADER, ...COUNTS].map((key) => [key, dns[key]]));
  return {
    ...fields,
    questions: dns.qd?.map(question),
    answers: records(dns.an, theirs.answers),
    authorities: records(dns.ns, theirs.authorities),
    additionals: records(dns.ar, theirs.additionals),
  };
}

const has = (frame: Expected, reason: string) => frame.bad?.includes(reason) ?? false;

/** A TCP segment in the middle of a message: tshark reads a header out of it, we leave it raw. */
const goesOn = (frame: Expected) =>
  frame.dns.over === 'tcp' && has(frame, 'unreassembled') && frame.dns.questions === undefined;

/** Behind a tunnel that the decoder does not follow: Geneve, and VXLAN-GPE on port 4790. */
const isHidden = (frame: Expected) =>
  frame.stack?.includes('geneve') || [frame.udp?.sport, frame.udp?.dport].includes(4790);

interface Tally {
  messages: number;
  fields: number;
  records: number;
  continuations: number;
  hidden: number;
  /** Messages in which tshark stopped: only the header is compared. */
  damaged: number;
  faults: unknown[];
}

function compare(capture: string, packet: Packet, frame: Expected, tally: Tally): void {
  const decoded = decode(packet);
  const ours = decoded.layers.find((layer): layer is Dns => layer.layer === 'dns');
  const fault = (...what: unknown[]) => tally.faults.push([capture, frame.n, ...what]);
  if (frame.dns === undefined) {
    if (ours !== undefined) fault('DNS where the oracle has none');
    return;
  }
  if (goesOn(frame)) {
    tally.continuations++;
    if (ours !== undefined) fault('read a segment in mid-message');
    return;
  }
  if (ours === undefined) {
    if (isHidden(frame)) tally.hidden++;
    else fault('no DNS layer', frame.stack);
    return;
  }
  const { kind: _kind, over: _over, ...theirs } = frame.dns;
  const got = normalise(ours, theirs);
  let keys = [...new Set([...Object.keys(theirs), ...Object.keys(got)])];
  if (has(frame, 'malformed') || has(frame, 'short')) {
    tally.damaged++;
    keys = [...HEADER, ...COUNTS];
  } else {
    tally.messages++;
    if (!has(frame, 'unreassembled') && decoded.problem?.layer === 'dns') fault(decoded.problem);
  }
  for (const key of keys) {
    if (frame.amb && `dns.${key}` in frame.amb) continue;
    tally.fields++;
    if (Array.isArray(theirs[key])) tally.records += theirs[key].length;
    if (!isDeepStrictEqual(clean(got[key]), theirs[key]))
      fault(key, 'got', got[key], 'expected', theirs[key]);
  }
}

/** The same without undefined properties. */
const clean = (value: unknown) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

describe.skipIf(!hasOracle)('DNS against tshark (needs ../shared)', () => {
  it('agrees in every field of every message', () => {
    const tally: Tally = {
      messages: 0,
      fields: 0,
      records: 0,
      continuations: 0,
      hidden: 0,
      damaged: 0,
      faults: [],
    };
    for (const capture of oracleCaptures()) {
      const expected = readExpected(capture);
      readOracleCapture(capture).forEach((packet, i) => {
        const frame = expected.get(i + 1);
        if (frame !== undefined) compare(capture, packet, frame, tally);
      });
    }
    expect(tally).toEqual({
      messages: 1252,
      fields: 23_878,
      records: 2316,
      continuations: 10,
      hidden: 4,
      damaged: 6,
      faults: [],
    });
  });
});
