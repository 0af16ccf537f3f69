import { crc32 } from 'node:zlib';

/** A segment file starts with `npspool` and a zero byte, the format's version and a CRC-32 of both. */
const MAGIC = Buffer.from('npspool\0');
const VERSION = 1;
const AT = { version: 8, crc: 12 } as const;

export const SEGMENT_HEADER_BYTES = 16;

/** A segment file as the log knows it. Records lie between SEGMENT_HEADER_BYTES and `end`. */
export interface Segment {
  readonly sequence: number;
  readonly path: string;
  /** Where the records that can be read end. */
  end: number;
  /** The file's length. */
  bytes: number;
  /** What follows `end` is damaged: the file is kept for inspection when its records are done with. */
  isDamaged: boolean;
}

export function segmentHeader(): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32BE(VERSION, AT.version);
  header.writeUInt32BE(crc32(header.subarray(0, AT.crc)), AT.crc);
  return header;
}

/** `foreign`: intact, but of a version this program does not know. */
export function checkSegmentHeader(header: Buffer): 'ours' | 'foreign' | 'damaged' {
  const isIntact =
    MAGIC.equals(header.subarray(0, MAGIC.length)) &&
    crc32(header.subarray(0, AT.crc)) === header.readUInt32BE(AT.crc);
  if (!isIntact) return 'damaged';
  return header.readUInt32BE(AT.version) === VERSION ? 'ours' : 'foreign';
}

/** Names sort as their numbers do. */
export const segmentName = (sequence: number): string => `${String(sequence).padStart(16, '0')}.segment`;

/** The number in the name of a segment file; undefined for other names. */
export function sequenceOf(name: string): number | undefined {
  const digits = /^(\d{16})\.segment$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** What cannot be read is set aside under this name; nothing ever deletes it. */
export const corruptName = (name: string): string => `${name}.corrupt`;

export const isCorruptName = (name: string): boolean => name.endsWith('.corrupt');
