/**
 * Streaming reader and writer for pcap and pcapng captures.
 *
 *     const reader = await openCapture('traffic.pcapng.gz'); // or '-' for standard input
 *     try {
 *       for await (const packets of reader) use(packets);
 *     } catch (error) {
 *       // A CaptureFileError. Whatever could be read has been handed out.
 *     }
 *
 * `openRecords` reads the same as columns, for what needs a few bytes of each of very many packets.
 *
 * Read: pcap with micro- and nanoseconds in both byte orders, with the dialects of Kuznetsov's patch
 * (Red Hat 6.1, SuSE 6.3), Nokia, Ixia and AIX (but for FDDI); pcapng with any sections, interfaces,
 * byte orders and time resolutions, enhanced, simple and obsolete packet blocks; either of them
 * gzipped. The kind is told by the first bytes, never by a name.
 *
 * Times are exact to the nanosecond. Where they are finer, the rest is cut off; where a record's
 * fraction is a second or more, it is carried over; where there is none (simple packet blocks), or
 * none that a date can hold, the time is 0 and `reader.packetsWithoutTime` counts it. Captured and
 * original length are handed out as the file says them, even if the first is the larger one.
 *
 * Damage: reading ends where the next record cannot be found any more. pcapng packet blocks that are
 * wrong in themselves are left out and counted, broken options are passed over. Records may have
 * 16 MiB, and no input makes the reader hold more than 64 MiB and the chunks at hand.
 *
 * Written: `PcapWriter` and `PcapngWriter` on any stream, and the plain encoders they are made of;
 * `openRotatingWriter` into files, one or a ring of them.
 */
export type { BatchReader, CaptureOptions } from './batch-reader.ts';
export { CaptureReader } from './capture-reader.ts';
export {
  type CaptureFileCode,
  CaptureFileError,
  type CaptureWriteCode,
  CaptureWriteError,
} from './errors.ts';
export { type OpenOptions, openCapture, openRecords } from './open-capture.ts';
export { type PcapHeaderOptions, type PcapResolution, pcapHeader, pcapRecord } from './pcap-encode.ts';
export { PcapWriter, type PcapWriterOptions } from './pcap-writer.ts';
export { pcapngInterface, pcapngPacket, pcapngSectionHeader } from './pcapng-encode.ts';
export { PcapngWriter } from './pcapng-writer.ts';
export type { RecordBatch } from './record-batch.ts';
export type { CaptureFormat } from './record-parser.ts';
export { RecordReader } from './record-reader.ts';
export {
  openRotatingWriter,
  type RotatingWriter,
  type RotatingWriterOptions,
  type RotatingWriterStats,
} from './rotating-writer.ts';
