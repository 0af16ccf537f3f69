import { randomUUID } from 'node:crypto';
import { linesOf } from '../json-codec.ts';
import { type EnvelopeWriter, envelopeWriter } from '../kombu/envelope.ts';
import { binding, bindingsOf } from '../kombu/keys.ts';
import type { Codec, QueueOptions, ResolvedOptions } from '../types.ts';
import type { Connection } from './connection.ts';
import type { Load, Outbound } from './publisher.ts';
import { type Command, wholeTransaction } from './transaction.ts';

/** Messages that may wait in a queue: each is an item of its list. */
export const DEFAULT_MAX_ITEMS = 1_000_000;

interface Items extends Load {
  readonly envelopes: readonly Buffer[];
}

/** Pushes each message by itself, as kombu does. */
export class KombuOutbound<T> implements Outbound<T, Items> {
  readonly capacity: number;
  readonly #connection: Connection;
  readonly #queue: string;
  readonly #codec: Codec<T>;
  readonly #write: EnvelopeWriter;
  readonly #bind: Command;

  constructor(connection: Connection, options: ResolvedOptions<QueueOptions<T>>) {
    const { queue, exchange, routingKey, codec } = options;
    this.capacity = connection.address.maxLength ?? DEFAULT_MAX_ITEMS;
    this.#connection = connection;
    this.#queue = queue;
    this.#codec = codec;
    this.#write = envelopeWriter(exchange, routingKey);
    this.#bind = ['sadd', bindingsOf(exchange), binding(routingKey, queue)];
  }

  async open(): Promise<void> {
    await wholeTransaction(this.#connection.client, [this.#bind]);
  }

  encode(messages: readonly T[]): Items {
    const envelopes: Buffer[] = [];
    let bytes = 0;
    for (const body of linesOf(this.#codec.encode(messages))) {
      // They are ASCII; as bytes they go out at half the cost.
      const envelope = Buffer.from(this.#write(body, randomUUID()), 'latin1');
      envelopes.push(envelope);
      bytes += envelope.length;
    }
    return { envelopes, bytes, count: envelopes.length };
  }

  async send(loads: readonly Items[]): Promise<number> {
    const pushes = loads.map(({ envelopes }): Command => ['lpush', this.#queue, ...envelopes]);
    const results = await wholeTransaction(this.#connection.client, pushes);
    // Each push tells how long the list is after it.
    return Number(results[results.length - 1]);
  }

  async waiting(): Promise<number> {
    return this.#connection.client.llen(this.#queue);
  }
}
