import type { LegacyFields, LegacyValue } from './data.ts';

/** A field of a header, read at its group's first byte. */
export interface HeaderField {
  name: string;
  read: (data: Buffer, at: number) => LegacyValue;
}

/** Fields that share bytes (bit fields), or a single field. */
export interface Group {
  /** Bytes on the wire. */
  size: number;
  fields: readonly HeaderField[];
  /** False where this packet has no such field: it is null then and takes no bytes. */
  when?: (data: Buffer, start: number) => boolean;
}

export interface Header {
  fields: LegacyFields;
  /** Bytes that the header took. */
  used: number;
}

/**
 * Fields whose value the original files under another name: it goes, unless it is 0, into the last
 * field before it that is not one of these. So the original's `ip.len` holds the checksum.
 */
const MISPLACED: ReadonlySet<string> = new Set([
  'proto',
  'flags',
  'ack',
  'id',
  'window',
  'dataofs',
  'frag',
  'reserved',
  'ttl',
  'chksum',
]);

/** A byte, to go with `u16` and `u32`. */
export const u8 = (data: Uint8Array, at: number): number => data[at];

/** A group with one field. */
export const field = (name: string, size: number, read: HeaderField['read']): Group => ({
  size,
  fields: [{ name, read }],
});

/**
 * Reads a header as the original does: groups are read while bytes remain, so a header cut between
 * two groups lacks the later ones, and one cut inside a group cannot be read at all (null).
 */
export function readHeader(
  groups: readonly Group[],
  data: Buffer,
  start: number,
  end: number,
): Header | null {
  const fields: LegacyFields = {};
  let visible = '';
  let at = start;
  for (const group of groups) {
    if (at >= end) break;
    const present = group.when === undefined || group.when(data, start);
    if (present && end - at < group.size) return null;
    for (const { name, read } of group.fields) {
      const value = present ? read(data, at) : null;
      if (MISPLACED.has(name)) {
        if (value) fields[visible] = value;
      } else if (name === 'urgptr') {
        if (value) fields.fields_urgptr = value;
      } else {
        visible = name;
        fields[name] = value;
      }
    }
    if (present) at += group.size;
  }
  return { fields, used: at - start };
}

/** The bytes that Python's `s[:length]` takes of `available`: a negative length leaves bytes at the end. */
export function slice(available: number, length: number): number {
  return length >= 0 ? Math.min(available, length) : Math.max(0, available + length);
}
