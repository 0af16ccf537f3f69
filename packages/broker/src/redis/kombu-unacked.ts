import { randomUUID } from 'node:crypto';
import { type EnvelopeWriter, envelopeWriter, type Marks, markEnvelope } from '../kombu/envelope.ts';
import { UNACKED, UNACKED_INDEX, UNACKED_MUTEX, unackedSuffix } from '../kombu/keys.ts';
import { type ConsumerOptions, deadLetterQueue, type ResolvedOptions } from '../types.ts';
import type { Connection } from './connection.ts';
import { DEFAULT_MAX_ITEMS } from './kombu-outbound.ts';
import { FIND_EXPIRED, GIVE_BACK, RELEASE_MUTEX } from './kombu-scripts.ts';
import { wholeTransaction } from './transaction.ts';

/** It only saves Python's consumers the work: what is given back is given back once all the same. */
const MUTEX_MS = 5_000;
const LONGEST_RESTORE_PAUSE_MS = 10_000;

/** A message and the name it has while it is unacked. */
export interface Tagged {
  readonly tag: string;
  readonly item: Buffer;
}

type Options = Pick<ResolvedOptions<ConsumerOptions>, 'queue' | 'exchange' | 'routingKey' | 'onEvent'>;

/** The messages that consumers of a queue took and have not acked, ours and others'. */
export class KombuUnacked {
  /** Kombu's index and hash, and the queue's own for what kombu could not give back. */
  readonly places: readonly string[];
  /** What follows a message where kombu keeps it. */
  readonly suffix: string;
  readonly #connection: Connection;
  readonly #options: Options;
  readonly #write: EnvelopeWriter;
  readonly #restoreEveryMs: number;
  #nextRestoreAt = 0;

  constructor(connection: Connection, options: Options) {
    const { queue, exchange, routingKey } = options;
    this.places = [UNACKED_INDEX, UNACKED, `${queue}.unacked_index`, `${queue}.unacked`];
    this.suffix = unackedSuffix(exchange, routingKey);
    this.#connection = connection;
    this.#options = options;
    this.#write = envelopeWriter(exchange, routingKey);
    const { visibilityTimeoutSeconds } = connection.address;
    this.#restoreEveryMs = Math.min(LONGEST_RESTORE_PAUSE_MS, visibilityTimeoutSeconds * 200);
  }

  /** The messages of these names that are still unacked. */
  async read(tags: readonly string[]): Promise<Tagged[]> {
    const { client } = this.#connection;
    const [, hash, , asideHash] = this.places;
    const records = (await client.callBuffer('hmget', hash, ...tags)) as (Buffer | null)[];
    const aside = (await client.callBuffer('hmget', asideHash, ...tags)) as (Buffer | null)[];
    return tags.flatMap((tag, i) => {
      const record = records[i];
      const item = record ? this.#itemOf(record) : aside[i];
      return item ? [{ tag, item }] : [];
    });
  }

  /** Those that are still unacked come next in the queue. */
  async giveBack(tags: readonly string[]): Promise<void> {
    if (tags.length > 0) await this.#push(await this.read(tags));
  }

  /** To the dead-letter queue, where the oldest make room for the latest: poison must not fill the server. */
  async bury(records: readonly Tagged[], reason: string): Promise<void> {
    if (records.length === 0) return;
    const dead = deadLetterQueue(this.#options.queue);
    const most = this.#connection.address.maxLength ?? DEFAULT_MAX_ITEMS;
    const tags = records.map(({ tag }) => tag);
    const [index, hash, asideIndex, asideHash] = this.places;
    const [length] = await wholeTransaction(this.#connection.client, [
      ['lpush', dead, ...records.map((record) => this.#mark(record, { reason }))],
      ['ltrim', dead, 0, most - 1],
      ['zrem', index, ...tags],
      ['hdel', hash, ...tags],
      ['zrem', asideIndex, ...tags],
      ['hdel', asideHash, ...tags],
    ]);
    const messages = Number(length) - most;
    if (messages > 0) this.#options.onEvent({ kind: 'discarded', messages });
  }

  /** Gives back what consumers hold whose time is over, whoever they are; now and then, one consumer at a time. */
  async restoreExpired(): Promise<void> {
    const now = performance.now();
    if (now < this.#nextRestoreAt) return;
    this.#nextRestoreAt = now + this.#restoreEveryMs;
    const { client, address } = this.#connection;
    const token = randomUUID();
    const words = [address.visibilityTimeoutSeconds, this.suffix, token, MUTEX_MS];
    const found = await FIND_EXPIRED.run(client, [...this.places, UNACKED_MUTEX], words);
    if (found === null) return;
    const [expired, aside] = found as [Buffer[], Buffer[]];
    const records = [...pairs(expired, (record) => this.#itemOf(record)), ...pairs(aside, (item) => item)];
    await this.#push(records);
    // There may be more.
    if (records.length > 0) this.#nextRestoreAt = now;
    await RELEASE_MUTEX.run(client, [UNACKED_MUTEX], [token]);
  }

  /** The latest first: what is pushed last is served first. */
  async #push(records: readonly Tagged[]): Promise<void> {
    if (records.length === 0) return;
    const words = [...records].reverse().flatMap((record) => [record.tag, this.#mark(record, REDELIVERED)]);
    await GIVE_BACK.run(this.#connection.client, [...this.places, this.#options.queue], words);
  }

  #itemOf(record: Buffer): Buffer {
    return record.subarray(1, record.length - this.suffix.length);
  }

  #mark({ item }: Tagged, marks: Marks): string {
    return markEnvelope(item, marks, this.#write, randomUUID());
  }
}

const REDELIVERED: Marks = { redelivered: true };

const pairs = (flat: readonly Buffer[], itemOf: (record: Buffer) => Buffer): Tagged[] =>
  Array.from({ length: flat.length / 2 }, (_, i) => ({
    tag: flat[2 * i].toString(),
    item: itemOf(flat[2 * i + 1]),
  }));
