import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '@antinex/runtime';
import { MAX_BATCH_MESSAGES, type Publisher } from '../types.ts';
import type { Connection } from './connection.ts';
import { type Job, PublishLine } from './publish-line.ts';

/** What goes out at once: enough to keep the server busy, little enough to be repeated after a loss. */
const GROUP_JOBS = 32;
const GROUP_BYTES = 2 ** 20;
/** How often a full queue is looked at. */
const FULL_POLL_MS = 20;
/** A server's usual limit for one value (proto-max-bulk-len). */
const VALUE_LIMIT_BYTES = 512 * 2 ** 20;

/** What a publish becomes on the wire. */
export interface Load {
  /** Broker messages it makes. */
  readonly count: number;
  readonly bytes: number;
}

/** The part of publishing that differs between the wires. */
export interface Outbound<T, L extends Load> {
  /** How many broker messages may wait in the queue. */
  readonly capacity: number;
  /** Makes the queue where it does not exist. */
  open(): Promise<void>;
  encode(messages: readonly T[]): L;
  /** Puts all or none of the loads into the queue, in order; resolves with how many then wait there. */
  send(loads: readonly L[]): Promise<number>;
  /** How many broker messages wait. */
  waiting(): Promise<number>;
}

/**
 * Publishes in the order of the calls: those that came while a group was on its way make up the
 * next group, and only one is on its way. After a loss of the connection the same group goes first.
 * If the server had taken it and only its answer was lost, its messages are there twice: whoever
 * reads them tells them by their ids.
 *
 * The queue takes no more than its capacity, and one group more of every publisher besides this one.
 */
export class RedisPublisher<T, L extends Load> implements Publisher<T> {
  readonly #queue: string;
  readonly #connection: Connection;
  readonly #outbound: Outbound<T, L>;
  readonly #line = new PublishLine<L>();
  readonly #ended = new AbortController();
  #running = false;
  /** How many broker messages wait, when that is known. */
  #waiting: number | undefined;
  #closing: Promise<void> | undefined;

  /** @throws PipelineError BROKER_REFUSED when we may not use the queue. */
  static async open<T, L extends Load>(
    queue: string,
    connection: Connection,
    outbound: Outbound<T, L>,
  ): Promise<RedisPublisher<T, L>> {
    const publisher = new RedisPublisher<T, L>(queue, connection, outbound);
    try {
      await connection.persist(() => outbound.open(), publisher.#ended.signal);
      return publisher;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  private constructor(queue: string, connection: Connection, outbound: Outbound<T, L>) {
    this.#queue = queue;
    this.#connection = connection;
    this.#outbound = outbound;
  }

  async publish(batch: readonly T[], options?: { readonly signal?: AbortSignal }): Promise<void> {
    if (this.#closing) throw new PipelineError('QUEUE_CLOSED', { queue: this.#queue });
    if (batch.length > MAX_BATCH_MESSAGES) {
      throw new PipelineError('BATCH_TOO_LARGE', { size: batch.length, limit: MAX_BATCH_MESSAGES });
    }
    options?.signal?.throwIfAborted();
    if (batch.length === 0) return;
    const taken = this.#line.join(this.#encode(batch), options?.signal);
    if (!this.#running) void this.#run();
    // Not awaited here: the call would keep the messages for as long as it takes.
    return taken;
  }

  async flush(): Promise<void> {
    await this.#line.settled();
  }

  close(): Promise<void> {
    this.#closing ??= this.flush().then(() => {
      this.#ended.abort();
      this.#connection.close();
    });
    return this.#closing;
  }

  async #run(): Promise<void> {
    this.#running = true;
    const { signal } = this.#ended;
    for (let attempt = 0; this.#line.length > 0; ) {
      try {
        await this.#connection.ready(signal);
        await this.#sendGroup();
        attempt = 0;
      } catch (error) {
        this.#waiting = undefined;
        await this.#connection
          .pauseAfter(error, attempt++, signal)
          .catch((fatal) => this.#line.rejectAll(fatal));
      }
    }
    this.#running = false;
  }

  async #sendGroup(): Promise<void> {
    this.#waiting ??= await this.#outbound.waiting();
    const group = this.#nextGroup();
    if (group.length === 0) {
      this.#waiting = undefined;
      if (this.#line.length > 0) await sleep(FULL_POLL_MS);
      return;
    }
    this.#waiting = await this.#line.deliver(group, () => this.#outbound.send(group.map(({ load }) => load)));
  }

  /** Those at the head of the line that fit. What is larger than the queue's capacity fits into an empty one. */
  #nextGroup(): Job<L>[] {
    const { capacity } = this.#outbound;
    let waiting = this.#waiting as number;
    let bytes = 0;
    const group: Job<L>[] = [];
    for (const job of this.#line) {
      const { load } = job;
      const fits = waiting === 0 || waiting + load.count <= capacity;
      const isFull = group.length === GROUP_JOBS || (group.length > 0 && bytes + load.bytes > GROUP_BYTES);
      if (!fits || isFull) break;
      waiting += load.count;
      bytes += load.bytes;
      group.push(job);
    }
    return group;
  }

  /** At once: as bytes, messages that wait take less room and the garbage collector need not know them. */
  #encode(batch: readonly T[]): L {
    const load = this.#outbound.encode(batch);
    if (load.bytes < VALUE_LIMIT_BYTES) return load;
    const reason = 'Redis takes less than 512 MB at once';
    throw new PipelineError('MESSAGE_TOO_LARGE', { bytes: load.bytes, reason });
  }
}
