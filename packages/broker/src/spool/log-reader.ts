import { rename, rm } from 'node:fs/promises';
import { toPipelineError } from '@antinex/runtime';
import type { AppendQueue } from './append-queue.ts';
import type { SpoolEvent } from './events.ts';
import type { SpoolLedger } from './ledger.ts';
import type { Position } from './read-position.ts';
import { corruptName, SEGMENT_HEADER_BYTES, type Segment } from './segment.ts';
import { type Damage, type ReadRecord, SegmentReader } from './segment-reader.ts';

const WINDOW_BYTES = 2 ** 20;

/** The file is gone, or the disk cannot read that place: trying again would not help. */
const UNREADABLE = new Set(['ENOENT', 'EIO']);

export interface SpoolRecord {
  readonly payload: Buffer;
  readonly messages: number;
  readonly number: number;
  readonly timeMs: number;
  readonly segment: Segment;
  readonly end: number;
}

export interface ReaderEvents {
  readonly onEvent: (event: SpoolEvent) => void;
  /** Everything before this was released. */
  readonly onPosition: (position: Position) => void;
  /** Files were removed. */
  readonly onRoom: () => void;
}

/** The reading side of a log: hands records out, oldest first, and removes segments that are done with. */
export class LogReader {
  readonly #segments: Segment[];
  readonly #queue: AppendQueue;
  readonly #ledger: SpoolLedger;
  readonly #events: ReaderEvents;
  /** Read and not released yet. */
  readonly #outstanding: SpoolRecord[] = [];
  readonly #removals = new Set<Promise<void>>();
  /** The end of the last record that was released. */
  #released: { readonly segment: Segment | undefined; readonly offset: number };
  #cursor: { segment: Segment; offset: number } | undefined;
  #reader: SegmentReader | undefined;

  constructor(
    segments: Segment[],
    offset: number,
    queue: AppendQueue,
    ledger: SpoolLedger,
    events: ReaderEvents,
  ) {
    this.#segments = segments;
    this.#released = { segment: segments[0], offset };
    this.#queue = queue;
    this.#ledger = ledger;
    this.#events = events;
    this.rewind();
  }

  get isEmpty(): boolean {
    return this.#segments.length === 0;
  }

  /** Bytes of records that are not released. */
  get bytes(): number {
    const start = this.#start()?.offset ?? SEGMENT_HEADER_BYTES;
    const all = this.#segments.reduce((sum, { end }) => sum + end - SEGMENT_HEADER_BYTES, 0);
    return all - (start - SEGMENT_HEADER_BYTES);
  }

  /** Tells that a segment has grown. */
  grown(segment: Segment, bytes: number): void {
    if (this.#segments.at(-1) !== segment) {
      this.#segments.push(segment);
      this.#ledger.diskBytes += SEGMENT_HEADER_BYTES;
      this.#cursor ??= { segment, offset: SEGMENT_HEADER_BYTES };
    }
    segment.bytes += bytes;
    this.#ledger.diskBytes += bytes;
    if (segment.isDamaged) this.#ledger.corruptBytes += bytes;
    else segment.end += bytes;
  }

