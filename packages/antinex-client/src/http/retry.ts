import { setTimeout as sleep } from 'node:timers/promises';
import { type Log, PipelineError } from '@antinex/runtime';

const BASE_MS = 250;
const CAP_MS = 30_000;

/** Whether the same request may succeed later: the network or the server failed, not the request. */
export function isTemporary(error: unknown): error is PipelineError {
  if (!(error instanceof PipelineError)) return false;
  const { code, details } = error;
  if (code === 'ANTINEX_REFUSED') return [408, 429].includes((details as { status: number }).status);
  return code === 'ANTINEX_UNREACHABLE' || code === 'ANTINEX_TIMEOUT' || code === 'ANTINEX_BROKEN';
}

/** Whether a request that failed may have been carried out all the same: sending it again may do it twice. */
export function mayBeDone(error: unknown): boolean {
  if (!(error instanceof PipelineError)) return false;
  const { code, details } = error;
  if (code === 'ANTINEX_TIMEOUT' || code === 'ANTINEX_BAD_ANSWER') return true;
  return isTemporary(error) && (details as { mayBeDone?: boolean }).mayBeDone === true;
}

/**
 * The wait before a retry, in milliseconds: up to a quarter of a second, doubled with each, at most
 * 30 s; a random part of it, so that clients of one server do not all return at once.
 */
export const retryDelayMs = (retry: number): number => Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** retry);

export interface RetryPolicy {
  readonly retries: number;
  readonly signal?: AbortSignal | undefined;
  readonly log?: Log | undefined;
}

export interface RetryOptions extends RetryPolicy {
  readonly mayRetry: (error: PipelineError) => boolean;
}

/** Tries until it works, the retries are used up, or an error comes that a retry does not help against. */
export async function withRetries<T>(
  attempt: (retry: number) => Promise<T>,
  { retries, mayRetry, signal, log }: RetryOptions,
): Promise<T> {
  for (let retry = 0; ; retry++) {
    try {
      return await attempt(retry);
    } catch (error) {
      // What asks for patience (429) is for the caller to be patient about.
      const helps = isTemporary(error) && error.code !== 'ANTINEX_REFUSED' && mayRetry(error);
      if (retry >= retries || !helps) throw error;
      log?.('warn', `${error.message}; trying again`);
      await sleep(retryDelayMs(retry), undefined, signal ? { signal } : {});
    }
  }
}
