/** The parts of a spool on disk, for logs that keep their own books of what is committed and read. */
export { onDisk, syncFolder } from '@antinex/runtime';
export { FolderLock } from './folder-lock.ts';
export { makeFolder } from './make-folder.ts';
export { encodeRecord } from './record.ts';
export { corruptName, SEGMENT_HEADER_BYTES, type Segment, segmentName, sequenceOf } from './segment.ts';
export { type Damage, type ReadRecord, SegmentReader } from './segment-reader.ts';
export { SegmentWriter } from './segment-writer.ts';
export { Wakeup } from './wakeup.ts';
