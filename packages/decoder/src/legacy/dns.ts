import { u16 } from '../bytes.ts';
import type { LegacyFields } from './data.ts';
import { readSections } from './dns-sections.ts';
import { field, type Group, readHeader } from './fields.ts';
import type { Dissector, Walk } from './walk.ts';

/** A field of `size` bits that ends `shift` bits above the byte's lowest one. */
const bits = (name: string, shift: number, size: number) => ({
  name,
  read: (data: Buffer, at: number) => (data[at] >> shift) & ((1 << size) - 1),
});

const SECTIONS: readonly Group[] = [
  field('qdcount', 2, u16),
  field('ancount', 2, u16),
  field('nscount', 2, u16),
];
const HEADER: readonly Group[] = [
  field('id', 2, u16),
  {
    size: 1,
    fields: [bits('qr', 7, 1), bits('opcode', 3, 4), bits('aa', 2, 1), bits('tc', 1, 1), bits('rd', 0, 1)],
  },
  {
    size: 1,
    fields: [bits('ra', 7, 1), bits('z', 6, 1), bits('ad', 5, 1), bits('cd', 4, 1), bits('rcode', 0, 4)],
  },
  ...SECTIONS,
  // The original never shows arcount: not 0 makes its converter fail.
  { size: 2, fields: [] },
];
/** Over UDP kamene's length field is there, without bytes. */
const OVER_UDP: readonly Group[] = [{ ...field('length', 2, u16), when: () => false }, ...HEADER];
const OVER_TCP: readonly Group[] = [field('length', 2, u16), ...HEADER];

const HEADER_SIZE = 12;
const COUNTS = 4;

const NULL_DEFAULTS = ['length', 'qdcount', 'ancount', 'nscount', 'arcount', 'qd', 'an', 'ns', 'ar'];
const NAMES = [
  ...['length', 'id', 'qr', 'opcode', 'aa', 'tc', 'rd', 'ra', 'z', 'ad', 'cd', 'rcode'],
  ...['qdcount', 'ancount', 'nscount', 'arcount', 'qd', 'an', 'ns', 'ar'],
];
/** The 20 constants that stand for any message with a question, an answer or an additional record. */
export const DNS_DEFAULTS: Readonly<LegacyFields> = Object.freeze(
  Object.fromEntries(NAMES.map((name) => [`default_${name}`, NULL_DEFAULTS.includes(name) ? null : 0])),
);

const Outcome = { UNREADABLE: -2, STOP: -1 } as const;

/**
 * Reads the sections of the message whose id stands at `start`. Where the bytes behind it begin;
 * STOP where the original's converter fails at the message and leaves out all that follows;
 * UNREADABLE where kamene fails.
 */
function behind(data: Buffer, start: number, end: number): number {
  const have = end - start;
  if (have < HEADER_SIZE) return end;
  const counts = Array.from({ length: COUNTS }, (_, i) => u16(data, start + 4 + 2 * i));
  const additional = counts[COUNTS - 1] > 0;
  if (have === HEADER_SIZE) return additional ? Outcome.STOP : end;
  const sections = readSections(data, start + HEADER_SIZE, end, counts);
  if (sections === null) return Outcome.UNREADABLE;
  const [question, answer] = sections.filled;
  return additional || question || answer ? Outcome.STOP : sections.rest;
}

function dissect(walk: Walk, at: number, end: number, groups: readonly Group[], start: number): boolean {
  const header = readHeader(groups, walk.data, at, end);
  if (header === null) return false;
  const rest = behind(walk.data, start, end);
  if (rest === Outcome.UNREADABLE) return false;
  if (rest === Outcome.STOP) {
    walk.put('dns', { ...DNS_DEFAULTS });
    walk.stopped = true;
    return true;
  }
  walk.put('dns', header.fields);
  walk.follow(undefined, rest, end);
  return true;
}

/** `dns` over UDP. */
export const dns: Dissector = (walk, at, end) => dissect(walk, at, end, OVER_UDP, at);

/** `dns` over TCP: each segment counts as a message with its length in front. */
export const dnsTcp: Dissector = (walk, at, end) => dissect(walk, at, end, OVER_TCP, at + 2);

const LLMNR_MINIMUM = 5;
const LLMNR_SIZES: readonly Group[] = [2, 1, 1, 2, 2, 2, 2].map((size) => ({ size, fields: [] }));

/** LLMNR: a DNS message to kamene, a layer that the original's consumer drops. */
export const llmnr: Dissector = (walk, at, end) => {
  if (end - at < LLMNR_MINIMUM || readHeader(LLMNR_SIZES, walk.data, at, end) === null) return false;
  const rest = behind(walk.data, at, end);
  if (rest === Outcome.UNREADABLE) return false;
  if (rest === Outcome.STOP) walk.stopped = true;
  else walk.follow(undefined, rest, end);
  return true;
};
