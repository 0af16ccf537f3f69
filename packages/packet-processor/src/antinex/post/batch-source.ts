import type { Schema } from '@antinex/dataset';
import { within } from '@antinex/runtime';
import { isSame, type Position, type SpoolEnd } from '../spool/spool-end.ts';
import type { SpooledRow } from '../spool/spool-reader.ts';
import type { Batch, BatchLimits, BatchMaker } from './batch.ts';
import type { BatchUnderWay } from './cursor.ts';
import type { SpoolQueue, Waiting } from './spool-queue.ts';

/** What it takes a request to be on its way. */
const SENDING_MS = 5;
const UNLIMITED: BatchLimits = { rows: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/** A batch that is made, and what of. */
export interface Prepared {
  readonly spool: string;
  readonly from: Position;
  readonly spooled: readonly SpooledRow[];
  readonly made: Batch;
}

/** Makes batches of what waits, the next one while the API works on the one before. */
export class BatchSource {
  readonly #queue: SpoolQueue;
  readonly #maker: BatchMaker;
  readonly #schema: Schema;
  #limits: BatchLimits;
  #ahead: Prepared | undefined;

  constructor(queue: SpoolQueue, maker: BatchMaker, schema: Schema, limits: BatchLimits) {
    this.#queue = queue;
    this.#maker = maker;
    this.#schema = schema;
    this.#limits = limits;
  }

  /** The batch that begins with the rows that wait; undefined when they turn out to be damaged. */
  async next({ spool, head, end }: Waiting): Promise<Prepared | undefined> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead?.spool === spool && isSame(ahead.from, head.position)) return ahead;
    const spooled = await this.#queue.peek(spool, head.position, end, this.#limits.rows);
    return spooled.length === 0 ? undefined : this.#make(spool, head.position, spooled);
  }

  /**
   * Makes the one behind a batch whose request goes out, unless that is `sent` at once, or there are too
   * few rows for a full one. Never throws.
   */
  async prepare(spool: string, to: Position, end: SpoolEnd, sent: Promise<unknown>): Promise<void> {
    const isSent = sent.then(
      () => true,
      () => true,
    );
    if (await within(SENDING_MS, isSent)) return;
    const { rows } = this.#limits;
    try {
      const spooled = await this.#queue.peek(spool, to, end, rows);
      if (spooled.length === rows) this.#ahead = this.#make(spool, to, spooled);
    } catch {
      // What is wrong with these rows is found again when it is their turn.
    }
  }

  /** A batch that was posted before, made anew; undefined when its rows are not all there any more. */
  async again(batch: BatchUnderWay): Promise<Prepared | undefined> {
    const spooled = await this.#queue.reread(batch);
    if (spooled === undefined) return undefined;
    const made = this.#maker.make(spooled, batch.schema, UNLIMITED);
    return made.rows.length === batch.rows
      ? { spool: batch.spool, from: batch.from, spooled, made }
      : undefined;
  }

  /** From now on requests are half as long as this one. */
  halve({ bytes }: Batch): number {
    this.#limits = { ...this.#limits, bytes: Math.floor(bytes / 2) };
    this.#ahead = undefined;
    return this.#limits.bytes;
  }

  #make(spool: string, from: Position, spooled: readonly SpooledRow[]): Prepared {
    return { spool, from, spooled, made: this.#maker.make(spooled, this.#schema, this.#limits) };
  }
}
