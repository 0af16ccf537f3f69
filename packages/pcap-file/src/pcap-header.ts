import { LinkType } from '@antinex/decoder/packet';
import type { CaptureFormat, Fault } from './record-parser.ts';
import { MAX_RECORD_BYTES, USUAL_MAX_CAPTURED_BYTES } from './record-parser.ts';

/** Whether a record's captured and original length have changed places. */
export const Lengths = { NORMAL: 0, SWAPPED: 1, SWAPPED_IF_ODD: 2 } as const;
type Lengths = (typeof Lengths)[keyof typeof Lengths];

/** All a pcap file header says about the records behind it. */
export interface PcapHeader {
  format: CaptureFormat;
  littleEndian: boolean;
  /** Bytes of the file header itself. */
  length: number;
  /** What one unit of a record's second time field is worth. */
  nanosPerUnit: number;
  lengths: Lengths;
  linkType: number;
  /** A captured length above it is damage. */
  maxCapturedLength: number;
  /** Sizes a record header may have, the likeliest first; more than one must be told apart by the first records. */
  recordHeaders: readonly number[];
}

interface Dialect {
  variant: CaptureFormat['variant'];
  nanosPerUnit: number;
  length: number;
  recordHeaders: readonly number[];
}

const MICRO = 1000;
const NANO = 1;

/**
 * Magic numbers: draft-ietf-opsawg-pcap for the first two; libpcap for Kuznetsov's patch of 1999,
 * which put 8 (SuSE 6.3: 12) bytes more into each record header; Wireshark for Ixia's two, which
 * have 4 more bytes in the file header. The standard number was also used by an earlier state of
 * that patch (Red Hat 6.1) and by Nokia firewalls, with 8 and 4 bytes more.
 */
const DIALECTS: ReadonlyMap<number, Dialect> = new Map([
  [0xa1b2c3d4, { variant: 'standard', nanosPerUnit: MICRO, length: 24, recordHeaders: [16, 24, 20] }],
  [0xa1b23c4d, { variant: 'standard', nanosPerUnit: NANO, length: 24, recordHeaders: [16] }],
  [0xa1b2cd34, { variant: 'modified', nanosPerUnit: MICRO, length: 24, recordHeaders: [24, 28] }],
  [0x1c0001ac, { variant: 'ixia', nanosPerUnit: NANO, length: 28, recordHeaders: [16] }],
  [0x1c0001ab, { variant: 'ixia', nanosPerUnit: MICRO, length: 28, recordHeaders: [16] }],
]);

/** AIX writes version 2.2, nanoseconds, and the interface's RFC 1573 ifType in place of a LINKTYPE_. */
const AIX_LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [6, LinkType.ETHERNET],
  [9, 6], // Token Ring
  [24, LinkType.NULL],
]);

/** The upper six bits say how long a frame check sequence is. */
const LINK_TYPE_MASK = 0x03ffffff;

/** Bytes of the file header if `data` begins with a pcap magic number, else 0. */
export function pcapHeaderLength(data: Buffer): number {
  const dialect = DIALECTS.get(data.readUInt32LE(0)) ?? DIALECTS.get(data.readUInt32BE(0));
  return dialect?.length ?? 0;
}

/** Reads a whole file header; the caller has checked the magic number and the length. */
export function readPcapHeader(data: Buffer, at: number): PcapHeader | Fault {
  const littleEndian = DIALECTS.has(data.readUInt32LE(at));
  const view = new DataView(data.buffer, data.byteOffset + at, 24);
  const dialect = DIALECTS.get(view.getUint32(0, littleEndian)) as Dialect;
  const major = view.getUint16(4, littleEndian);
  const minor = view.getUint16(6, littleEndian);
  const dgux = major === 543 && minor === 0;
  if (!dgux && (major !== 2 || minor > 4)) {
    return { code: 'UNSUPPORTED_VERSION', reason: `pcap version ${major}.${minor} is not known`, offset: 4 };
  }
  const linkField = view.getUint32(20, littleEndian);
  const header: PcapHeader = {
    format: { container: 'pcap', variant: dialect.variant, byteOrder: littleEndian ? 'little' : 'big' },
    littleEndian,
    length: dialect.length,
    nanosPerUnit: dialect.nanosPerUnit,
    // The two lengths changed places at version 2.3, but not in every program that wrote that number.
    lengths: dgux || minor < 3 ? Lengths.SWAPPED : minor === 3 ? Lengths.SWAPPED_IF_ODD : Lengths.NORMAL,
    linkType: linkField & LINK_TYPE_MASK,
    maxCapturedLength: Math.min(
      MAX_RECORD_BYTES,
      Math.max(USUAL_MAX_CAPTURED_BYTES, view.getUint32(16, littleEndian)),
    ),
    recordHeaders: dgux || minor < 4 ? dialect.recordHeaders.slice(0, 1) : dialect.recordHeaders,
  };
  const aixLinkType = AIX_LINK_TYPES.get(linkField);
  if (dialect.variant === 'standard' && major === 2 && minor === 2 && aixLinkType !== undefined) {
    header.format.variant = 'aix';
    header.nanosPerUnit = NANO;
    header.linkType = aixLinkType;
  }
  return header;
}
