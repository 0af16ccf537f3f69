import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { AckLedger, type TagRange } from './ack-ledger.ts';
import { reasonOf } from './connection-error.ts';

/** The protocol counts a prefetch in 16 bits. */
const MAX_PREFETCH = 65_535;
/** What is taken together is read together: a body that would lead beyond this stands alone. */
const MAX_TAKE_BYTES = 4 * 1024 * 1024;

export interface SubscriptionOptions {
  readonly queue: string;
  /** How many broker messages may be here unsettled in the ordinary way. */
  readonly prefetch: number;
  /** How many if these are not enough for the consumer. */
  readonly most: number;
  readonly onArrival: () => void;
  /** Must bring a new channel: this one is not used any more. */
  readonly onFault: (reason: string) => void;
}

/**
 * What one channel brings, until it is lost: messages in order of arrival, and their settling.
 *
 * The consumer counts messages of ours, the broker its own, of which each may hold 1 or 256. So it gets a
 * prefetch that is right for full ones, and while the consumer starves a further subscription on the
 * same channel doubles it. These end before the next ack: full messages cannot come in such number.
 */
export class Subscription {
  readonly #channel: Channel;
  readonly #options: SubscriptionOptions;
  readonly #ledger = new AckLedger();
  readonly #arrived: ConsumeMessage[] = [];
  #extraTags: string[] = [];
  #credit: number;
  #unsettled = 0;
  #growing = false;
  #flush: NodeJS.Immediate | undefined;
  #lost = false;

  static async open(connection: ChannelModel, options: SubscriptionOptions): Promise<Subscription> {
    const channel = await connection.createChannel();
    const subscription = new Subscription(channel, options);
    await subscription.#consume(subscription.#credit);
    return subscription;
  }

  private constructor(channel: Channel, options: SubscriptionOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#credit = Math.min(options.prefetch, MAX_PREFETCH);
    channel.on('error', (error) => this.#fail(error.message));
    channel.on('close', () => this.#fail('channel closed'));
  }

  get isLost(): boolean {
    return this.#lost;
  }

  get waiting(): number {
    return this.#arrived.length;
  }

  /** Up to `limit` messages that have arrived; none makes the broker send more if it may not by now. */
  take(limit: number): ConsumeMessage[] {
    if (this.#arrived.length === 0) this.#grow();
    const most = Math.min(limit, this.#arrived.length);
    let count = 0;
    for (let bytes = 0; count < most; count++) {
      bytes += this.#arrived[count].content.length;
      if (count > 0 && bytes > MAX_TAKE_BYTES) break;
    }
    return this.#arrived.splice(0, count);
  }

  /** The broker is told soon, of many at once. Does nothing once the channel is lost: they come again. */
  ack(range: TagRange): void {
    if (this.#lost) return;
    this.#ledger.ack(range);
    this.#unsettled -= sizeOf(range);
    this.#flush ??= setImmediate(() => void this.flush().catch((error) => this.#fail(reasonOf(error))));
  }

  /** As ack(). */
  requeue(range: TagRange): void {
    if (this.#lost) return;
    this.#ledger.settle(range);
    this.#unsettled -= sizeOf(range);
    for (let tag = range.first; tag <= range.last; tag++) this.#channel.nack(messageOf(tag), false, true);
  }

  /** Tells the broker what was acked. */
  async flush(): Promise<void> {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    await this.#shrink();
    if (this.#lost) return;
    for (const { tag, multiple } of this.#ledger.takeAcks()) this.#channel.ack(messageOf(tag), multiple);
  }

  /** The channel is gone, and what arrived on it goes to others. */
  lose(): void {
    this.#lost = true;
    this.#arrived.length = 0;
    clearImmediate(this.#flush);
  }

  /** Resolves once the broker has handled every ack and has back what was not acked. */
  async close(): Promise<void> {
    await this.flush();
    if (this.#lost) return;
    this.lose();
    const closed = new Promise<void>((resolve) => this.#channel.once('close', () => resolve()));
    await Promise.race([closed, this.#channel.close()]);
  }

  async #consume(prefetch: number): Promise<string> {
    await this.#channel.prefetch(prefetch);
    const { consumerTag } = await this.#channel.consume(this.#options.queue, (message) => {
      if (this.#lost) return;
      if (!message) return this.#fail('the broker ended the subscription: its queue is gone');
      this.#unsettled++;
      this.#arrived.push(message);
      this.#options.onArrival();
    });
    return consumerTag;
  }

  #grow(): void {
    const more = Math.min(this.#credit, this.#options.most - this.#credit, MAX_PREFETCH);
    if (this.#lost || this.#growing || this.#unsettled < this.#credit || more <= 0) return;
    this.#growing = true;
    this.#consume(more).then(
      (tag) => {
        this.#growing = false;
        this.#credit += more;
        this.#extraTags.push(tag);
      },
      () => {}, // The channel is gone; that is told elsewhere.
    );
  }

  async #shrink(): Promise<void> {
    const tags = this.#extraTags;
    if (tags.length === 0) return;
    this.#extraTags = [];
    this.#credit = Math.min(this.#options.prefetch, MAX_PREFETCH);
    await Promise.all(tags.map((tag) => this.#channel.cancel(tag))).catch(() => {});
  }

  #fail(reason: string): void {
    if (this.#lost) return;
    this.lose();
    this.#options.onFault(reason);
  }
}

const sizeOf = ({ first, last }: TagRange): number => last - first + 1;

/** All that the library reads of a message it settles. */
const messageOf = (deliveryTag: number): ConsumeMessage => ({ fields: { deliveryTag } }) as ConsumeMessage;
