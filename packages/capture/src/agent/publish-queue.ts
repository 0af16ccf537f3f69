import { setMaxListeners } from 'node:events';
import type { Publisher } from '@antinex/broker';
import type { PipelineCounts } from './ledger.ts';

/** What happens to packets while the queue to the broker is full. */
export type WhenFull = 'block' | 'drop-newest';

export interface PublishQueueOptions<T> {
  readonly publisher: Pick<Publisher<T>, 'publish'>;
  /** How many messages may be unconfirmed; the last batch of each who puts may go beyond it. */
  readonly capacity: number;
  readonly whenFull: WhenFull;
  readonly counts: PipelineCounts;
  /** Called when the publisher refuses a batch, which then counts as dropped by the broker. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * The bounded way to the broker: batches are published as they come, several at a time. When too many
 * messages are unconfirmed, `room` waits (then the kernel's ring fills), or `put` drops what it is given.
 */
export class PublishQueue<T> {
  private readonly options: PublishQueueOptions<T>;
  private readonly giveUp = new AbortController();
  private wake: (() => void)[] = [];

  constructor(options: PublishQueueOptions<T>) {
    this.options = options;
    // Each batch on its way listens to it.
    setMaxListeners(0, this.giveUp.signal);
  }

  /** Aborted once what is not confirmed is given up. */
  get abandoned(): AbortSignal {
    return this.giveUp.signal;
  }

  /** Waits, if that is the policy, until there is room for a batch. */
  async room(): Promise<void> {
    while (this.isFull && this.options.whenFull === 'block' && !this.abandoned.aborted) await this.change();
  }

  /** Takes a batch over, or counts it as dropped. Await room() before. */
  put(messages: readonly T[]): void {
    const { counts, whenFull } = this.options;
    if (this.abandoned.aborted || (this.isFull && whenFull === 'drop-newest')) {
      counts.queueDrops += messages.length;
    } else {
      counts.queued += messages.length;
      const { publisher } = this.options;
      // Only their number is kept: a driver has made bytes of the messages, and they can go.
      void this.settle(publisher.publish(messages, { signal: this.abandoned }), messages.length);
    }
  }

  /** Waits until nothing is unconfirmed any more. */
  async drain(): Promise<void> {
    while (this.options.counts.queued > 0) await this.change();
  }

  /**
   * Gives up on everything that is not confirmed yet: dropped by the broker; and on what comes: dropped here.
   * At once: a driver may be silent for long about what is on its way to a broker that stands still.
   */
  abandon(): void {
    if (this.abandoned.aborted) return;
    this.giveUp.abort(new Error('the program ended before the broker confirmed'));
    const { counts } = this.options;
    counts.brokerDrops += counts.queued;
    counts.queued = 0;
    this.wakeAll();
  }

  private get isFull(): boolean {
    const { counts, capacity } = this.options;
    return counts.queued >= capacity;
  }

  private async settle(published: Promise<void>, messages: number): Promise<void> {
    const { counts, onFailure } = this.options;
    const failure = await published.then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    // Counted by abandon().
    if (this.abandoned.aborted) return;
    counts.queued -= messages;
    if (failure === undefined) counts.published += messages;
    else {
      counts.brokerDrops += messages;
      onFailure(failure.error);
    }
    this.wakeAll();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.wake.push(resolve));
  }

  private wakeAll(): void {
    for (const resolve of this.wake.splice(0)) resolve();
  }
}
