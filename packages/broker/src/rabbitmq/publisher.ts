import { PipelineError } from '@antinex/runtime';
import { MAX_BATCH_MESSAGES, type Publisher, type QueueOptions, type ResolvedOptions } from '../types.ts';
import type { Address } from './address.ts';
import { toLetters } from './letters.ts';
import { Link } from './link.ts';
import { Outbox } from './outbox.ts';
import { isDeadLetterQueue, prepareToPublish } from './topology.ts';

/** Publishes with the broker's confirms; across a loss of the connection as Outbox has it. */
export class RabbitmqPublisher<T> implements Publisher<T> {
  readonly #options: ResolvedOptions<QueueOptions<T>>;
  readonly #outbox = new Outbox((reason) => this.#link.restart(reason));
  readonly #link: Link;
  readonly #underWay = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;

  /** @throws as Link.open(). */
  static async open<T>(address: Address, options: ResolvedOptions<QueueOptions<T>>): Promise<Publisher<T>> {
    const publisher = new RabbitmqPublisher(address, options);
    await publisher.#link.open();
    return publisher;
  }

  private constructor(address: Address, options: ResolvedOptions<QueueOptions<T>>) {
    this.#options = isDeadLetterQueue(options.queue) ? { ...options, wire: 'batch' } : options;
    this.#link = new Link(address, {
      tls: options.tls,
      onEvent: options.onEvent,
      prepare: async (connection) => {
        connection.on('blocked', (reason) => options.onEvent({ kind: 'blocked', reason }));
        connection.on('unblocked', () => options.onEvent({ kind: 'unblocked' }));
        const route = await prepareToPublish(connection, this.#options, address.quorum);
        await this.#outbox.attach(connection, route);
      },
      lost: () => this.#outbox.detach(),
    });
  }

  async publish(batch: readonly T[], options?: { readonly signal?: AbortSignal }): Promise<void> {
    const { queue, codec, wire } = this.#options;
    if (this.#closing) throw new PipelineError('QUEUE_CLOSED', { queue });
    if (batch.length > MAX_BATCH_MESSAGES) {
      throw new PipelineError('BATCH_TOO_LARGE', { size: batch.length, limit: MAX_BATCH_MESSAGES });
    }
    if (batch.length === 0) return;
    const sending = this.#outbox.send(() => toLetters(batch, codec, wire), options?.signal);
    this.#underWay.add(sending);
    try {
      await sending;
    } finally {
      this.#underWay.delete(sending);
    }
  }

  async flush(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  close(): Promise<void> {
    this.#closing ??= this.flush().then(() => this.#link.close());
    return this.#closing;
  }
}
