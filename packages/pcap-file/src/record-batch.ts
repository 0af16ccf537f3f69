import type { Batcher } from './batch.ts';

const EMPTY = Buffer.alloc(0);

/**
 * Packets as columns: packet `i < length` has the bytes `data[offset[i] .. offset[i] + capturedLength[i])`.
 * For programs that look at a few bytes of each of millions of packets, to whom objects cost more than
 * all else. A batch is good until the next one is asked for: it, and the bytes, are then used again.
 */
export interface RecordBatch {
  readonly length: number;
  readonly data: Buffer;
  readonly offset: Uint32Array;
  readonly capturedLength: Uint32Array;
  readonly originalLength: Uint32Array;
  /** The LINKTYPE_ number of each packet's interface. */
  readonly linkType: Uint32Array;
  /** Whole seconds since 1970-01-01 UTC. */
  readonly seconds: Float64Array;
  /** The rest of the time, 0..999,999,999 nanoseconds. */
  readonly nanos: Uint32Array;
}

/** One batch, filled over and over. */
export class RecordBatcher implements Batcher<RecordBatch>, RecordBatch {
  length = 0;
  data: Buffer = EMPTY;
  capturedBytes = 0;
  readonly offset: Uint32Array;
  readonly capturedLength: Uint32Array;
  readonly originalLength: Uint32Array;
  readonly linkType: Uint32Array;
  readonly seconds: Float64Array;
  readonly nanos: Uint32Array;

  constructor(maxBatch: number) {
    this.offset = new Uint32Array(maxBatch);
    this.capturedLength = new Uint32Array(maxBatch);
    this.originalLength = new Uint32Array(maxBatch);
    this.linkType = new Uint32Array(maxBatch);
    this.seconds = new Float64Array(maxBatch);
    this.nanos = new Uint32Array(maxBatch);
  }

  get batch(): RecordBatch {
    return this;
  }

  /** The packets of a batch lie in one buffer. */
  takes(data: Buffer): boolean {
    return this.length === 0 || this.data === data;
  }

  add(
    data: Buffer,
    offset: number,
    capturedLength: number,
    originalLength: number,
    linkType: number,
    seconds: number,
    nanos: number,
  ): void {
    const i = this.length++;
    this.data = data;
    this.capturedBytes += capturedLength;
    this.offset[i] = offset;
    this.capturedLength[i] = capturedLength;
    this.originalLength[i] = originalLength;
    this.linkType[i] = linkType;
    this.seconds[i] = seconds;
    this.nanos[i] = nanos;
  }

  clear(): void {
    this.length = 0;
    this.data = EMPTY;
    this.capturedBytes = 0;
  }
}
