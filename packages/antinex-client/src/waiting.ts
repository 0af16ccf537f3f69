import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '@antinex/runtime';
import { isTemporary } from './http/retry.ts';

export interface WaitOptions {
  /** How long to wait in all. Ten minutes unless given. */
  readonly deadlineMs?: number | undefined;
  /**
   * How long it may be "launched", which is all that is heard of a job while AntiNex core has it: core
   * is at work, is not there, or will never answer. As long as `deadlineMs` unless given.
   */
  readonly launchedMs?: number | undefined;
  /** After which time to ask for the second time; from then on it is longer each time. 100 ms unless given. */
  readonly pauseMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Waiting<T> {
  /** `job`, `dataset` */
  readonly what: string;
  readonly id: number;
  /** @throws PipelineError ANTINEX_NOT_FOUND when it is not there. */
  readonly get: () => Promise<T>;
  /** Why it failed, in the API's words. */
  readonly reasonOf: (record: T) => Promise<string>;
}

const DEADLINE_MS = 600_000;
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

const DONE = new Set(['finished', 'completed']);
const FAILED = new Set(['error', 'failed', 'cancelled', 'canceled']);

/**
 * Asks for a record until it has ended, ever more rarely, every 5 s in the end. An API that is away for
 * a while only costs time.
 *
 * @throws PipelineError ANTINEX_JOB_FAILED, ANTINEX_JOB_STUCK, ANTINEX_NOT_FOUND, or what the API says
 * to a request that it will never answer.
 */
export async function waitForEnd<T extends { readonly status: string }>(
  waiting: Waiting<T>,
  { deadlineMs = DEADLINE_MS, launchedMs = deadlineMs, pauseMs = PAUSE_MS, signal }: WaitOptions,
): Promise<T> {
  const { what, id } = waiting;
  const start = performance.now();
  let launchedAt: number | undefined;
  let status = 'unknown';
  for (let nextMs = pauseMs; ; nextMs = Math.min(LONGEST_PAUSE_MS, nextMs * 1.5)) {
    let failure: unknown;
    try {
      const record = await waiting.get();
      status = record.status.toLowerCase();
      if (DONE.has(status)) return record;
      if (FAILED.has(status)) {
        const reason = await waiting.reasonOf(record);
        throw new PipelineError('ANTINEX_JOB_FAILED', { what, id, status, reason });
      }
    } catch (error) {
      if (!isTemporary(error)) throw error;
      failure = error;
    }
    const now = performance.now();
    launchedAt = status === 'launched' ? (launchedAt ?? now) : undefined;
    const ends = Math.min(start + deadlineMs, (launchedAt ?? now) + launchedMs);
    if (now >= ends) {
      throw failure ?? new PipelineError('ANTINEX_JOB_STUCK', { what, id, status, waitedMs: now - start });
    }
    await sleep(Math.min(nextMs, ends - now), undefined, signal ? { signal } : {});
  }
}
