import { PipelineError, within } from '@antinex/runtime';
import type { Consumer, Delivery } from '../types.ts';
import { AckLine } from './ack-line.ts';
import type { Connection } from './connection.ts';
import { Notifier } from './notifier.ts';
import type { Source, Taken } from './source.ts';

/** Messages read ahead of their delivery, so that the server works while we do. */
const READ_AHEAD = 1024;
/** How long close() waits for answers of the server to what is being settled. */
const CLOSE_LIMIT_MS = 5000;

export interface ConsumerParts<T, E extends Taken<T>> {
  readonly queue: string;
  readonly maxUnsettled: number;
  readonly autoAck: boolean;
  readonly connection: Connection;
  readonly sources: readonly Source<T, E>[];
}

/** Where something held came from, and how it is acked there. */
interface Origin<T, E extends Taken<T>> {
  readonly source: Source<T, E>;
  readonly acks: AckLine<E>;
}

/**
 * Takes from one or several sources, each read by a loop of its own from the first receive() on.
 * Holds at most maxUnsettled messages and, where the size of what comes is not known before, one read more.
 */
export class RedisConsumer<T, E extends Taken<T>> implements Consumer<T> {
  readonly maxUnsettled: number;
  readonly #queue: string;
  readonly #autoAck: boolean;
  readonly #connection: Connection;
  readonly #origins: readonly Origin<T, E>[];
  /** All that is taken and not settled, in the order of taking. */
  readonly #held = new Map<E, Origin<T, E>>();
  /** Of these, what nobody received yet. */
  readonly #ready: E[] = [];
  readonly #changed = new Notifier();
  readonly #underWay = new Set<Promise<void>>();
  /** Aborted when nothing shall be taken any more, and when nothing shall be settled any more. */
  readonly #noTaking = new AbortController();
  readonly #noSettling = new AbortController();
  #heldMessages = 0;
  #readyMessages = 0;
  #reading: Promise<void>[] | undefined;
  #timers: NodeJS.Timeout[] = [];
  #failure: unknown;
  #closing: Promise<void> | undefined;

  /** @throws PipelineError BROKER_REFUSED when we may not use the queue. */
  static async open<T, E extends Taken<T>>(parts: ConsumerParts<T, E>): Promise<RedisConsumer<T, E>> {
    const consumer = new RedisConsumer(parts);
    try {
      for (const source of parts.sources) {
        await parts.connection.persist(() => source.open(), consumer.#noTaking.signal);
      }
      return consumer;
    } catch (error) {
      consumer.#disconnect();
      throw error;
    }
  }

  private constructor({ queue, maxUnsettled, autoAck, connection, sources }: ConsumerParts<T, E>) {
    this.maxUnsettled = maxUnsettled;
    this.#queue = queue;
    this.#autoAck = autoAck;
    this.#connection = connection;
    this.#origins = sources.map((source) => ({
      source,
      acks: new AckLine<E>((entries) => this.#persist(() => source.ack(entries))),
    }));
  }

  async *receive(): AsyncGenerator<Delivery<T>, void, undefined> {
    this.#start();
    while (!this.#closing) {
      if (this.#failure) throw this.#failure;
      const next = this.#mayDeliver ? this.#ready.shift() : undefined;
      if (next) {
        this.#readyMessages -= next.messages.length;
        this.#changed.notify();
        yield this.#deliver(next);
      } else {
        await this.#changed.wait();
      }
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #mayDeliver(): boolean {
    return this.#autoAck || this.#heldMessages - this.#readyMessages < this.maxUnsettled;
  }

  #start(): void {
    if (this.#reading || this.#closing) return;
    this.#reading = this.#origins.map((origin) => this.#read(origin));
    this.#timers = this.#origins.map(({ source }) =>
      setInterval(() => void this.#keepAlive(source), source.keepAliveMs).unref(),
    );
  }

  async #read(origin: Origin<T, E>): Promise<void> {
    const { signal } = this.#noTaking;
    try {
      while (!signal.aborted) {
        const room = this.maxUnsettled - this.#heldMessages;
        if (room <= 0 || this.#readyMessages >= READ_AHEAD) {
          await this.#changed.wait();
          continue;
        }
        const taken = await this.#connection.persist(() => origin.source.take(room), signal);
        for (const entry of taken) this.#hold(entry, origin);
        if (taken.length > 0) this.#changed.notify();
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  /** Who receives is told. */
  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#changed.notify();
  }

  #hold(entry: E, origin: Origin<T, E>): void {
    this.#held.set(entry, origin);
    this.#ready.push(entry);
    this.#heldMessages += entry.messages.length;
    this.#readyMessages += entry.messages.length;
  }

  #release(entry: E): void {
    if (!this.#held.delete(entry)) return;
    this.#heldMessages -= entry.messages.length;
    this.#changed.notify();
  }

  #deliver(entry: E): Delivery<T> {
    const { source, acks } = this.#held.get(entry) as Origin<T, E>;
    let settled = this.#autoAck;
    const settle = async (work: () => Promise<void>): Promise<void> => {
      if (this.#closing) throw new PipelineError('QUEUE_CLOSED', { queue: this.#queue });
      if (settled) return;
      settled = true;
      await this.#track(work().then(() => this.#release(entry)));
    };
    if (this.#autoAck) {
      this.#track(acks.add(entry).then(() => this.#release(entry))).catch((error) => this.#fail(error));
    }
    return {
      messages: entry.messages,
      redelivered: entry.redelivered,
      reason: entry.reason,
      ack: () => settle(() => acks.add(entry)),
      requeue: () => settle(() => this.#persist(() => source.requeue(entry))),
      reject: (reason) => settle(() => this.#persist(() => source.reject(entry, reason))),
    };
  }

  /** Through losses of the connection, until there is an answer or the consumer is closed. */
  async #persist(work: () => Promise<void>): Promise<void> {
    const { signal } = this.#noSettling;
    try {
      await this.#connection.persist(work, signal);
    } catch (error) {
      throw signal.aborted ? new PipelineError('QUEUE_CLOSED', { queue: this.#queue }) : error;
    }
  }

  async #track(work: Promise<void>): Promise<void> {
    this.#underWay.add(work);
    try {
      await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  async #keepAlive(source: Source<T, E>): Promise<void> {
    const mine = [...this.#held].filter(([, origin]) => origin.source === source).map(([entry]) => entry);
    if (mine.length === 0 || !this.#connection.isReady) return;
    // If it fails, the next time is soon enough.
    await source.keepAlive(mine).catch(() => {});
  }

  async #close(): Promise<void> {
    this.#noTaking.abort();
    this.#changed.notify();
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#reading ?? []);
    if (this.#connection.isReady) {
      const answers = Promise.allSettled(this.#underWay).then(() => this.#giveBack());
      await within(CLOSE_LIMIT_MS, answers);
    }
    this.#noSettling.abort();
    this.#disconnect();
  }

  /** Should it fail, others get what we held all the same, when its time is over. */
  async #giveBack(): Promise<void> {
    for (const { source } of this.#origins) {
      const mine = [...this.#held].filter(([, origin]) => origin.source === source).map(([entry]) => entry);
      await source.leave(mine).catch(() => {});
    }
  }

  #disconnect(): void {
    for (const { source } of this.#origins) source.close();
    this.#connection.close();
  }
}
