import { type FileHandle, open } from 'node:fs/promises';
import { decodeHeader, isIntact, RECORD_HEADER_BYTES, type RecordHeader } from './record.ts';
import type { Segment } from './segment.ts';

/** `torn`: the file ends in the middle of the record. `corrupt`: its bytes are not what was written. */
export type Damage = 'torn' | 'corrupt';

export interface ReadRecord {
  readonly header: RecordHeader;
  readonly payload: Buffer;
  /** Where the next record starts. */
  readonly end: number;
}

/** Reads records of one segment through a window, so that memory stays bounded by it or by one record. */
export class SegmentReader {
  readonly segment: Segment;
  readonly #handle: FileHandle;
  readonly #windowBytes: number;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;

  private constructor(segment: Segment, handle: FileHandle, windowBytes: number) {
    this.segment = segment;
    this.#handle = handle;
    this.#windowBytes = windowBytes;
  }

  static async open(segment: Segment, windowBytes: number): Promise<SegmentReader> {
    return new SegmentReader(segment, await open(segment.path, 'r'), windowBytes);
  }

  /** The record at an offset before the segment's end. Its payload may be kept: a window is not used again. */
  async record(offset: number): Promise<ReadRecord | Damage> {
    const header = await this.header(offset);
    if (typeof header === 'string') return header;
    const payload = await this.#bytes(offset + RECORD_HEADER_BYTES, header.payloadBytes);
    if (payload === undefined) return 'torn';
    if (!isIntact(header, payload)) return 'corrupt';
    return { header, payload, end: offset + RECORD_HEADER_BYTES + payload.length };
  }

  async header(offset: number): Promise<RecordHeader | Damage> {
    const bytes = await this.#bytes(offset, RECORD_HEADER_BYTES);
    if (bytes === undefined) return 'torn';
    const header = decodeHeader(bytes);
    if (header === undefined) return 'corrupt';
    return offset + RECORD_HEADER_BYTES + header.payloadBytes > this.segment.end ? 'torn' : header;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Undefined where the segment ends before. */
  async #bytes(offset: number, length: number): Promise<Buffer | undefined> {
    if (offset + length > this.segment.end) return undefined;
    if (offset < this.#windowStart || offset + length > this.#windowStart + this.#window.length) {
      await this.#fillWindow(
        offset,
        Math.max(length, Math.min(this.#windowBytes, this.segment.end - offset)),
      );
    }
    const start = offset - this.#windowStart;
    return start + length > this.#window.length ? undefined : this.#window.subarray(start, start + length);
  }

  async #fillWindow(offset: number, length: number): Promise<void> {
    const window = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(window, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    this.#window = window.subarray(0, filled);
    this.#windowStart = offset;
  }
}
