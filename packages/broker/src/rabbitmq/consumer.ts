import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError, within } from '@antinex/runtime';
import type { ConsumeMessage } from 'amqplib';
import {
  type Consumer,
  type ConsumerOptions,
  type Delivery,
  MAX_BATCH_MESSAGES,
  type ResolvedOptions,
} from '../types.ts';
import type { TagRange } from './ack-ledger.ts';
import type { Address } from './address.ts';
import { DeadLetters, reasonIn } from './dead-letters.ts';
import { Link } from './link.ts';
import { type Readings, readAll } from './reading.ts';
import { Subscription } from './subscription.ts';
import { isDeadLetterQueue, prepareToReceive } from './topology.ts';

/** How long single messages that trickle in wait for others to be delivered with. */
const GATHER_MS = 5;
/** How long close() waits for a broker that may be gone. */
const CLOSE_LIMIT_MS = 5000;
/** Twice our largest batch. Hostile bodies beyond could hold us up: JSON.parse takes ten seconds for 100 MB of `[`. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** What a delivery is made of. */
interface Held<T> extends Readings<T> {
  readonly subscription: Subscription;
  readonly range: TagRange;
  readonly arrivals: readonly ConsumeMessage[];
}

/**
 * Receives, and after a loss of the connection goes on with the next one. What was delivered before the
 * loss and not acked comes again, `redelivered`; settling the old delivery does nothing any more.
 */
export class RabbitmqConsumer<T> implements Consumer<T> {
  readonly maxUnsettled: number;
  readonly #options: ResolvedOptions<ConsumerOptions<T>>;
  readonly #link: Link;
  readonly #deadLetters: DeadLetters;
  readonly #unsettled = new Set<Held<T>>();
  readonly #settling = new Set<Promise<void>>();
  readonly #fromDeadLetters: boolean;
  #unsettledMessages = 0;
  #subscription: Subscription | undefined;
  #waiting: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  /** @throws as Link.open(). */
  static async open<T>(address: Address, options: ResolvedOptions<ConsumerOptions<T>>): Promise<Consumer<T>> {
    const consumer = new RabbitmqConsumer(address, options);
    await consumer.#link.open();
    return consumer;
  }

  private constructor(address: Address, options: ResolvedOptions<ConsumerOptions<T>>) {
    this.maxUnsettled = options.maxUnsettled;
    this.#options = options;
    this.#fromDeadLetters = isDeadLetterQueue(options.queue);
    this.#deadLetters = new DeadLetters(options.queue, address, options.tls);
    this.#link = new Link(address, {
      tls: options.tls,
      onEvent: options.onEvent,
      prepare: async (connection) => {
        this.#subscription = await Subscription.open(connection, {
          queue: await prepareToReceive(connection, options, address.quorum),
          prefetch: address.prefetch ?? this.#usualPrefetch(),
          most: options.maxUnsettled,
          onArrival: () => this.#wake(),
          onFault: (reason) => this.#link.restart(reason),
        });
        this.#wake();
      },
      lost: () => {
        this.#subscription?.lose();
        this.#subscription = undefined;
      },
    });
  }

  async *receive(): AsyncGenerator<Delivery<T>, void, undefined> {
    while (!this.#closing) {
      const held = this.#take();
      if (!held) await this.#change();
      else if (held.messages.length > 0) yield this.#deliver(held);
      else this.#complete(held).catch(() => {}); // At close() it goes back to the queue.
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    this.#wake();
    await within(CLOSE_LIMIT_MS, Promise.allSettled(this.#settling));
    await this.#deadLetters.close();
    if (this.#subscription) await within(CLOSE_LIMIT_MS, this.#subscription.close());
    await this.#link.close();
  }

  #usualPrefetch(): number {
    const { wire, maxUnsettled } = this.#options;
    return this.#isGathering(wire) ? maxUnsettled : Math.ceil(maxUnsettled / MAX_BATCH_MESSAGES) + 1;
  }

  #isGathering(wire = this.#options.wire): boolean {
    return wire === 'kombu' && !this.#fromDeadLetters;
  }

  #take(): Held<T> | undefined {
    const room = this.maxUnsettled - this.#unsettledMessages;
    const subscription = this.#subscription;
    if (!subscription || room <= 0) return undefined;
    const arrivals = subscription.take(this.#isGathering() ? Math.min(room, MAX_BATCH_MESSAGES) : 1);
    if (arrivals.length === 0) return undefined;
    const range = {
      first: arrivals[0].fields.deliveryTag,
      last: arrivals[arrivals.length - 1].fields.deliveryTag,
    };
    // Who looks through dead letters wants to see them.
    const maxBodyBytes = this.#fromDeadLetters ? Number.POSITIVE_INFINITY : MAX_BODY_BYTES;
    const readings = readAll(arrivals, this.#options.codec, maxBodyBytes);
    return { ...readings, subscription, range, arrivals };
  }

  /** Resolves when there may be something to take. */
  async #change(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const few = (this.#subscription?.waiting ?? 0) < MAX_BATCH_MESSAGES;
    if (this.#isGathering() && few && !this.#closing) await sleep(GATHER_MS);
  }

  #deliver(held: Held<T>): Delivery<T> {
    const { messages, arrivals } = held;
    if (this.#options.autoAck) this.#complete(held).catch(() => {});
    else {
      this.#unsettled.add(held);
      this.#unsettledMessages += messages.length;
    }
    return {
      messages,
      redelivered: arrivals.some(({ fields }) => fields.redelivered),
      reason: this.#fromDeadLetters ? reasonIn(arrivals[0]) : undefined,
      ack: async () => {
        if (this.#settle(held)) await this.#complete(held);
      },
      requeue: async () => {
        if (this.#settle(held)) held.subscription.requeue(held.range);
      },
      reject: async (reason) => {
        if (this.#settle(held)) await this.#reject(held, reason);
      },
    };
  }

  /** False when it was settled before. */
  #settle(held: Held<T>): boolean {
    if (this.#closing) throw new PipelineError('QUEUE_CLOSED', { queue: this.#options.queue });
    if (!this.#unsettled.delete(held)) return false;
    this.#unsettledMessages -= held.messages.length;
    this.#wake();
    return true;
  }

  /** Acks it; before that, what could not be read of it is put aside. */
  #complete({ subscription, range, unreadable }: Held<T>): Promise<void> {
    return this.#whileHeld(subscription, async () => {
      for (const { body, source, reason, messages } of unreadable) {
        await this.#deadLetters.put(body, source, reason);
        this.#options.onEvent({ kind: 'malformed', reason, messages });
      }
      subscription.ack(range);
    });
  }

  #reject({ subscription, range, arrivals }: Held<T>, reason: string): Promise<void> {
    return this.#whileHeld(subscription, async () => {
      await Promise.all(arrivals.map((source) => this.#deadLetters.put(source.content, source, reason)));
      subscription.ack(range);
    });
  }

  /** What was lost with its connection comes again, and is put aside then. */
  async #whileHeld(subscription: Subscription, settle: () => Promise<void>): Promise<void> {
    if (subscription.isLost) return;
    const settling = settle();
    this.#settling.add(settling);
    try {
      await settling;
    } finally {
      this.#settling.delete(settling);
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
