import type { Packet } from '@antinex/decoder';
import { CaptureWriteError } from './errors.ts';
import {
  BLOCK_TRAILER,
  Block,
  BYTE_ORDER_MAGIC,
  INTERFACE_OPTIONS,
  Option,
  PACKET_DATA,
  PACKET_MIN,
  padded,
  SECTION_HEADER_MIN,
} from './pcapng-blocks.ts';
import { MAX_RECORD_BYTES } from './record-parser.ts';

const NANOSECONDS = 9;
/** What the interface block's 16 bits hold. */
export const MAX_LINK_TYPE = 0xffff;
const TWO_16 = 0x10000;
const TWO_32 = 0x100000000;
/** The last whole second whose nanoseconds fit into 64 bits: in the year 2554. */
const MAX_SECONDS = 18_446_744_072;

/** A section header block, little-endian, of a section whose length is not known beforehand. */
export function pcapngSectionHeader(): Buffer {
  const block = Buffer.alloc(SECTION_HEADER_MIN, 0xff);
  frame(block, Block.SECTION_HEADER);
  block.writeUInt32LE(BYTE_ORDER_MAGIC, 8);
  block.writeUInt16LE(1, 12);
  block.writeUInt16LE(0, 14);
  return block;
}

/** An interface description block with nanosecond times and, unless empty, a name. */
export function pcapngInterface(linkType: number, name: string, snapLength = 0): Buffer {
  const nameBytes = Buffer.from(name, 'utf8').subarray(0, 0xffff);
  const nameOption = nameBytes.length > 0 ? 4 + padded(nameBytes.length) : 0;
  // Behind it: the resolution option of 8 bytes and the end of options of 4.
  const block = Buffer.alloc(INTERFACE_OPTIONS + nameOption + 12 + BLOCK_TRAILER);
  frame(block, Block.INTERFACE);
  block.writeUInt16LE(linkType, 8);
  block.writeUInt32LE(snapLength, 12);
  let at = INTERFACE_OPTIONS;
  if (nameOption > 0) {
    block.writeUInt16LE(Option.NAME, at);
    block.writeUInt16LE(nameBytes.length, at + 2);
    nameBytes.copy(block, at + 4);
    at += nameOption;
  }
  block.writeUInt16LE(Option.TIME_RESOLUTION, at);
  block.writeUInt16LE(1, at + 2);
  block.writeUInt8(NANOSECONDS, at + 4);
  return block;
}

/** Bytes a packet takes as an enhanced packet block. */
export const pcapngPacketLength = (packet: Packet): number => PACKET_MIN + padded(packet.capturedLength);

/**
 * Writes a packet as an enhanced packet block of interface `interfaceId`, whose times are
 * nanoseconds. Throws a CaptureWriteError for a time before 1970 or after 2554, which 64 bits of
 * nanoseconds cannot say, for a link type above 65535 and for a packet no reader would take.
 */
export function putPcapngPacket(to: Buffer, at: number, packet: Packet, interfaceId: number): void {
  const { timestampSeconds, capturedLength } = packet;
  if (timestampSeconds < 0 || timestampSeconds > MAX_SECONDS) {
    throw new CaptureWriteError(
      'TIME_OUT_OF_RANGE',
      `pcapng cannot hold the time ${timestampSeconds} s since 1970`,
    );
  }
  if (packet.linkType > MAX_LINK_TYPE) {
    throw new CaptureWriteError('LINK_TYPE_TOO_LARGE', `pcapng cannot hold link type ${packet.linkType}`);
  }
  const length = pcapngPacketLength(packet);
  if (length > MAX_RECORD_BYTES) {
    throw new CaptureWriteError('PACKET_TOO_LARGE', `a packet of ${capturedLength} bytes is too large`);
  }
  to.writeUInt32LE(Block.ENHANCED_PACKET, at);
  to.writeUInt32LE(length, at + 4);
  to.writeUInt32LE(interfaceId, at + 8);
  putNanoseconds(to, at + 12, timestampSeconds, packet.timestampNanos);
  to.writeUInt32LE(capturedLength, at + 20);
  to.writeUInt32LE(packet.originalLength, at + 24);
  packet.data.copy(to, at + PACKET_DATA, packet.offset, packet.offset + capturedLength);
  for (let i = at + PACKET_DATA + capturedLength; i < at + length - BLOCK_TRAILER; i++) to[i] = 0;
  to.writeUInt32LE(length, at + length - BLOCK_TRAILER);
}

/** A packet as an enhanced packet block: see `putPcapngPacket`. */
export function pcapngPacket(packet: Packet, interfaceId: number): Buffer {
  const block = Buffer.allocUnsafe(pcapngPacketLength(packet));
  putPcapngPacket(block, 0, packet, interfaceId);
  return block;
}

/** seconds * 10^9 + nanos in two 32-bit halves, the upper first; no step leaves the exact integers. */
function putNanoseconds(to: Buffer, at: number, seconds: number, nanos: number): void {
  const upper = Math.floor(seconds / TWO_16) * 1e9;
  const upperRest = upper % TWO_16;
  const lower = upperRest * TWO_16 + (seconds % TWO_16) * 1e9 + nanos;
  to.writeUInt32LE((upper - upperRest) / TWO_16 + Math.floor(lower / TWO_32), at);
  to.writeUInt32LE(lower % TWO_32, at + 4);
}

function frame(block: Buffer, type: number): void {
  block.writeUInt32LE(type, 0);
  block.writeUInt32LE(block.length, 4);
  block.writeUInt32LE(block.length, block.length - BLOCK_TRAILER);
}
