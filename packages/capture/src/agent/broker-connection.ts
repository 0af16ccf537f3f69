import {
  type BrokerEvent,
  connectConsumer,
  connectPublisher,
  openSpoolingPublisher,
  type Publisher,
  type QueueOptions,
  untilThere,
} from '@antinex/broker';
import type { Log } from '@antinex/runtime';
import { maskSecrets, PipelineError, within } from '@antinex/runtime';
import { eventLog } from './broker-events.ts';
import { messageCodec } from './message-codec.ts';
import { orAborted } from './or-aborted.ts';
import type { PipelinePlan } from './plan.ts';
import type { Published } from './published.ts';

/** A broker that does not let go when it is asked to is left alone after this time. */
const CLOSE_MS = 1500;

/**
 * The way to the plan's broker. It is looked for in the background: until it is there, what is published
 * waits; with a spool nothing has to.
 */
export class BrokerConnection implements Pick<Publisher<Published>, 'publish'> {
  /** Why messages get nowhere now; undefined while they get there. */
  problem: string | undefined = 'the broker is not there yet';
  /** Rejects as untilThere() and openSpoolingPublisher() say. */
  readonly opened: Promise<unknown>;
  private readonly plan: PipelinePlan;
  private readonly log: Log;
  private readonly ending = new AbortController();
  private readonly publisher: Promise<Publisher<Published>>;
  private found: Publisher<Published> | undefined;
  private countSpooled: (() => number) | undefined;

  constructor(plan: PipelinePlan, log: Log) {
    this.plan = plan;
    this.log = log;
    this.publisher = plan.whenFull === 'spool' ? this.openSpool() : this.find();
    this.opened = this.publisher.then((publisher) => {
      this.found = publisher;
      this.problem = undefined;
    });
    this.opened.catch(() => {});
  }

  /**
   * At once where that can be, and in no async function: messages are to become bytes while they are new,
   * and then to be forgotten, or the garbage collector has to move them about.
   */
  publish(messages: readonly Published[], options: { readonly signal: AbortSignal }): Promise<void> {
    if (this.found !== undefined) return this.found.publish(messages, options);
    return orAborted(this.publisher, options.signal).then((publisher) =>
      publisher.publish(messages, options),
    );
  }

  /** Messages in the spool; undefined without one. */
  spooled(): number | undefined {
    return this.countSpooled?.();
  }

  /** A broker that is not there is not waited for any longer. */
  stopLooking(): void {
    this.ending.abort();
  }

  /**
   * Lets go of the broker, once nothing is on its way to it any more.
   *
   * @throws PipelineError BROKER_UNREACHABLE when it never answered; as `opened`.
   */
  async close(): Promise<void> {
    this.stopLooking();
    const closed = this.publisher.then((publisher) => publisher.close());
    // Closing a spool writes to the disk, and has its own limit.
    if (this.countSpooled) return closed;
    await within(CLOSE_MS, closed);
    if (this.found) return;
    const reason = 'it did not answer before the end';
    throw new PipelineError('BROKER_UNREACHABLE', { url: maskSecrets(this.plan.broker.url), reason });
  }

  private async find(): Promise<Publisher<Published>> {
    const { url } = this.plan.broker;
    if (url.startsWith('memory:')) await this.discardAll();
    const say = eventLog(this.log, maskSecrets(url));
    const onEvent = (event: BrokerEvent): void => {
      say(event);
      this.notice(event);
    };
    const options = this.options(onEvent);
    return untilThere(() => connectPublisher<Published>(url, options), this.log, this.ending.signal);
  }

  private async openSpool(): Promise<Publisher<Published>> {
    const { broker, spool } = this.plan;
    const spooling = await openSpoolingPublisher<Published>(
      (onEvent) => connectPublisher<Published>(broker.url, this.options(onEvent)),
      { ...spool, codec: messageCodec(), onEvent: eventLog(this.log, maskSecrets(broker.url)) },
    );
    this.countSpooled = () => spooling.counters().spooledMessages;
    return spooling;
  }

  private options(onEvent: (event: BrokerEvent) => void): QueueOptions<Published> {
    return { ...this.plan.broker.options, codec: messageCodec(), onEvent };
  }

  /** Nobody else can take what is in the memory of this process. */
  private async discardAll(): Promise<void> {
    const { url, options } = this.plan.broker;
    const consumer = await connectConsumer<Published>(url, { ...options, autoAck: true });
    void (async () => {
      for await (const _ of consumer.receive());
      await consumer.close();
    })();
  }

  private notice({ kind }: BrokerEvent): void {
    if (kind === 'connected' || kind === 'unblocked') this.problem = undefined;
    else if (kind === 'disconnected') this.problem = 'the broker is away';
    else if (kind === 'blocked') this.problem = 'the broker takes no messages';
  }
}