  /** As SegmentLog.read(). */
  async read(): Promise<SpoolRecord | undefined> {
    for (let at = this.#next(); at !== undefined; at = this.#next()) {
      const { segment, offset } = at;
      const found = await this.#readAt(segment, offset);
      if (typeof found === 'string') {
        this.#setAside(segment, offset);
        continue;
      }
      const { messages, number, timeMs } = found.header;
      at.offset = found.end;
      const record = { payload: found.payload, messages, number, timeMs, segment, end: found.end };
      if (this.#outstanding.push(record) === 1) this.#ledger.oldestMs = timeMs;
      return record;
    }
    this.#retire();
    return undefined;
  }

  /** As SegmentLog.release(). */
  release(record: SpoolRecord): void {
    const count = this.#outstanding.indexOf(record) + 1;
    for (const { number, messages, segment, end } of this.#outstanding.splice(0, count)) {
      this.#ledger.release(number, messages);
      this.#released = { segment, offset: end };
    }
    this.#retire();
    if (this.#outstanding.length > 0) this.#ledger.oldestMs = this.#outstanding[0].timeMs;
  }

  /** As SegmentLog.rewind(). */
  rewind(): void {
    this.#outstanding.length = 0;
    this.#cursor = this.#start();
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    await Promise.all(this.#removals);
  }

  /** Where what is not released starts. */
  #start(): { segment: Segment; offset: number } | undefined {
    const segment = this.#segments[0];
    if (segment === undefined) return undefined;
    const { segment: released, offset } = this.#released;
    return { segment, offset: segment === released ? offset : SEGMENT_HEADER_BYTES };
  }

  /** Where the next record is; undefined at the end of the log. */
  #next(): { segment: Segment; offset: number } | undefined {
    while (this.#cursor && this.#cursor.offset >= this.#cursor.segment.end) {
      const segment = this.#segments[this.#segments.indexOf(this.#cursor.segment) + 1];
      if (segment === undefined) return undefined;
      this.#cursor = { segment, offset: SEGMENT_HEADER_BYTES };
    }
    return this.#cursor;
  }

  async #readAt(segment: Segment, offset: number): Promise<ReadRecord | Damage> {
    try {
      if (this.#reader?.segment !== segment) {
        await this.#closeReader();
        this.#reader = await SegmentReader.open(segment, WINDOW_BYTES);
      }
      return await this.#reader.record(offset);
    } catch (error) {
      if (UNREADABLE.has((error as NodeJS.ErrnoException).code ?? '')) return 'corrupt';
      throw toPipelineError(error, { path: segment.path, access: 'read' });
    }
  }

  /** Nothing is read from here on, and the file is kept. How many messages that costs, the next number tells. */
  #setAside(segment: Segment, offset: number): void {
    const bytes = segment.bytes - offset;
    segment.end = offset;
    segment.isDamaged = true;
    this.#ledger.corruptBytes += bytes;
    if (segment === this.#queue.active) this.#queue.seal();
    const path = corruptName(segment.path);
    this.#events.onEvent({ kind: 'spool-damaged', damage: 'corrupt', path, bytes });
  }

  #retire(): void {
    for (let first = this.#segments[0]; first && this.#isDone(first); first = this.#segments[0]) {
      this.#segments.shift();
      if (this.#cursor?.segment === first) this.#cursor = this.#start();
      const removal = this.#remove(first).finally(() => this.#removals.delete(removal));
      this.#removals.add(removal);
    }
    if (this.isEmpty) {
      this.#ledger.skipTo(this.#ledger.written);
      this.#ledger.oldestMs = undefined;
    }
    this.#events.onPosition({
      segment: this.#segments[0]?.sequence ?? this.#queue.lastSequence,
      offset: this.#start()?.offset ?? SEGMENT_HEADER_BYTES,
      number: this.#ledger.released,
    });
  }

  /** All of it was read and released, and no write to it is under way. */
  #isDone(segment: Segment): boolean {
    if (this.#outstanding[0]?.segment === segment) return false;
    if (this.#cursor?.segment === segment && this.#cursor.offset < segment.end) return false;
    return segment !== this.#queue.active || this.#queue.isIdle;
  }

  async #remove(segment: Segment): Promise<void> {
    const isActive = segment === this.#queue.active;
    try {
      if (isActive) await this.#queue.drop();
      if (this.#reader?.segment === segment) await this.#closeReader();
      if (segment.isDamaged) {
        await rename(segment.path, corruptName(segment.path));
      } else {
        await rm(segment.path, { force: true });
        this.#ledger.diskBytes -= segment.bytes;
      }
    } catch (error) {
      this.#events.onEvent({ kind: 'spool-failed', reason: toPipelineError(error).message });
    }
    this.#events.onRoom();
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.close();
  }
}
