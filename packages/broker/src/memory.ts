import { PipelineError } from '@antinex/runtime';
import { type Entry, MemoryQueue } from './memory-queue.ts';
import {
  type BrokerEvent,
  type Consumer,
  type ConsumerOptions,
  type Delivery,
  type Driver,
  deadLetterQueue,
  MAX_BATCH_MESSAGES,
  type Publisher,
} from './types.ts';

const DEFAULT_CAPACITY = 8192;

type MemoryConsumerOptions = Pick<
  Required<ConsumerOptions>,
  'queue' | 'maxUnsettled' | 'autoAck' | 'onEvent'
>;

/**
 * Queues inside this process, without copies: `memory:?capacity=N` bounds the messages that wait
 * (default 8192; who connects first decides). Bounded memory: at most capacity messages wait, every
 * consumer has at most maxUnsettled and one batch more, and the dead-letter queue keeps its latest
 * `capacity` messages.
 */
export const memoryDriver: Driver = {
  async connectPublisher<T>(url: URL, { queue }: { queue: string }): Promise<Publisher<T>> {
    return new MemoryPublisher(open<T>(queue, capacityOf(url)));
  },
  async connectConsumer<T>(url: URL, options: MemoryConsumerOptions): Promise<Consumer<T>> {
    return new MemoryConsumer(open<T>(options.queue, capacityOf(url)), options);
  },
};

/** The queues of this process by name, with the number of connections. */
const queues = new Map<string, { readonly queue: MemoryQueue<unknown>; connections: number }>();

function open<T>(name: string, capacity: number): MemoryQueue<T> {
  const known = queues.get(name) ?? { queue: new MemoryQueue(name, capacity), connections: 0 };
  queues.set(name, known);
  known.connections++;
  return known.queue as MemoryQueue<T>;
}

/** A queue goes when nobody is connected and nothing waits in it. */
function release(name: string): void {
  const known = queues.get(name);
  if (known && --known.connections === 0 && known.queue.messages === 0) queues.delete(name);
}

function capacityOf(url: URL): number {
  const text = url.searchParams.get('capacity') ?? String(DEFAULT_CAPACITY);
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  const problem = `broker URL, capacity "${text}": must be a whole number from 1 to 999999999`;
  throw new PipelineError('CONFIG_INVALID', { problems: [problem] });
}

class MemoryPublisher<T> implements Publisher<T> {
  readonly #queue: MemoryQueue<T>;
  readonly #underWay = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;

  constructor(queue: MemoryQueue<T>) {
    this.#queue = queue;
    queue.publisherOpened();
  }

  async publish(batch: readonly T[], options?: { readonly signal?: AbortSignal }): Promise<void> {
    if (this.#closing) throw new PipelineError('QUEUE_CLOSED', { queue: this.#queue.name });
    if (batch.length > MAX_BATCH_MESSAGES) {
      throw new PipelineError('BATCH_TOO_LARGE', { size: batch.length, limit: MAX_BATCH_MESSAGES });
    }
    if (batch.length === 0) return;
    const put = this.#queue.put(batch, options?.signal);
    this.#underWay.add(put);
    try {
      await put;
    } finally {
      this.#underWay.delete(put);
    }
  }

  async flush(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  close(): Promise<void> {
    this.#closing ??= this.flush().then(() => {
      this.#queue.publisherClosed();
      release(this.#queue.name);
    });
    return this.#closing;
  }
}

class MemoryConsumer<T> implements Consumer<T> {
  readonly maxUnsettled: number;
  readonly #queue: MemoryQueue<T>;
  readonly #autoAck: boolean;
  readonly #onEvent: (event: BrokerEvent) => void;
  readonly #unsettled = new Set<Entry<T>>();
  #unsettledMessages = 0;
  #waitingForRoom: (() => void)[] = [];
  #closed = false;

  constructor(queue: MemoryQueue<T>, { maxUnsettled, autoAck, onEvent }: MemoryConsumerOptions) {
    this.#queue = queue;
    this.#autoAck = autoAck;
    this.#onEvent = onEvent;
    this.maxUnsettled = maxUnsettled;
  }

  async *receive(): AsyncGenerator<Delivery<T>, void, undefined> {
    while (!this.#closed) {
      if (this.#unsettledMessages >= this.maxUnsettled) {
        await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve));
        continue;
      }
      const entry = await this.#queue.take(this);
      if (!entry) return;
      if (this.#closed) return this.#queue.giveBack([entry]);
      if (!this.#autoAck) {
        this.#unsettled.add(entry);
        this.#unsettledMessages += entry.messages.length;
      }
      yield this.#deliver(entry);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.leave(this);
    this.#wake();
    for (const entry of this.#unsettled) entry.redelivered = true;
    this.#queue.giveBack(this.#unsettled);
    release(this.#queue.name);
  }

  #deliver(entry: Entry<T>): Delivery<T> {
    return {
      messages: entry.messages,
      redelivered: entry.redelivered,
      reason: entry.reason,
      ack: async () => void this.#settle(entry),
      requeue: async () => {
        if (!this.#settle(entry)) return;
        entry.redelivered = true;
        this.#queue.giveBack([entry]);
      },
      reject: async (reason) => {
        if (!this.#settle(entry)) return;
        const dead = open<T>(deadLetterQueue(this.#queue.name), this.#queue.capacity);
        const messages = dead.putOverOldest(entry.messages, reason);
        release(dead.name);
        if (messages > 0) this.#onEvent({ kind: 'discarded', messages });
      },
    };
  }

  /** False when it was settled before. */
  #settle(entry: Entry<T>): boolean {
    if (this.#closed) throw new PipelineError('QUEUE_CLOSED', { queue: this.#queue.name });
    if (!this.#unsettled.delete(entry)) return false;
    this.#unsettledMessages -= entry.messages.length;
    this.#wake();
    return true;
  }

  #wake(): void {
    for (const resolve of this.#waitingForRoom.splice(0)) resolve();
  }
}
