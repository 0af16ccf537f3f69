import { setTimeout as sleep } from 'node:timers/promises';
import { decodeItems } from '../kombu/decode-items.ts';
import { EnvelopeReader } from '../kombu/envelope-reader.ts';
import { binding, bindingsOf, listsOf } from '../kombu/keys.ts';
import { type ConsumerOptions, MAX_BATCH_MESSAGES, type ResolvedOptions } from '../types.ts';
import type { Connection } from './connection.ts';
import { FORGET, KEEP_ALIVE, TAKE } from './kombu-scripts.ts';
import { KombuUnacked } from './kombu-unacked.ts';
import type { Script } from './script.ts';
import type { Source, Taken } from './source.ts';
import { wholeTransaction } from './transaction.ts';

/** An empty queue is looked at after so long, and ever later up to so long. */
const SHORTEST_POLL_MS = 5;
const LONGEST_POLL_MS = 50;
/** Takes under way before they are asked for, as long as the queue fills each: the server works while we do. */
const MOST_AHEAD = 3;

/** Messages of one kind that were taken together. */
interface KombuEntry<T> extends Taken<T> {
  /** Each message has a number; with our name before it, it is the message's own while it is unacked. */
  readonly numbers: readonly number[];
}

/** A call of TAKE. */
interface Pop {
  readonly first: number;
  readonly count: number;
  readonly items: Promise<Buffer[]>;
}

/**
 * Takes from the lists of a kombu queue side by side with Python's consumers, which wait with BRPOP
 * and record what they got afterwards. Here a script does both at once, so that nothing is ever in
 * nobody's hands; when the queue is empty it is asked again after a short while.
 */
export class KombuSource<T> implements Source<T, KombuEntry<T>> {
  readonly keepAliveMs: number;
  readonly #connection: Connection;
  readonly #options: ResolvedOptions<ConsumerOptions<T>>;
  readonly #unacked: KombuUnacked;
  readonly #reader = new EnvelopeReader();
  readonly #me: string;
  #nextNumber = 0;
  #pollMs = SHORTEST_POLL_MS;
  /** Under way already, for the next takes. */
  #ahead: Pop[] = [];
  /** What may be recorded for us although its answer never came. */
  #unsure: readonly number[] = [];

  constructor(connection: Connection, options: ResolvedOptions<ConsumerOptions<T>>, name: string) {
    this.#connection = connection;
    this.#options = options;
    this.#unacked = new KombuUnacked(connection, options);
    this.#me = `${name}:`;
    this.keepAliveMs = (connection.address.visibilityTimeoutSeconds * 1000) / 3;
  }

  /** The binding is for Python's consumers: they look it up to give messages back. */
  async open(): Promise<void> {
    const { queue, exchange, routingKey } = this.#options;
    await wholeTransaction(this.#connection.client, [
      ['sadd', bindingsOf(exchange), binding(routingKey, queue)],
    ]);
  }

  async take(room: number): Promise<KombuEntry<T>[]> {
    await this.#unacked.giveBack(this.#tags(this.#unsure));
    this.#unsure = [];
    await this.#unacked.restoreExpired();
    const pop = this.#ahead.shift() ?? this.#pop(Math.min(MAX_BATCH_MESSAGES, room));
    try {
      const items = await pop.items;
      if (items.length === pop.count) this.#popAhead(room - items.length);
      const entries = await this.#accept(pop.first, items);
      await this.#pauseIf(items.length === 0);
      return entries;
    } catch (error) {
      this.#unsure = [pop, ...this.#ahead].flatMap(numbersOf);
      this.#ahead = [];
      throw error;
    }
  }

  async ack(entries: readonly KombuEntry<T>[]): Promise<void> {
    await this.#run(FORGET, rangesIn(entries));
  }

  async requeue({ numbers }: KombuEntry<T>): Promise<void> {
    await this.#unacked.giveBack(this.#tags(numbers));
  }

  async reject({ numbers }: KombuEntry<T>, reason: string): Promise<void> {
    await this.#unacked.bury(await this.#unacked.read(this.#tags(numbers)), reason);
  }

  async keepAlive(entries: readonly KombuEntry<T>[]): Promise<void> {
    const ahead = rangesOf(this.#ahead.flatMap(numbersOf));
    await this.#run(KEEP_ALIVE, [...rangesIn(entries), ...ahead]);
  }

  /** The latest first: what is given back last is served first. */
  async leave(entries: readonly KombuEntry<T>[]): Promise<void> {
    for (const pop of this.#ahead.reverse()) {
      await pop.items.catch(() => {});
      await this.#unacked.giveBack(this.#tags(numbersOf(pop)));
    }
    await this.#unacked.giveBack(this.#tags(this.#unsure));
    for (const { numbers } of [...entries].reverse()) await this.#unacked.giveBack(this.#tags(numbers));
  }

  close(): void {}

  /** Where a full batch was there is likely more. */
  #popAhead(room: number): void {
    const most = Math.min(MOST_AHEAD, Math.floor(room / MAX_BATCH_MESSAGES));
    while (this.#ahead.length < most) this.#ahead.push(this.#pop(MAX_BATCH_MESSAGES));
  }

  #pop(count: number): Pop {
    const first = this.#nextNumber;
    this.#nextNumber += count;
    const { places, suffix } = this.#unacked;
    const keys = [...places, ...listsOf(this.#options.queue)];
    const reply = TAKE.run(this.#connection.client, keys, [count, this.#me, first, suffix]);
    // Whoever waits for it handles it; it may fail before.
    reply.catch(() => {});
    return { first, count, items: reply as Promise<Buffer[]> };
  }

  async #accept(first: number, items: readonly Buffer[]): Promise<KombuEntry<T>[]> {
    const { groups, malformed } = decodeItems(items, this.#reader, this.#options.codec);
    for (const { place, reason } of malformed) {
      await this.#unacked.bury([{ tag: this.#me + (first + place), item: items[place] }], reason);
      this.#options.onEvent({ kind: 'malformed', reason, messages: 1 });
    }
    return groups.map(({ places, messages, redelivered, reason }) => {
      return { messages, redelivered, reason, numbers: places.map((place) => first + place) };
    });
  }

  async #pauseIf(isEmpty: boolean): Promise<void> {
    if (isEmpty) await sleep(this.#pollMs);
    this.#pollMs = isEmpty ? Math.min(LONGEST_POLL_MS, this.#pollMs * 2) : SHORTEST_POLL_MS;
  }

  #tags(numbers: readonly number[]): string[] {
    return numbers.map((number) => this.#me + number);
  }

  async #run(script: Script, ranges: readonly number[]): Promise<void> {
    if (ranges.length === 0) return;
    await script.run(this.#connection.client, this.#unacked.places, [this.#me, ...ranges]);
  }
}

const numbersOf = ({ first, count }: Pop): number[] => Array.from({ length: count }, (_, i) => first + i);

const rangesIn = <T>(entries: readonly KombuEntry<T>[]): number[] =>
  entries.flatMap(({ numbers }) => rangesOf(numbers));

/** First and last of each row of numbers without a gap. */
function rangesOf(numbers: readonly number[]): number[] {
  const ranges: number[] = [];
  for (let i = 0; i < numbers.length; i++) {
    if (i === 0 || numbers[i] !== numbers[i - 1] + 1) ranges.push(numbers[i]);
    if (i + 1 === numbers.length || numbers[i + 1] !== numbers[i] + 1) ranges.push(numbers[i]);
  }
  return ranges;
}
