import { u16 } from '../bytes.ts';

/** Which sections of a DNS message hold records, and where the bytes behind them start. */
export interface Sections {
  /** Question, answer, authority, additional. */
  filled: [boolean, boolean, boolean, boolean];
  rest: number;
}

const POINTER = 0xc0;
const HEADER = 12;
const RECORD_HEADER = 10;
const QUESTION_TAIL = 4;

const A = 1;
const PTR = 12;
const AAAA = 28;
const DS = 43;
const RRSIG = 46;
const NSEC = 47;
const DNSKEY = 48;
const NSEC3 = 50;
const NSEC3PARAM = 51;
const DLV = 32769;
/** NS, MD, MF and CNAME: their data is a name. */
const isName = (type: number) => type >= 2 && type <= 5;

/**
 * Reads the sections in `data[from..to)`, behind the header, as kamene does; null where it fails and
 * takes the whole message as `raw`. A count larger than the bytes there are is an empty section, and
 * the next one starts at the front again.
 */
export function readSections(
  data: Buffer,
  from: number,
  to: number,
  counts: readonly number[],
): Sections | null {
  const body = data.subarray(from, to);
  const filled: Sections['filled'] = [false, false, false, false];
  let at = 0;
  for (let section = 0; section < 4; section++) {
    const count = counts[section];
    if (count > body.length) {
      at = 0;
      continue;
    }
    for (let i = 0; i < count; i++) {
      const name = endOfName(body, at);
      at = name < 0 ? -1 : section === 0 ? endOfQuestion(body, name) : endOfRecord(body, name);
      if (at < 0) return null;
    }
    filled[section] = count > 0;
  }
  return { filled, rest: from + Math.min(at, body.length) };
}

/**
 * Where the name at `start` ends, maybe behind the body's end; -1 when kamene fails. A pointer into
 * the header gives it a negative index, which Python counts from the end: that fails only in a body
 * shorter than a header, so longer ones need not be followed.
 */
function endOfName(body: Buffer, start: number): number {
  const { length } = body;
  const visited = [start];
  let end = 0;
  let at = start;
  while (at < length) {
    if (at < -length) return -1;
    const size = body[at < 0 ? at + length : at];
    at++;
    if (size === 0) break;
    if ((size & POINTER) === 0) {
      at += size;
      continue;
    }
    if (end === 0) end = at + 1;
    if (length >= HEADER || at >= length) break;
    at = ((size & 0x3f) << 8) + body[at < 0 ? at + length : at] - HEADER;
    if (visited.includes(at)) break;
    visited.push(at);
  }
  return end === 0 ? at : end;
}

/** Type and class: absent, the type alone, or both; a cut one fails. */
function endOfQuestion(body: Buffer, at: number): number {
  const have = Math.min(QUESTION_TAIL, Math.max(0, body.length - at));
  return have % 2 === 1 ? -1 : at + QUESTION_TAIL;
}

function endOfRecord(body: Buffer, at: number): number {
  if (body.length - at < RECORD_HEADER) return -1;
  const type = u16(body, at);
  const from = at + RECORD_HEADER;
  const to = from + u16(body, at + 8);
  const record = body.subarray(from, to);
  if (record.length > 0 && !isReadable(type, record)) return -1;
  if (isName(type) && endOfName(body, from) < 0) return -1;
  return to;
}

/** Whether kamene can read the data of a record of this type; it is not empty. */
function isReadable(type: number, record: Buffer): boolean {
  switch (type) {
    case A:
      return record.length === 4;
    case AAAA:
      return record.length === 16;
    case PTR:
      return endOfName(record, 0) >= 0;
    case DS:
    case DNSKEY:
    case DLV:
      return record.length !== 1;
    case RRSIG:
      return hasFields(record, [2, 1, 1, 4, 4, 4, 2]) && (record.length <= 18 || hasPlainName(record, 18));
    case NSEC:
      return hasPlainName(record, 0);
    case NSEC3:
    case NSEC3PARAM:
      return hasFields(record, [1, 1, 2, 1]);
    default:
      return true;
  }
}

/** Fields are read while bytes remain; a cut one fails. */
function hasFields(record: Buffer, sizes: readonly number[]): boolean {
  let at = 0;
  for (const size of sizes) {
    if (at >= record.length) return true;
    at += size;
  }
  return at <= record.length;
}

/** Whether a name without pointers stands at `start`. */
function hasPlainName(record: Buffer, start: number): boolean {
  let at = start;
  while (at < record.length) {
    const size = record[at];
    if (size === 0) return true;
    if ((size & POINTER) !== 0) return false;
    at += 1 + size;
  }
  return false;
}
