import type { Segment } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';

/**
 * When records become safe from a loss of power (of a killed process they are safe at once):
 * `always`, before append() resolves, concurrent appends sharing one fsync; `interval`, every
 * fsyncIntervalMs; `never`, when the system likes to.
 */
export type FsyncPolicy = 'always' | 'interval' | 'never';

export interface AppendOptions {
  readonly folder: string;
  /** A segment that would grow longer is followed by a new one; only a single record may be longer. */
  readonly segmentBytes: number;
  readonly fsync: FsyncPolicy;
  readonly fsyncIntervalMs: number;
}

export interface AppendEvents {
  /** So many bytes, records of so many messages, are now at the end of the segment. */
  readonly onWritten: (segment: Segment, bytes: number, messages: number) => void;
  /** Nothing of what was waiting is in the log. */
  readonly onRejected: () => void;
  /** An fsync between appends failed: what was written since the last one may not survive a loss of power. */
  readonly onSyncFailed: (error: unknown) => void;
}

interface Append {
  readonly record: Buffer;
  readonly messages: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What is written, and synced, in one go. */
const GROUP_BYTES = 4 * 2 ** 20;

/** Writes records into segments, one group after the other, in the order of the calls. */
export class AppendQueue {
  readonly #options: AppendOptions;
  readonly #events: AppendEvents;
  readonly #waiting: Append[] = [];
  #waitingBytes = 0;
  #lastSequence: number;
  #writer: SegmentWriter | undefined;
  #running: Promise<void> | undefined;
  #syncTimer: NodeJS.Timeout | undefined;

  /** Segments get the numbers after `lastSequence`. */
  constructor(options: AppendOptions, events: AppendEvents, lastSequence: number) {
    this.#options = options;
    this.#events = events;
    this.#lastSequence = lastSequence;
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** The segment that grows. */
  get active(): Segment | undefined {
    return this.#writer?.segment;
  }

  get isIdle(): boolean {
    return this.#running === undefined;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** A failed write fails everything that waits behind it too, so that the order is kept. */
  add(record: Buffer, messages: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, messages, resolve, reject });
      this.#waitingBytes += record.length;
      this.#running ??= this.#run();
    });
  }

  /** The next record opens a new segment. */
  seal(): void {
    this.#writer?.seal();
  }

  /** Lets go of the active segment at once; only while idle. */
  drop(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    return writer?.close() ?? Promise.resolve();
  }

  /** Waits for what was added. Nothing may be added afterwards. */
  async close(): Promise<void> {
    await this.#running;
    await this.#finishSegment();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      try {
        const writer = await this.#writerFor(this.#waiting[0]);
        const group = this.#nextGroup(writer.end);
        const records = group.map(({ record }) => record);
        const bytes = records.length === 1 ? records[0] : Buffer.concat(records);
        await writer.write(bytes, this.#options.fsync === 'always');
        this.#waiting.splice(0, group.length);
        this.#commit(group, bytes.length);
      } catch (error) {
        this.#rejectAll(error);
      }
    }
    this.#running = undefined;
  }

  async #writerFor({ record }: Append): Promise<SegmentWriter> {
    const writer = this.#writer;
    const fits = writer && (writer.isEmpty || writer.end + record.length <= this.#options.segmentBytes);
    if (fits && writer.isUsable) return writer;
    await this.#finishSegment();
    this.#writer = await SegmentWriter.create(this.#options.folder, this.#lastSequence + 1);
    this.#lastSequence++;
    return this.#writer;
  }

  /** At least the first that waits, and what fits behind it into group and segment. */
  #nextGroup(segmentEnd: number): Append[] {
    const room = Math.min(GROUP_BYTES, this.#options.segmentBytes - segmentEnd);
    let count = 0;
    let bytes = 0;
    do bytes += this.#waiting[count++].record.length;
    while (count < this.#waiting.length && bytes + this.#waiting[count].record.length <= room);
    return this.#waiting.slice(0, count);
  }

  #commit(group: readonly Append[], bytes: number): void {
    let messages = 0;
    for (const append of group) messages += append.messages;
    this.#waitingBytes -= bytes;
    this.#events.onWritten(this.#writer!.segment, bytes, messages);
    if (this.#options.fsync === 'interval') {
      this.#syncTimer ??= setTimeout(() => this.#syncBetween(), this.#options.fsyncIntervalMs).unref();
    }
    for (const append of group) append.resolve();
  }

  #rejectAll(error: unknown): void {
    this.#waitingBytes = 0;
    const failed = this.#waiting.splice(0);
    this.#events.onRejected();
    for (const append of failed) append.reject(error);
  }

  #syncBetween(): void {
    this.#syncTimer = undefined;
    this.#writer?.sync().catch(this.#events.onSyncFailed);
  }

  async #finishSegment(): Promise<void> {
    clearTimeout(this.#syncTimer);
    this.#syncTimer = undefined;
    if (this.#options.fsync === 'interval') await this.#writer?.sync().catch(this.#events.onSyncFailed);
    await this.drop();
  }
}
