/** A batch whose publish() has not come back yet. */
export class PendingBatch<T> {
  readonly messages: readonly T[];
  readonly signal: AbortSignal | undefined;
  readonly done: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  constructor(messages: readonly T[], signal: AbortSignal | undefined) {
    this.messages = messages;
    this.signal = signal;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** The broker or the disk has it. */
  resolve(): void {
    this.#resolve();
  }

  /** Nobody has it. */
  reject(error: unknown): void {
    this.#reject(error);
  }
}

/** At the front of the lane again, in order, but for what was withdrawn meanwhile: its publisher is told. */
export function putBack<T>(lane: PendingBatch<T>[], batches: readonly PendingBatch<T>[]): void {
  for (const batch of [...batches].reverse()) {
    if (batch.signal?.aborted) batch.reject(batch.signal.reason);
    else lane.unshift(batch);
  }
}
