import { crc32 } from 'node:zlib';

/**
 * A record of a segment file: a header, all big-endian, and the payload behind it.
 *
 * | at | bytes | |
 * |---|---|---|
 * | 0 | 4 | length of the payload |
 * | 4 | 4 | messages in it |
 * | 8 | 6 | number of its first message, counted since the spool was made |
 * | 14 | 6 | when it was written, ms since 1970 |
 * | 20 | 4 | CRC-32 of the payload |
 * | 24 | 4 | CRC-32 of the 24 bytes before |
 *
 * The header's own CRC tells a record that the file ends in the middle of from one whose length is damaged.
 */
const AT = { length: 0, messages: 4, number: 8, timeMs: 14, payloadCrc: 20, headerCrc: 24 } as const;

export const RECORD_HEADER_BYTES = 28;

/** No payload is longer; it bounds what reading one record allocates. */
export const MAX_PAYLOAD_BYTES = 2 ** 28;

export interface RecordHeader {
  readonly payloadBytes: number;
  readonly messages: number;
  /** Numbers go up by one per message, so a gap between two records is the number of messages lost there. */
  readonly number: number;
  readonly timeMs: number;
  readonly payloadCrc: number;
}

/** Header and payload as they go to disk; the payload is copied. */
export function encodeRecord(
  payload: Uint8Array,
  { messages, number, timeMs }: Pick<RecordHeader, 'messages' | 'number' | 'timeMs'>,
): Buffer {
  const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + payload.length);
  record.set(payload, RECORD_HEADER_BYTES);
  record.writeUInt32BE(payload.length, AT.length);
  record.writeUInt32BE(messages, AT.messages);
  record.writeUIntBE(number, AT.number, 6);
  record.writeUIntBE(timeMs, AT.timeMs, 6);
  record.writeUInt32BE(crc32(payload), AT.payloadCrc);
  record.writeUInt32BE(crc32(record.subarray(0, AT.headerCrc)), AT.headerCrc);
  return record;
}

/** Reads RECORD_HEADER_BYTES; undefined when they are no header. */
export function decodeHeader(bytes: Buffer): RecordHeader | undefined {
  if (crc32(bytes.subarray(0, AT.headerCrc)) !== bytes.readUInt32BE(AT.headerCrc)) return undefined;
  const payloadBytes = bytes.readUInt32BE(AT.length);
  if (payloadBytes > MAX_PAYLOAD_BYTES) return undefined;
  return {
    payloadBytes,
    messages: bytes.readUInt32BE(AT.messages),
    number: bytes.readUIntBE(AT.number, 6),
    timeMs: bytes.readUIntBE(AT.timeMs, 6),
    payloadCrc: bytes.readUInt32BE(AT.payloadCrc),
  };
}

export function isIntact(header: RecordHeader, payload: Uint8Array): boolean {
  return crc32(payload) === header.payloadCrc;
}
