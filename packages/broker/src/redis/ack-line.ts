const MOST_AT_ONCE = 64;

interface Waiting<E> {
  readonly entry: E;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Acks what came together in one go, one go at a time. */
export class AckLine<E> {
  readonly #ack: (entries: readonly E[]) => Promise<void>;
  #waiting: Waiting<E>[] = [];
  #running = false;

  constructor(ack: (entries: readonly E[]) => Promise<void>) {
    this.#ack = ack;
  }

  /** Resolves when the queue has forgotten the entry. */
  add(entry: E): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    // A loop that acks many in a row is through before the first go.
    await null;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MOST_AT_ONCE);
      try {
        await this.#ack(group.map(({ entry }) => entry));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = false;
  }
}
