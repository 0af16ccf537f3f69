const BASE_MS = 100;
const CAP_MS = 10_000;

/**
 * How long to wait before a retry, in milliseconds: exponential backoff with full jitter (0 up to
 * 100 ms doubled per attempt, at most 10 s), so that clients of one broker do not all return at once.
 *
 * @param attempt 0 for the first retry.
 */
export function backoffMs(attempt: number): number {
  return Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt);
}
