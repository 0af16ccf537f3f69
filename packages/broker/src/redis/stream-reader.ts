import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_BATCH_MESSAGES } from '../types.ts';
import type { Connection } from './connection.ts';
import type { RawEntry } from './stream-entry.ts';

/** How long a read waits for entries; also how long close() may have to wait for a read. */
const BLOCK_MS = 100;
/**
 * What one read may bring, as far as the read before tells: little enough for whoever commits what came
 * before, in many small steps on the disk, not to wait long between them while we decode.
 */
export const READ_ENTRIES = 64;
const READ_BYTES = 2 ** 19;

/** A read that was sent. */
interface Request {
  readonly count: number;
  readonly reply: Promise<RawEntry[]>;
  /** What it brought, once it did. */
  ids: readonly string[];
}

/**
 * Reads new entries of a stream for a member of its group. While the queue is full, one read is under
 * way ahead: the server works while we decode, and we decode while the disk works.
 */
export class StreamReader {
  /** Of an entry of the last read; the first one takes a single entry, whatever its size. */
  largest = { bytes: READ_BYTES, messages: MAX_BATCH_MESSAGES };
  /** Its reads block, so nothing else goes over it. */
  readonly #connection: Connection;
  readonly #stream: string;
  /** The group and our name in it. */
  readonly #member: readonly [group: string, consumer: string];
  #ahead: Request | undefined;

  constructor(connection: Connection, stream: string, member: readonly [group: string, consumer: string]) {
    this.#connection = connection;
    this.#stream = stream;
    this.#member = member;
  }

  /** Entries that the server gave us and that no read() has answered yet. */
  get aheadIds(): readonly string[] {
    return this.#ahead?.ids ?? [];
  }

  /** How many entries to ask for, to get about `room` messages at most. */
  count(room: number): number {
    const { bytes, messages } = this.largest;
    return Math.max(1, Math.floor(Math.min(READ_ENTRIES, READ_BYTES / bytes, room / messages)));
  }

  /** What comes next; nothing after a short wait. */
  async read(room: number): Promise<RawEntry[]> {
    if (!this.#connection.isReady) {
      await sleep(BLOCK_MS);
      return [];
    }
    const { count, reply } = this.#ahead ?? this.#request(room);
    const raw = await reply;
    const left = room - raw.length * this.largest.messages;
    // Where a full read was there is likely more.
    const isBusy = raw.length === count && left >= this.largest.messages;
    this.#ahead = isBusy ? this.#request(left) : undefined;
    return raw;
  }

  /** Waits for the read ahead: from then on `aheadIds` tells all. */
  async settled(): Promise<void> {
    await this.#ahead?.reply.catch(() => {});
  }

  /** Gives the read ahead up; what it brought is pending for us, and can be found there. */
  async drop(): Promise<void> {
    await this.settled();
    this.#ahead = undefined;
  }

  close(): void {
    this.#connection.close();
  }

  #request(room: number): Request {
    const count = this.count(room);
    const words = ['GROUP', ...this.#member, 'COUNT', count, 'BLOCK', BLOCK_MS, 'STREAMS', this.#stream, '>'];
    const reply = this.#connection.client
      .callBuffer('xreadgroup', ...words)
      .then((found) => (found as [Buffer, RawEntry[]][] | null)?.[0][1] ?? []);
    const request: Request = { count, reply, ids: [] };
    reply.then(
      (raw) => {
        request.ids = raw.map(([id]) => id.toString());
      },
      // Whoever waits for it handles it; it may fail before.
      () => {},
    );
    return request;
  }
}
