import type { Codec } from '../types.ts';
import type { Connection } from './connection.ts';
import { isNoGroup } from './failure.ts';
import type { Load, Outbound } from './publisher.ts';
import { createGroup, DEFAULT_MAX_ENTRIES, FIELD, streamsOf } from './streams.ts';
import { type Command, transaction } from './transaction.ts';

interface Entry extends Load {
  readonly ndjson: Buffer;
  readonly messages: number;
}

/**
 * Adds batches to one stream of the queue. A publisher stays with one of the shards, so that the
 * order of what it publishes is kept; which one, chance decides.
 */
export class BatchOutbound<T> implements Outbound<T, Entry> {
  readonly capacity: number;
  readonly #connection: Connection;
  readonly #codec: Codec<T>;
  readonly #stream: string;
  readonly #length: readonly Command[];

  constructor(connection: Connection, queue: string, codec: Codec<T>) {
    const { address } = connection;
    const streams = streamsOf(queue, address);
    this.#stream = streams[Math.floor(Math.random() * streams.length)];
    this.#length = [
      ['xlen', this.#stream],
      ['xpending', this.#stream, address.group],
    ];
    this.#connection = connection;
    this.#codec = codec;
    this.capacity = address.maxLength ?? DEFAULT_MAX_ENTRIES;
  }

  open(): Promise<void> {
    const { client, address } = this.#connection;
    return createGroup(client, this.#stream, address.group);
  }

  encode(messages: readonly T[]): Entry {
    const bytes = this.#codec.encode(messages);
    const ndjson = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { ndjson, bytes: ndjson.length, count: 1, messages: messages.length };
  }

  async send(entries: readonly Entry[]): Promise<number> {
    const additions = entries.map(
      ({ ndjson, messages }): Command => [
        'xadd',
        this.#stream,
        '*',
        FIELD.NDJSON,
        ndjson,
        FIELD.COUNT,
        messages,
      ],
    );
    const results = await transaction(this.#connection.client, [...additions, ...this.#length]);
    const failed = results.slice(0, additions.length).find((result) => result instanceof Error);
    if (failed) throw failed;
    return this.#waitingOf(results.slice(additions.length));
  }

  async waiting(): Promise<number> {
    return this.#waitingOf(await transaction(this.#connection.client, this.#length));
  }

  /** What is in the stream and was not given to a consumer yet. */
  async #waitingOf([length, pending]: readonly unknown[]): Promise<number> {
    if (length instanceof Error) throw length;
    if (Array.isArray(pending)) return Number(length) - Number(pending[0]);
    if (!isNoGroup(pending)) throw pending;
    await this.open();
    return Number(length);
  }
}
