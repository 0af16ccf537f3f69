import type { Packet } from '@antinex/decoder';
import { CaptureWriteError } from './errors.ts';
import { RECORD_HEADER } from './pcap-record-header.ts';
import { USUAL_MAX_CAPTURED_BYTES } from './record-parser.ts';

/** The fraction of a second a pcap file counts in: microseconds or nanoseconds. */
export type PcapResolution = 'us' | 'ns';

export interface PcapHeaderOptions {
  /** LINKTYPE_ of all packets. */
  linkType: number;
  /** `ns` by default, which keeps every time exact. */
  resolution?: PcapResolution;
  /** Largest captured length; 262144 by default. */
  snapLength?: number;
}

const MAX_SECONDS = 0xffffffff;

/** The 24 bytes in front of a pcap's records, little-endian (draft-ietf-opsawg-pcap, version 2.4). */
export function pcapHeader(options: PcapHeaderOptions): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(options.resolution === 'us' ? 0xa1b2c3d4 : 0xa1b23c4d, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(options.snapLength ?? USUAL_MAX_CAPTURED_BYTES, 16);
  header.writeUInt32LE(options.linkType, 20);
  return header;
}

/** Bytes a packet takes as a pcap record. */
export const pcapRecordLength = (packet: Packet): number => RECORD_HEADER + packet.capturedLength;

/**
 * Writes a packet as a pcap record into `to` at `at`; microseconds cut off what is finer. Throws a
 * CaptureWriteError for a time before 1970 or after 2106, which the format cannot say.
 */
export function putPcapRecord(to: Buffer, at: number, packet: Packet, resolution: PcapResolution): void {
  const { timestampSeconds, timestampNanos } = packet;
  if (timestampSeconds < 0 || timestampSeconds > MAX_SECONDS) {
    throw new CaptureWriteError(
      'TIME_OUT_OF_RANGE',
      `pcap cannot hold the time ${timestampSeconds} s since 1970`,
    );
  }
  to.writeUInt32LE(timestampSeconds, at);
  to.writeUInt32LE(resolution === 'us' ? Math.floor(timestampNanos / 1000) : timestampNanos, at + 4);
  to.writeUInt32LE(packet.capturedLength, at + 8);
  to.writeUInt32LE(packet.originalLength, at + 12);
  packet.data.copy(to, at + RECORD_HEADER, packet.offset, packet.offset + packet.capturedLength);
}

/** A packet as a pcap record: see `putPcapRecord`. */
export function pcapRecord(packet: Packet, resolution: PcapResolution = 'ns'): Buffer {
  const record = Buffer.allocUnsafe(pcapRecordLength(packet));
  putPcapRecord(record, 0, packet, resolution);
  return record;
}
