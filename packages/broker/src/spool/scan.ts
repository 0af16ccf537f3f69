import { open, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineError } from '@antinex/runtime';
import type { Position } from './read-position.ts';
import { RECORD_HEADER_BYTES, type RecordHeader } from './record.ts';
import {
  checkSegmentHeader,
  corruptName,
  isCorruptName,
  SEGMENT_HEADER_BYTES,
  type Segment,
  segmentName,
  sequenceOf,
} from './segment.ts';
import { type Damage, SegmentReader } from './segment-reader.ts';

/** Only headers are read, and payloads lie between them. */
const WINDOW_BYTES = 4096;

/** What was in a folder. Payloads are not looked at: that is done when they are read. */
export interface FoundSegments {
  readonly segments: Segment[];
  /** Where to read on in the first segment. */
  readonly offset: number;
  /** Of the first record from there on. */
  readonly head: RecordHeader | undefined;
  /** The highest number of any segment, set aside ones too, or 0. */
  readonly lastSequence: number;
  /** The number after that of the last message; undefined when there is none. */
  readonly nextNumber: number | undefined;
  /** Of all files with this suffix. */
  readonly setAsideBytes: number;
  readonly damages: readonly FoundDamage[];
}

export interface FoundDamage {
  readonly damage: Damage;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Looks through a spool's folder that was read up to `position`. The end of the last segment, where a
 * crash may have cut a record, is cut off; files that only have a segment's name are set aside.
 *
 * @throws PipelineError SPOOL_UNUSABLE when another version of the format wrote it.
 */
export async function scanFolder(folder: string, position: Position | undefined): Promise<FoundSegments> {
  const damages: FoundDamage[] = [];
  const names = await readdir(folder);
  const sequences = sequencesOf(names);
  const segments: Segment[] = [];
  for (const sequence of sequences) {
    const segment = await openSegment(folder, sequence, damages);
    if (segment) segments.push(segment);
  }
  const nextNumber = await repairEnd(segments, damages);
  const first = segments[0];
  const offset =
    first && first.sequence === position?.segment
      ? Math.min(position.offset, first.end)
      : SEGMENT_HEADER_BYTES;
  const setAside = sequencesOf(names.filter(isCorruptName).map((name) => name.replace(corruptName(''), '')));
  return {
    segments,
    offset,
    head: await headFrom(segments, offset),
    lastSequence: Math.max(0, ...sequences.slice(-1), ...setAside.slice(-1)),
    nextNumber,
    setAsideBytes: await setAsideIn(folder),
    damages,
  };
}

const sequencesOf = (names: readonly string[]): number[] =>
  names.flatMap((name) => sequenceOf(name) ?? []).sort((a, b) => a - b);

async function setAsideIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) {
    if (isCorruptName(name)) bytes += (await stat(join(folder, name))).size;
  }
  return bytes;
}

async function openSegment(
  folder: string,
  sequence: number,
  damages: FoundDamage[],
): Promise<Segment | undefined> {
  const path = join(folder, segmentName(sequence));
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  const handle = await open(path, 'r');
  const { size: bytes } = await handle.stat();
  await handle.read(header, 0, header.length, 0);
  await handle.close();
  if (bytes < SEGMENT_HEADER_BYTES) {
    await rm(path);
    if (bytes > 0) damages.push({ damage: 'torn', path, bytes });
    return undefined;
  }
  const kind = checkSegmentHeader(header);
  if (kind === 'ours') return { sequence, path, end: bytes, bytes, isDamaged: false };
  if (kind === 'foreign') {
    throw new PipelineError('SPOOL_UNUSABLE', { folder, reason: 'another version of this program wrote it' });
  }
  await rename(path, corruptName(path));
  damages.push({ damage: 'corrupt', path: corruptName(path), bytes });
  return undefined;
}

/**
 * Cuts off what a crash left at the end, and segments that have no record. Answers the number after that
 * of the last message; undefined when there is none.
 */
async function repairEnd(segments: Segment[], damages: FoundDamage[]): Promise<number | undefined> {
  for (let i = segments.length - 1; i >= 0; i--) {
    const segment = segments[i];
    const { last, offset, damage } = await followHeaders(segment);
    if (damage === 'torn') {
      await truncate(segment.path, offset);
      damages.push({ damage, path: segment.path, bytes: segment.end - offset });
      segment.end = offset;
      segment.bytes = offset;
    }
    if (last) return last.number + last.messages;
    if (segment.end > SEGMENT_HEADER_BYTES) continue;
    await rm(segment.path);
    segments.splice(i, 1);
  }
  return undefined;
}

/** Goes from header to header, to the end or to the first that is damaged; what is corrupt stays for the reader. */
async function followHeaders(segment: Segment) {
  const reader = await SegmentReader.open(segment, WINDOW_BYTES);
  try {
    let last: RecordHeader | undefined;
    let offset = SEGMENT_HEADER_BYTES;
    while (offset < segment.end) {
      const header = await reader.header(offset);
      if (typeof header === 'string') return { last, offset, damage: header };
      last = header;
      offset += RECORD_HEADER_BYTES + header.payloadBytes;
    }
    return { last, offset, damage: undefined };
  } finally {
    await reader.close();
  }
}

async function headFrom(segments: readonly Segment[], offset: number): Promise<RecordHeader | undefined> {
  for (const [index, segment] of segments.entries()) {
    const reader = await SegmentReader.open(segment, WINDOW_BYTES);
    const header = await reader.header(index === 0 ? offset : SEGMENT_HEADER_BYTES);
    await reader.close();
    if (typeof header !== 'string') return header;
  }
  return undefined;
}
