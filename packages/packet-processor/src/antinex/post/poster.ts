import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@antinex/broker';
import { FolderLock, Wakeup } from '@antinex/broker/segments';
import { PipelineError, within } from '@antinex/runtime';
import type { Spools } from '../spool/spools.ts';
import type { StateFolder } from '../state-folder.ts';
import { ApiJobs, type ApiJobsOptions } from './api-jobs.ts';
import type { BatchLimits, BatchMaker } from './batch.ts';
import { BatchDelivery, type DeliveryOptions } from './batch-delivery.ts';
import { BatchSource } from './batch-source.ts';
import { readCursor } from './cursor.ts';
import { Progress } from './progress.ts';
import { SpoolQueue } from './spool-queue.ts';
import { TroubleLog } from './trouble-log.ts';

/** How often it is looked what other processors have written. */
const LOOK_MS = 1000;
/** How often a processor that does not post tries to become the one that does. */
const LEAD_MS = 2000;
/** What it takes to let go of everything. */
const GRACE_MS = 1000;

export interface PosterOptions
  extends Omit<DeliveryOptions, 'jobs' | 'source' | 'progress' | 'signal' | 'isEnding'> {
  readonly folder: StateFolder;
  readonly spools: Spools;
  readonly api: Omit<ApiJobsOptions, 'signal'>;
  readonly maker: BatchMaker;
  readonly limits: BatchLimits;
  /** How long a row waits for others to be posted with. */
  readonly waitMs: number;
}

/**
 * Posts the rows of all spools of a folder, a batch at a time. Of the processors that share the folder
 * one posts; when it ends or dies another goes on, where the cursor stands.
 */
export class Poster {
  readonly #options: PosterOptions;
  readonly #jobs: ApiJobs;
  readonly #wakeup = new Wakeup();
  /** Post what there is, and end. */
  readonly #ending = new AbortController();
  /** End now. */
  readonly #abort = new AbortController();
  readonly #trouble: TroubleLog;
  #running: Promise<void> = Promise.resolve();

  constructor(options: PosterOptions) {
    this.#options = options;
    this.#trouble = new TroubleLog(options.log);
    this.#jobs = new ApiJobs({ ...options.api, signal: this.#abort.signal });
  }

  start(): void {
    this.#running = this.#run();
  }

  /** There are more rows. */
  wake(): void {
    this.#wakeup.call();
  }

  /** Posts what there is for so long at most; what is left then waits for the next start. */
  async stop(limitMs: number): Promise<void> {
    this.#ending.abort();
    this.wake();
    const timer = setTimeout(() => this.#abort.abort(), limitMs);
    await within(limitMs + GRACE_MS, this.#running);
    clearTimeout(timer);
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const lock = await this.#lead();
        if (lock === undefined) return;
        try {
          await this.#post(lock);
        } finally {
          await lock.release();
        }
      } catch (error) {
        if (!this.#isOver) this.#trouble.tell(error);
      }
      if (this.#isEnding) return;
      await this.#pause(backoffMs(attempt));
    }
  }

  get #isOver(): boolean {
    return this.#abort.signal.aborted;
  }

  get #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Becomes the one that posts; undefined when it is to end before that. */
  async #lead(): Promise<FolderLock | undefined> {
    const { folder, spools, counts } = this.#options;
    for (;;) {
      try {
        return await FolderLock.take(folder.path);
      } catch (error) {
        if (!(error instanceof PipelineError && error.code === 'SPOOL_IN_USE')) throw error;
        counts.posting = 'elsewhere';
        spools.forgetOthers();
      }
      await this.#pause(LEAD_MS);
      if (this.#isEnding) return undefined;
    }
  }

  async #post(lock: FolderLock): Promise<void> {
    const { folder, spools, counts, log } = this.#options;
    const cursor = await readCursor(folder.cursor);
    const queue = new SpoolQueue(folder, spools, (damage) => {
      const known = typeof counts.damagedRows === 'number' && typeof damage.rows === 'number';
      counts.damagedRows = known ? (counts.damagedRows as number) + (damage.rows as number) : 'unknown';
      log('warn', `${damage.path}: ${damage.rows} rows that were to be posted cannot be read`);
    });
    queue.restore(cursor.spools);
    spools.remember(Object.values(cursor.spools).map(({ end }) => end));
    await spools.refresh();
    this.#tellOfUnknown();
    // It may be hours until the first batch is through.
    await queue.look();
    const { signal } = this.#abort;
    const isEnding = () => this.#isEnding;
    const progress = new Progress({ folder, queue, cursor, lock });
    const { maker, schema, limits } = this.#options;
    const source = new BatchSource(queue, maker, schema, limits);
    const delivery = new BatchDelivery({
      ...this.#options,
      jobs: this.#jobs,
      source,
      progress,
      signal,
      isEnding,
    });
    const watch = this.#watch(queue);
    counts.posting = 'here';
    counts.waiting = () => queue.depth();
    try {
      if (await delivery.resume()) await this.#postAll(queue, delivery, progress);
    } finally {
      clearInterval(watch);
      await queue.measure().catch(() => {});
      const depth = queue.depth();
      counts.waiting = () => depth;
      await progress.close();
      await queue.close();
    }
  }

  async #postAll(queue: SpoolQueue, delivery: BatchDelivery, progress: Progress): Promise<void> {
    const { waitMs, spools, limits } = this.#options;
    let tidiedMs = 0;
    const next = () => queue.next({ rows: limits.rows, ms: this.#isEnding ? 0 : waitMs });
    while (!this.#isOver) {
      const due = await next();
      if (typeof due === 'object') {
        if (!(await delivery.deliver(due))) return;
        this.#trouble.over();
        continue;
      }
      await progress.settle();
      const isThrough = due === undefined && this.#isEnding;
      if (isThrough) {
        // Our own datasets are closed by now, and say so.
        await spools.refresh();
        if ((await next()) !== undefined) continue;
      }
      if (isThrough || performance.now() - tidiedMs > LOOK_MS) {
        tidiedMs = performance.now();
        await queue.tidy();
      }
      if (isThrough) return;
      await this.#wakeup.wait(Math.min(due ?? LOOK_MS, LOOK_MS));
    }
  }

  /** Looks now and then what there is to post. */
  #watch(queue: SpoolQueue): NodeJS.Timeout {
    const { spools } = this.#options;
    let isLooking = false;
    const look = async () => {
      if (isLooking) return;
      isLooking = true;
      await spools.refresh();
      await queue.measure().catch(() => {});
      isLooking = false;
      this.#wakeup.call();
    };
    void look();
    return setInterval(look, LOOK_MS).unref();
  }

  #tellOfUnknown(): void {
    const { spools, folder, log } = this.#options;
    for (const name of spools.unknown) {
      log(
        'warn',
        `${folder.spool(name)}: its dataset is gone, so nobody knows which rows of it count: not posted`,
      );
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#ending.signal }).catch(() => {});
  }
}
