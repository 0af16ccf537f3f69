import type { BrokerEvent, Codec } from '../types.ts';
import type { Connection } from './connection.ts';
import { isNoGroup } from './failure.ts';
import type { Script } from './script.ts';
import type { Source } from './source.ts';
import { StreamDeadLetters } from './stream-dead-letters.ts';
import { bytesOf, type Fields, type RawEntry, readEntry, type StreamEntry } from './stream-entry.ts';
import { READ_ENTRIES, StreamReader } from './stream-reader.ts';
import { FORGET_DEAD, GIVE_BACK, KEEP_ALIVE, LEAVE } from './stream-scripts.ts';
import { createGroup } from './streams.ts';
import { wholeTransaction } from './transaction.ts';

/** How often entries of dead consumers are looked for, and in how many pieces at a time. */
const CLAIM_EVERY_MS = 1000;
const CLAIM_PIECES = 20;
const IDS_AT_ONCE = 1000;
const FORGET_AFTER_MS = 3_600_000;
const START = '0-0';

export interface StreamSourceOptions<T> {
  readonly stream: string;
  readonly deadStream: string;
  /** Our name in the group, nobody else's. */
  readonly consumer: string;
  readonly codec: Codec<T>;
  readonly onEvent: (event: BrokerEvent) => void;
}

/**
 * Reads one stream as a member of a consumer group. Entries stay pending until acked, and then are
 * deleted. While we hold them we say so; those of members who fell silent, and those given back, are
 * claimed by whoever looks next.
 */
export class StreamSource<T> implements Source<T, StreamEntry<T>> {
  readonly keepAliveMs: number;
  readonly #connection: Connection;
  readonly #options: StreamSourceOptions<T>;
  readonly #reader: StreamReader;
  readonly #dead: StreamDeadLetters;
  readonly #group: string;
  readonly #claimIdleMs: number;
  readonly #heldIds = new Set<string>();
  #claimFrom = START;
  #nextClaimAt = 0;
  /** A read failed: the server may have given us entries that we never saw. */
  #mayMissEntries = false;

  constructor(connection: Connection, reader: Connection, options: StreamSourceOptions<T>) {
    const { group, claimIdleSeconds } = connection.address;
    this.#connection = connection;
    this.#reader = new StreamReader(reader, options.stream, [group, options.consumer]);
    this.#options = options;
    this.#dead = new StreamDeadLetters(connection, options.deadStream, options.onEvent);
    this.#group = group;
    this.#claimIdleMs = claimIdleSeconds * 1000;
    this.keepAliveMs = this.#claimIdleMs / 3;
  }

