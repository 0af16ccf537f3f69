import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { accuracyOf, type Created, mayBeDone } from '@antinex/antinex-client';
import { backoffMs } from '@antinex/broker';
import type { Schema } from '@antinex/dataset';
import { formatBytes, type Log, PipelineError, toPipelineError } from '@antinex/runtime';
import type { PublishCounts } from '../counts.ts';
import type { SpoolEnd } from '../spool/spool-end.ts';
import { datasetNameOf } from '../spool/spools.ts';
import type { ApiJobs } from './api-jobs.ts';
import { bodyOf } from './batch.ts';
import type { BatchSource, Prepared } from './batch-source.ts';
import type { BatchUnderWay } from './cursor.ts';
import { predictedRows } from './predicted-rows.ts';
import type { Progress } from './progress.ts';
import type { RefusedRows } from './refused-rows.ts';
import type { Waiting } from './spool-queue.ts';
import { TroubleLog } from './trouble-log.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** After a login that was refused; an account is not to be locked. */
const LOGIN_MS = 30_000;
/** Attempts whose marks are looked for; of older ones the API no longer tells. */
const MOST_MARKS = 20;

export interface DeliveryOptions {
  readonly jobs: ApiJobs;
  readonly source: BatchSource;
  readonly progress: Progress;
  readonly refused: RefusedRows;
  readonly schema: Schema;
  readonly model: string;
  /** The column that is predicted. */
  readonly feature: string;
  /** Answers that say nothing are taken for so long; then the batch is put aside. */
  readonly doubtMs: number;
  readonly counts: PublishCounts;
  readonly log: Log;
  /** End now. */
  readonly signal: AbortSignal;
  /** Do not wait for an API that is away. */
  readonly isEnding: () => boolean;
}

/** A batch and all that is needed to see it through. */
interface Work extends Prepared {
  readonly batch: Omit<BatchUnderWay, 'marks'>;
  readonly marks: string[];
  /** Undefined for a batch that is only looked for: a new one is made of its rows where there is no job. */
  readonly end: SpoolEnd | undefined;
  /** When it was posted for the first time, by performance.now(); unknown of one of an earlier run. */
  postedMs?: number;
}

type End = 'done' | 'anew' | 'ended';

/**
 * Sees batches through, one at a time, until there are predictions or the rows are put aside. An API that
 * is away is waited for without end, and a batch that may have become a job in spite of a failure is
 * looked for before it is posted again.
 */
