import { RECORD_HEADER } from './pcap-record-header.ts';
import { Block } from './pcapng-blocks.ts';
import type { CaptureFormat } from './record-parser.ts';

/** Offset of a pcap record's captured length, and of a pcapng block's length. */
const CAPTURED_LENGTH = 8;
const BLOCK_LENGTH = 4;
/** Bytes that must be there to know a block's length. */
const BLOCK_START = 8;

export interface WholeRecords {
  readonly bytes: number;
  readonly packets: number;
}

/**
 * What of a chunk that our writers made (little-endian, whole records) is complete when only its
 * first `written` bytes got through: records or blocks, and the packets in them.
 */
export function wholeRecords(
  container: CaptureFormat['container'],
  chunk: Buffer,
  written: number,
): WholeRecords {
  return container === 'pcap' ? wholePcapRecords(chunk, written) : wholePcapngBlocks(chunk, written);
}

function wholePcapRecords(chunk: Buffer, written: number): WholeRecords {
  let bytes = 0;
  let packets = 0;
  while (bytes + RECORD_HEADER <= written) {
    const next = bytes + RECORD_HEADER + chunk.readUInt32LE(bytes + CAPTURED_LENGTH);
    if (next > written) break;
    bytes = next;
    packets++;
  }
  return { bytes, packets };
}

function wholePcapngBlocks(chunk: Buffer, written: number): WholeRecords {
  let bytes = 0;
  let packets = 0;
  while (bytes + BLOCK_START <= written) {
    const next = bytes + chunk.readUInt32LE(bytes + BLOCK_LENGTH);
    if (next > written) break;
    if (chunk.readUInt32LE(bytes) === Block.ENHANCED_PACKET) packets++;
    bytes = next;
  }
  return { bytes, packets };
}
