import type { Batcher } from './batch.ts';
import type { RecordParser } from './record-parser.ts';

const EMPTY = Buffer.alloc(0);
/** A record is gathered in a buffer that starts with this much and doubles as bytes really arrive. */
const FIRST_GATHER_BYTES = 64 * 1024;

/**
 * Brings a parser and chunks of any size together. Records that lie within a chunk are read where
 * they are; only one that crosses from chunk to chunk is copied together, in a buffer of its own.
 */
export class RecordFeed<B> {
  private readonly parser: RecordParser;
  private readonly batcher: Batcher<B>;
  private readonly maxBatch: number;
  /** The beginning of a record, still too short to read. */
  private tail = EMPTY;
  private tailLength = 0;
  /** Bytes of the capture that are read or passed over. */
  private done = 0;

  constructor(parser: RecordParser, batcher: Batcher<B>, maxBatch: number) {
    this.parser = parser;
    this.batcher = batcher;
    this.maxBatch = maxBatch;
  }

  /** The capture breaks off here, if no more chunks come: in the middle of what, and where. */
  get unfinished(): { what: string; offset: number } | null {
    const what = this.parser.unfinished ?? (this.tailLength > 0 ? 'a record' : null);
    return what === null ? null : { what, offset: this.done };
  }

  /** Reads what `chunk` completes. It is not changed, and packets refer to it. */
  *feed(chunk: Buffer): Generator<B> {
    const { parser } = this;
    let at = 0;
    while (at < chunk.length && parser.fault === null) {
      if (parser.skip > 0) {
        const passed = Math.min(parser.skip, chunk.length - at);
        parser.skip -= passed;
        this.done += passed;
        at += passed;
      } else if (this.tailLength > 0) {
        at += this.gather(chunk, at, parser.need - this.tailLength);
        if (this.tailLength >= parser.need) yield* this.readTail();
      } else {
        at = yield* this.read(chunk, at, chunk.length);
        if (parser.skip === 0 && parser.fault === null) at += this.gather(chunk, at, chunk.length - at);
      }
    }
    yield* this.rest();
  }

  /** Reads what can be read once it is known that nothing follows. */
  *end(): Generator<B> {
    this.parser.atEnd = true;
    if (this.tailLength > 0 && this.parser.fault === null) yield* this.readTail();
    yield* this.rest();
  }

  private *readTail(): Generator<B> {
    const used = yield* this.read(this.tail, 0, this.tailLength);
    // Packets refer to the bytes before; those behind are free to be filled.
    this.tail = this.tail.subarray(used);
    this.tailLength -= used;
  }

  private *read(data: Buffer, from: number, to: number): Generator<B, number> {
    const { parser, batcher, maxBatch } = this;
    let pos = from;
    parser.base = this.done - from;
    if (!batcher.takes(data)) yield* this.rest();
    for (;;) {
      pos = parser.parse(data, pos, to, batcher, maxBatch);
      if (batcher.length < maxBatch) break;
      yield* this.rest();
    }
    this.done += pos - from;
    return pos;
  }

  private *rest(): Generator<B> {
    const { batcher } = this;
    if (batcher.length === 0) return;
    yield batcher.batch;
    batcher.clear();
  }

  /** Appends up to `wanted` bytes of the chunk to the tail. */
  private gather(chunk: Buffer, at: number, wanted: number): number {
    const bytes = Math.min(wanted, chunk.length - at);
    const length = this.tailLength + bytes;
    if (length > this.tail.length) {
      const ample = Math.max(
        length,
        Math.min(this.parser.need, Math.max(2 * this.tailLength, FIRST_GATHER_BYTES)),
      );
      const larger = Buffer.allocUnsafeSlow(ample);
      this.tail.copy(larger, 0, 0, this.tailLength);
      this.tail = larger;
    }
    chunk.copy(this.tail, this.tailLength, at, at + bytes);
    this.tailLength = length;
    return bytes;
  }
}