export class BatchDelivery {
  readonly #options: DeliveryOptions;
  readonly #trouble: TroubleLog;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#trouble = new TroubleLog(options.log);
  }

  /** Looks for the batch that was under way when posting ended. False when it is to end. */
  async resume(): Promise<boolean> {
    const { progress, source } = this.#options;
    const { batch } = progress;
    if (batch === undefined) return true;
    const prepared = await source.again(batch);
    if (prepared !== undefined) {
      const work = { ...prepared, batch, marks: [...batch.marks], end: undefined };
      if ((await this.#see(work)) === 'ended') return false;
    }
    progress.forget();
    return true;
  }

  /** Posts the first of the rows that wait. False when it is to end. */
  async deliver(waiting: Waiting): Promise<boolean> {
    const { source, progress, schema, model, feature, counts } = this.#options;
    const { spool, head, end } = waiting;
    const prepared = await source.next(waiting);
    if (prepared?.made.request === undefined) {
      progress.pass(spool, prepared?.made.to ?? head.position);
      counts.formlessRows += prepared?.made.formless ?? 0;
      return true;
    }
    const { from, made } = prepared;
    const batch = { spool, from, to: made.to, rows: made.rows.length, schema, model, feature };
    return (await this.#see({ ...prepared, batch, marks: [], end })) !== 'ended';
  }

  async #see(work: Work): Promise<End> {
    const { signal, isEnding, counts } = this.#options;
    const doubts = new Doubts(this.#options.doubtMs);
    let done: Created | undefined;
    for (let attempt = 0; ; attempt++) {
      try {
        done ??= await this.#ask(work);
        if (done === undefined) return 'anew';
        await this.#finish(work, done);
        this.#trouble.over();
        return 'done';
      } catch (error) {
        if (isLostLock(error)) throw error;
        if (signal.aborted) return 'ended';
        const verdict = done === undefined ? doubts.settle(verdictOf(error)) : 'again';
        if (verdict === 'smaller' && this.#isMadeSmaller(work)) return 'anew';
        if (verdict === 'refused' || verdict === 'smaller') {
          if (await this.#isRefused(work, error)) return 'done';
        } else {
          counts.retries++;
          this.#trouble.tell(error);
        }
        if (isEnding()) return 'ended';
        await sleep(pauseMs(error, attempt), undefined, { signal }).catch(() => {});
      }
    }
  }

  /** What came of the batch; undefined when it was only to be looked for and is not there. */
  async #ask(work: Work): Promise<Created | undefined> {
    const { jobs, source, progress, signal } = this.#options;
    const { batch, made, marks, end } = work;
    const found = await jobs.find(marks);
    if (found !== undefined) return jobs.outcome(found, marks);
    if (end === undefined) return undefined;
    const mark = `[${randomUUID()}]`;
    marks.push(mark);
    if (marks.length > MOST_MARKS) marks.shift();
    await progress.begin({ ...batch, marks }, end);
    work.postedMs ??= performance.now();
    let created: Created;
    try {
      const posting = jobs.create(bodyOf(made.request!, mark));
      await source.prepare(batch.spool, batch.to, end, posting);
      created = await posting;
    } catch (error) {
      if (!mayBeDone(error) && !signal.aborted) marks.pop();
      throw error;
    }
    return jobs.outcome(created, marks);
  }

  async #finish(work: Work, { job, result }: Created): Promise<void> {
    const { progress, refused, counts } = this.#options;
    const { batch, made } = work;
    const { model } = batch;
    const { rows, left, problems } = predictedRows(made.rows, result, batch.feature);
    if (left.length > 0) {
      const reason = `the answer has ${problems.missing} rows too few, ${problems.duplicate} twice, ${problems['out of range']} that were not asked for`;
      await refused.put(work, left, { code: 'NO_PREDICTION', reason, job: job.id, model });
    }
    const about = { dataset: datasetNameOf(batch.spool), model, job: job.id, accuracy: accuracyOf(result) };
    await progress.finish(rows, about);
    counts.batches++;
    if (work.postedMs !== undefined) counts.batchMs += performance.now() - work.postedMs;
    counts.formlessRows += made.formless;
    counts.predictions = progress.path ?? counts.predictions;
    for (const { labelName, label } of rows) counts.predictedRows.add(labelName ?? String(label), 1);
    if (left.length > 0) counts.refusedRows.add('NO_PREDICTION', left.length);
    counts.addProblems(problems);
  }

  /** Puts the whole batch aside. False when that is not possible now. */
  async #isRefused(work: Work, error: unknown): Promise<boolean> {
    const { progress, refused, counts } = this.#options;
    const { batch, made } = work;
    const { code, message: reason, details } = toPipelineError(error);
    const job = (details as { id?: number }).id;
    try {
      await refused.put(work, [...made.rows.keys()], { code, reason, details, job, model: batch.model });
    } catch (failure) {
      this.#trouble.tell(failure);
      return false;
    }
    progress.pass(batch.spool, batch.to);
    counts.refusedRows.add(code, made.rows.length);
    counts.formlessRows += made.formless;
    return true;
  }

  /** What is too long for the API, or something on the way, is posted in parts from now on. */
  #isMadeSmaller({ made }: Work): boolean {
    if (made.rows.length < 2) return false;
    const { source, log } = this.#options;
    const limit = source.halve(made);
    log('warn', `AntiNex takes no ${formatBytes(made.bytes)} at once: from now on ${formatBytes(limit)}`);
    return true;
  }
}

/** Doubts that do not go away become a refusal. */
class Doubts {
  readonly #limitMs: number;
  #sinceMs: number | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  settle(verdict: Verdict): Verdict {
    this.#sinceMs = verdict === 'doubt' ? (this.#sinceMs ?? performance.now()) : undefined;
    const isOld = this.#sinceMs !== undefined && performance.now() - this.#sinceMs > this.#limitMs;
    return isOld ? 'refused' : verdict;
  }
}

const isLostLock = (error: unknown): boolean =>
  error instanceof PipelineError && error.code === 'SPOOL_IN_USE';

function pauseMs(error: unknown, attempt: number): number {
  const isLogin = error instanceof PipelineError && error.code === 'ANTINEX_LOGIN_REFUSED';
  return isLogin ? LOGIN_MS * (1 + Math.random()) : backoffMs(attempt);
}
