import { PipelineError } from '@antinex/runtime';

/** Lets one go after the other, in the order in which they asked. */
export class Turns {
  #last: Promise<void> = Promise.resolve();
  readonly #closed = new AbortController();

  /**
   * Waits for a turn; the function that it gives ends it.
   *
   * @throws the signal's reason; PipelineError QUEUE_CLOSED
   */
  async take(signal?: AbortSignal): Promise<() => void> {
    const before = this.#last;
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#last = before.then(() => ended);
    try {
      await orAborted(before, [this.#closed.signal, ...(signal ? [signal] : [])]);
      return end;
    } catch (error) {
      end();
      throw error;
    }
  }

  close(): void {
    this.#closed.abort(new PipelineError('QUEUE_CLOSED', { queue: 'of jobs' }));
  }
}

async function orAborted(promise: Promise<void>, signals: readonly AbortSignal[]): Promise<void> {
  const signal = AbortSignal.any([...signals]);
  signal.throwIfAborted();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
