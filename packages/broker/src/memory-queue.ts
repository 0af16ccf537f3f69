/** A batch in a queue. */
export interface Entry<T> {
  readonly messages: readonly T[];
  /** The place in the queue, counted from the first batch ever. */
  readonly sequence: number;
  redelivered: boolean;
  readonly reason: string | undefined;
}

interface Taker<T> {
  readonly owner: object;
  readonly resolve: (entry: Entry<T> | undefined) => void;
}

interface Blocked<T> {
  readonly messages: readonly T[];
  readonly resolve: () => void;
}

/**
 * First in, first out, bounded by the number of messages that wait. Publishers wait in line for room,
 * takers in line for batches. What was taken no longer counts against the bound; given back, it comes
 * first again and may take the queue over the bound for that long.
 */
export class MemoryQueue<T> {
  readonly name: string;
  readonly capacity: number;
  readonly #waiting: Entry<T>[] = [];
  /** Given back, the last of them first. */
  readonly #returned: Entry<T>[] = [];
  readonly #blocked: Blocked<T>[] = [];
  readonly #takers: Taker<T>[] = [];
  #messages = 0;
  #sequence = 0;
  #openPublishers = 0;
  #hadPublisher = false;

  constructor(name: string, capacity: number) {
    this.name = name;
    this.capacity = capacity;
  }

  /** Messages that wait. */
  get messages(): number {
    return this.#messages;
  }

  publisherOpened(): void {
    this.#openPublishers++;
    this.#hadPublisher = true;
  }

  publisherClosed(): void {
    this.#openPublishers--;
    this.#serve();
  }

  /** Resolves when the batch is in the queue; rejects with the signal's reason, and then it is not. */
  async put(messages: readonly T[], signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#blocked.length === 0 && this.#fits(messages)) {
      this.#append(messages, undefined);
      return this.#serve();
    }
    await new Promise<void>((resolve, reject) => {
      const blocked: Blocked<T> = {
        messages,
        resolve: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#blocked.splice(this.#blocked.indexOf(blocked), 1);
        reject(signal?.reason);
        this.#serve();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#blocked.push(blocked);
    });
  }

  /** Never waits: where there is no room, the oldest batches go; answers how many. */
  putOverOldest(messages: readonly T[], reason: string): number {
    let discarded = 0;
    for (; !this.#fits(messages); discarded++) this.#next();
    this.#append(messages, reason);
    this.#serve();
    return discarded;
  }

  /** The next batch; undefined when the queue has ended or leave() was called for the owner. */
  take(owner: object): Promise<Entry<T> | undefined> {
    return new Promise((resolve) => {
      this.#takers.push({ owner, resolve });
      this.#serve();
    });
  }

  /** Takers of this owner go empty-handed. */
  leave(owner: object): void {
    for (let i = this.#takers.length - 1; i >= 0; i--) {
      if (this.#takers[i].owner === owner) this.#takers.splice(i, 1)[0].resolve(undefined);
    }
  }

  /** Back to the place they had. */
  giveBack(entries: Iterable<Entry<T>>): void {
    for (const entry of entries) {
      this.#returned.push(entry);
      this.#messages += entry.messages.length;
    }
    this.#returned.sort((a, b) => b.sequence - a.sequence);
    this.#serve();
  }

  #serve(): void {
    this.#admit();
    while (this.#takers.length > 0 && this.#messages > 0) {
      this.#takers.shift()!.resolve(this.#next());
      this.#admit();
    }
    const ended = this.#hadPublisher && this.#openPublishers === 0 && this.#messages === 0;
    if (ended) for (const taker of this.#takers.splice(0)) taker.resolve(undefined);
  }

  #admit(): void {
    while (this.#blocked.length > 0 && this.#fits(this.#blocked[0].messages)) {
      const { messages, resolve } = this.#blocked.shift()!;
      this.#append(messages, undefined);
      resolve();
    }
  }

  /** A batch above the capacity fits into an empty queue, or it never would. */
  #fits(messages: readonly T[]): boolean {
    return this.#messages === 0 || this.#messages + messages.length <= this.capacity;
  }

  #append(messages: readonly T[], reason: string | undefined): void {
    this.#waiting.push({ messages, sequence: this.#sequence++, redelivered: false, reason });
    this.#messages += messages.length;
  }

  #next(): Entry<T> {
    const entry = (this.#returned.pop() ?? this.#waiting.shift())!;
    this.#messages -= entry.messages.length;
    return entry;
  }
}