  async open(): Promise<void> {
    const { client } = this.#connection;
    await createGroup(client, this.#options.stream, this.#group);
    await FORGET_DEAD.run(client, [this.#options.stream], [this.#group, FORGET_AFTER_MS]);
  }

  async take(room: number): Promise<StreamEntry<T>[]> {
    try {
      const raw = this.#mayMissEntries ? await this.#missed() : await this.#claimed(room);
      const isNew = raw.length === 0;
      return await this.#accept(isNew ? await this.#reader.read(room) : raw, !isNew);
    } catch (error) {
      await this.#reader.drop();
      if (isNoGroup(error)) {
        await this.open();
        return [];
      }
      this.#mayMissEntries = true;
      throw error;
    }
  }

  async ack(entries: readonly StreamEntry<T>[]): Promise<void> {
    for (const { malformed } of entries) await this.#dead.addLines(malformed);
    await this.#forget(entries.map(({ id }) => id));
  }

  async requeue({ id }: StreamEntry<T>): Promise<void> {
    // First, or the next claim would take it for one of those that we have.
    this.#heldIds.delete(id);
    await this.#run(GIVE_BACK, [id]);
    this.#nextClaimAt = 0;
  }

  async reject({ id }: StreamEntry<T>, reason: string): Promise<void> {
    const found = await this.#connection.client.callBuffer('xrange', this.#options.stream, id, id);
    const [raw] = found as RawEntry[];
    // Gone when it was somebody else's meanwhile, who settled it.
    if (raw?.[1]) await this.#dead.add(raw[1], reason);
    await this.#forget([id]);
  }

  async keepAlive(entries: readonly StreamEntry<T>[]): Promise<void> {
    await this.#run(KEEP_ALIVE, [...entries.map(({ id }) => id), ...this.#reader.aheadIds]);
  }

  async leave(entries: readonly StreamEntry<T>[]): Promise<void> {
    await this.#reader.settled();
    await this.#run(GIVE_BACK, [...entries.map(({ id }) => id), ...this.#reader.aheadIds]);
    await LEAVE.run(this.#connection.client, [this.#options.stream], [this.#group, this.#options.consumer]);
  }

  close(): void {
    this.#reader.close();
  }

  /** Entries given back, and those of consumers that are silent for too long. */
  async #claimed(room: number): Promise<RawEntry[]> {
    const now = performance.now();
    if (now < this.#nextClaimAt) return [];
    const { stream, consumer } = this.#options;
    for (let piece = 0; piece < CLAIM_PIECES; piece++) {
      const [next, raw] = (await this.#connection.client.callBuffer(
        'xautoclaim',
        ...[
          stream,
          this.#group,
          consumer,
          this.#claimIdleMs,
          this.#claimFrom,
          'COUNT',
          this.#reader.count(room),
        ],
      )) as [Buffer, RawEntry[]];
      this.#claimFrom = next.toString();
      // Where there was one there may be more: look again at once.
      if (raw.length > 0) return raw;
      if (this.#claimFrom === START) break;
    }
    this.#nextClaimAt = now + CLAIM_EVERY_MS;
    return [];
  }

  /** Entries that are pending for us without our knowing. */
  async #missed(): Promise<RawEntry[]> {
    const { stream, consumer } = this.#options;
    const { client } = this.#connection;
    for (let from = '-'; ; ) {
      const words = [stream, this.#group, from, '+', IDS_AT_ONCE, consumer];
      const pending = (await client.call('xpending', ...words)) as [id: string][];
      const unknown = pending.map(([id]) => id).filter((id) => !this.#heldIds.has(id));
      if (unknown.length > 0) {
        const ids = unknown.slice(0, READ_ENTRIES);
        const reply = await client.callBuffer('xclaim', stream, this.#group, consumer, 0, ...ids);
        return reply as RawEntry[];
      }
      if (pending.length < IDS_AT_ONCE) break;
      from = `(${pending[pending.length - 1][0]}`;
    }
    this.#mayMissEntries = false;
    return [];
  }

  async #accept(raw: readonly (RawEntry | null)[], redelivered: boolean): Promise<StreamEntry<T>[]> {
    const entries: StreamEntry<T>[] = [];
    let isAnyNew = false;
    const largest = { bytes: 1, messages: 1 };
    for (const [idBytes, fields] of raw.filter((entry) => entry !== null)) {
      const id = idBytes.toString();
      // Claimed from ourselves, after a long standstill: we have it already.
      if (!fields || this.#heldIds.has(id) || (redelivered && this.#reader.aheadIds.includes(id))) continue;
      const entry = readEntry(id, fields, redelivered, this.#options.codec);
      isAnyNew = true;
      largest.bytes = Math.max(largest.bytes, bytesOf(fields));
      largest.messages = Math.max(largest.messages, entry?.messages.length ?? 0);
      if (entry && entry.messages.length > 0) entries.push(entry);
      else await this.#discard(id, fields, entry);
    }
    if (isAnyNew) this.#reader.largest = largest;
    // Only now: had a discard failed, all of them would have to be found again.
    for (const { id } of entries) this.#heldIds.add(id);
    return entries;
  }

  /** An entry without a single message. */
  async #discard(id: string, fields: Fields, entry: StreamEntry<T> | undefined): Promise<void> {
    if (entry) await this.#dead.addLines(entry.malformed);
    else await this.#dead.addUnreadable(fields);
    await this.#forget([id]);
  }

  async #forget(ids: readonly string[]): Promise<void> {
    const { stream } = this.#options;
    await wholeTransaction(this.#connection.client, [
      ['xack', stream, this.#group, ...ids],
      ['xdel', stream, ...ids],
    ]);
    for (const id of ids) this.#heldIds.delete(id);
  }

  async #run(script: Script, ids: readonly string[]): Promise<void> {
    const { stream, consumer } = this.#options;
    for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
      const some = ids.slice(from, from + IDS_AT_ONCE);
      await script.run(this.#connection.client, [stream], [this.#group, consumer, ...some]);
    }
  }
}
