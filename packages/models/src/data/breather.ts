import { setImmediate } from 'node:timers/promises';

/** How long the event loop may wait for a signal to be heard. */
const SLICE_MS = 50;

/** Lets long work on one thread give the event loop a turn now and then, and end when it is aborted. */
export class Breather {
  readonly #signal: AbortSignal | undefined;
  #sliceEnd = performance.now() + SLICE_MS;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Whether it is time to `await pause()`. */
  get isDue(): boolean {
    return this.#signal?.aborted || performance.now() >= this.#sliceEnd;
  }

  /** Lets others work. Rejects with the reason of the signal once that was given. */
  async pause(): Promise<void> {
    await setImmediate();
    this.#signal?.throwIfAborted();
    this.#sliceEnd = performance.now() + SLICE_MS;
  }
}
