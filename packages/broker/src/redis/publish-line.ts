/** A publish that waits for its confirmation. */
export interface Job<L> {
  readonly load: L;
}

interface WaitingJob<L> extends Job<L> {
  readonly signal: AbortSignal | undefined;
  readonly onAbort: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Publishes in the order of their calls. Only a prefix of the line is ever on its way. */
export class PublishLine<L> {
  readonly #jobs: WaitingJob<L>[] = [];
  readonly #open = new Set<Promise<void>>();
  /** How many at the head are on their way: their signals have to wait for the answer. */
  #onTheirWay = 0;

  get length(): number {
    return this.#jobs.length;
  }

  [Symbol.iterator](): Iterator<Job<L>> {
    return this.#jobs[Symbol.iterator]();
  }

  /** Resolves when the batch was delivered; rejects with the signal's reason when it leaves the line. */
  join(load: L, signal: AbortSignal | undefined): Promise<void> {
    const end = new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        if (this.#jobs.indexOf(job) >= this.#onTheirWay) this.reject(job, signal?.reason);
      };
      const job: WaitingJob<L> = { load, signal, onAbort, resolve, reject };
      this.#jobs.push(job);
      signal?.addEventListener('abort', onAbort);
    });
    this.#open.add(end);
    const leave = () => this.#open.delete(end);
    end.then(leave, leave);
    return end;
  }

  /** Resolves when every promise handed out has settled. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#open);
  }

  /**
   * Sends the group, which stands at the head of the line. If that fails it stays there, but for
   * those whose signal was aborted meanwhile: nobody knows whether they arrived.
   */
  async deliver<R>(group: readonly Job<L>[], send: () => Promise<R>): Promise<R> {
    this.#onTheirWay = group.length;
    try {
      const result = await send();
      for (const job of this.#jobs.splice(0, group.length)) {
        job.signal?.removeEventListener('abort', job.onAbort);
        job.resolve();
      }
      return result;
    } finally {
      this.#onTheirWay = 0;
      for (const job of this.#jobs.filter(({ signal }) => signal?.aborted)) {
        this.reject(job, job.signal?.reason);
      }
    }
  }

  reject(job: Job<L>, error: unknown): void {
    const place = this.#jobs.indexOf(job as WaitingJob<L>);
    if (place < 0) return;
    const [gone] = this.#jobs.splice(place, 1);
    gone.signal?.removeEventListener('abort', gone.onAbort);
    gone.reject(error);
  }

  rejectAll(error: unknown): void {
    for (const job of [...this.#jobs]) this.reject(job, error);
  }
}
