import { existsSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encodeRecord,
  makeFolder,
  onDisk,
  SEGMENT_HEADER_BYTES,
  SegmentWriter,
  segmentName,
  sequenceOf,
  syncFolder,
} from '@antinex/broker/segments';
import { MessageRow } from '@antinex/dataset';
import type { Message } from '../../messages/message.ts';
import type { SpoolEnd } from './spool-end.ts';
import type { SpoolUsage } from './spool-usage.ts';

/** Rows are gathered to records of about this size. */
const RECORD_BYTES = 2 ** 20;
const LINE_FEED = 10;

export interface SpoolWriterOptions {
  readonly folder: string;
  /** What the dataset's manifest says. */
  readonly end: SpoolEnd;
  readonly usage: SpoolUsage;
  /** A segment that would grow longer is followed by another; whole ones are removed once they are posted. */
  readonly segmentBytes: number;
  /** The manifest tells of this end now. */
  readonly onCommit: (end: SpoolEnd) => void;
  readonly onClose: (end: SpoolEnd) => void;
}

/**
 * Writes the rows of a dataset to its spool, as the messages they are of: `append` and `sync`, then the
 * dataset's manifest is told where it ends, then `commit`; or `rollback`. What lies behind the end that
 * the manifest tells was never committed and is cut off when the spool is opened next.
 *
 * A record is the number of its first row in the dataset on a line, and a line of JSON for each row.
 */
export class SpoolWriter {
  readonly #options: SpoolWriterOptions;
  #committed: SpoolEnd;
  #end: SpoolEnd;
  #segment: SegmentWriter | undefined;
  #lastSequence: number;
  #lines = Buffer.allocUnsafe(RECORD_BYTES + 2 ** 16);
  #used = 0;
  #rows = 0;
  #firstRow = 0;

  /** @throws PipelineError OUTPUT_UNWRITABLE, DISK_FULL. */
  static async open(options: SpoolWriterOptions): Promise<SpoolWriter> {
    await cutBack(options.folder, options.end);
    return new SpoolWriter(options);
  }

  private constructor(options: SpoolWriterOptions) {
    this.#options = options;
    this.#committed = options.end;
    this.#end = options.end;
    this.#lastSequence = options.end.segment;
  }

  /** `firstRow` is the number of the first message's row in the dataset; the others follow. */
  async append(messages: readonly Message[], firstRow: number): Promise<void> {
    for (let i = 0; i < messages.length; i++) {
      if (this.#rows === 0) this.#firstRow = firstRow + i;
      const message = messages[i];
      this.#put(message instanceof MessageRow ? message.json : Buffer.from(JSON.stringify(message)));
      if (this.#used >= RECORD_BYTES) await this.#flush();
    }
  }

  /**
   * Makes all rows durable, and answers what the manifest is to say.
   *
   * @throws PipelineError ANTINEX_SPOOL_FULL, DISK_FULL, OUTPUT_UNWRITABLE.
   */
  async sync(): Promise<SpoolEnd> {
    await this.#flush();
    if (this.#end !== this.#committed) await this.#segment?.sync();
    return this.#end;
  }

  commit(): void {
    this.#committed = this.#end;
    this.#options.onCommit(this.#end);
  }

  /** Back to the last commit. */
  async rollback(): Promise<void> {
    this.#used = 0;
    this.#rows = 0;
    if (this.#end === this.#committed) return;
    await this.#letGo();
    await cutBack(this.#options.folder, this.#committed);
    this.#end = this.#committed;
    this.#lastSequence = this.#committed.segment;
  }

  /** The end of its use; what is not committed is gone, now or when it is opened next. */
  async close(): Promise<void> {
    await this.rollback().catch(() => {});
    await this.#letGo().catch(() => {});
    this.#options.onClose(this.#committed);
  }

  #put(json: Uint8Array): void {
    const end = this.#used + json.length;
    if (end >= this.#lines.length) {
      const longer = Buffer.allocUnsafe(end + RECORD_BYTES);
      longer.set(this.#lines.subarray(0, this.#used));
      this.#lines = longer;
    }
    this.#lines.set(json, this.#used);
    this.#lines[end] = LINE_FEED;
    this.#used = end + 1;
    this.#rows++;
  }

  async #flush(): Promise<void> {
    if (this.#rows === 0) return;
    const { spool, rows, predictions } = this.#end;
    const payload = Buffer.concat([Buffer.from(`${this.#firstRow}\n`), this.#lines.subarray(0, this.#used)]);
    const record = encodeRecord(payload, { messages: this.#rows, number: rows, timeMs: Date.now() });
    await this.#options.usage.take(record.length);
    const segment = await this.#segmentFor(record.length);
    await segment.write(record, false);
    const offset = segment.end;
    this.#end = { spool, segment: this.#lastSequence, offset, rows: rows + this.#rows, predictions };
    this.#used = 0;
    this.#rows = 0;
    if (this.#lines.length > 2 * RECORD_BYTES) this.#lines = Buffer.allocUnsafe(RECORD_BYTES + 2 ** 16);
  }

  async #segmentFor(bytes: number): Promise<SegmentWriter> {
    const { folder, segmentBytes } = this.#options;
    const segment = this.#segment;
    if (segment?.isUsable && (segment.isEmpty || segment.end + bytes <= segmentBytes)) return segment;
    await segment?.sync();
    await this.#letGo();
    this.#segment = await create(folder, this.#lastSequence + 1);
    this.#lastSequence++;
    return this.#segment;
  }

  async #letGo(): Promise<void> {
    const segment = this.#segment;
    this.#segment = undefined;
    await segment?.close();
  }
}

/** The folder of a spool that was posted as a whole goes, maybe just now. */
async function create(folder: string, sequence: number): Promise<SegmentWriter> {
  await onDisk(folder, () => makeFolder(folder));
  try {
    return await SegmentWriter.create(folder, sequence);
  } catch (error) {
    if (existsSync(folder)) throw error;
    await onDisk(folder, () => makeFolder(folder));
    return SegmentWriter.create(folder, sequence);
  }
}

/** Removes, durably, what is behind the end. Segments that are posted may be gone. */
function cutBack(folder: string, end: SpoolEnd): Promise<void> {
  return onDisk(folder, async () => {
    const names = await readdir(folder).catch(noneIfGone);
    if (names.length === 0) return;
    for (const name of names) {
      const sequence = sequenceOf(name);
      if (sequence !== undefined && sequence > end.segment) await rm(join(folder, name), { force: true });
    }
    await cut(join(folder, segmentName(end.segment)), Math.max(end.offset, SEGMENT_HEADER_BYTES));
    await syncFolder(folder);
  });
}

async function cut(path: string, bytes: number): Promise<void> {
  const handle = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (handle === undefined) return;
  try {
    if ((await handle.stat()).size <= bytes) return;
    await handle.truncate(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function noneIfGone(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
