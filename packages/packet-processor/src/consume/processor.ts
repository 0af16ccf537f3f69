import { backoffMs } from '@antinex/broker';
import type { Log } from '@antinex/runtime';
import { describeError, PipelineError, type Readiness } from '@antinex/runtime';
import type { Message } from '../messages/message.ts';
import type { Neighbours } from '../sinks/neighbours.ts';
import type { Sinks } from '../sinks/sinks.ts';
import { Arrival } from './arrival.ts';
import { Inbox } from './inbox.ts';
import type { Receiver } from './receiver.ts';
import { Settler } from './settler.ts';
import { Transaction } from './transaction.ts';

/** Messages after which a commit is due at the latest: more of them do not wait in memory. */
export const MOST_PENDING = 8192;

/** A disk may be full again as soon as there is space. */
const QUIET_MS = 60_000;

export interface ProcessorParts {
  readonly receivers: readonly Receiver[];
  readonly sinks: Sinks;
  readonly neighbours: Neighbours;
  /** Rows that a commit is due after, and the time; infinity for time alone. */
  readonly saveRows: number;
  readonly saveMs: number;
  /** Rows to write in all. */
  readonly mostRows: number;
  readonly log: Log;
  /** Called when a delivery is put aside, with the reason and its number of messages. */
  readonly onReject: (reason: string, messages: number) => void;
  /** Sees what is delivered. */
  readonly onMessages: ((messages: readonly Message[]) => Promise<void>) | undefined;
}

/**
 * The way of a message: delivered, appended, committed, acked. A delivery is acked only when all its
 * rows are durable; until then it may come again, here or elsewhere, and each packet still gets one row.
 *
 * On a full disk, or with a full spool for AntiNex, everything is held and tried again, and nothing is
 * acked.
 */
export class Processor {
  readonly counts = { consumed: 0, redelivered: 0, ledgers: 0, commits: 0, commitMs: 0 };
  readonly #parts: ProcessorParts;
  readonly #inbox = new Inbox<Arrival>();
  readonly #transaction: Transaction;
  readonly #settler: Settler;
  /** To be appended, in order. */
  #todo: Arrival[] = [];
  #trouble: { readonly error: unknown; readonly attempt: number; readonly retryAtMs: number } | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;
  /** Somebody waits to hear that there is space again. */
  #isTold = false;
  #receiverFailure: { readonly error: unknown } | undefined;
  #isEnding = false;
  #hasEnded = false;

  constructor(parts: ProcessorParts) {
    this.#parts = parts;
    this.#transaction = new Transaction(parts.sinks);
    this.#settler = new Settler(parts.log, parts.onReject);
  }

  get readiness(): Readiness {
    if (this.#isEnding) return { ready: false, reason: 'it is ending' };
    if (this.#trouble) return { ready: false, reason: describeError(this.#trouble.error).line };
    return this.#parts.receivers.map(({ readiness }) => readiness).find((one) => one !== true) ?? true;
  }

  /** Takes in no more: run() commits what it has and ends. */
  stop(): void {
    this.#isEnding = true;
    this.#inbox.call();
  }

  /**
   * Runs until it is stopped or has its rows. What is not committed then goes back to the queue.
   *
   * @throws what cannot be helped, of the broker or a sink; DISK_FULL if it ends on a full disk, ANTINEX_SPOOL_FULL.
   */
  async run(): Promise<void> {
    const { receivers, sinks, mostRows } = this.#parts;
    // A queue in memory ends when it has no publisher left.
    void Promise.all(receivers.map((receiver) => this.#receive(receiver))).then(() => {
      this.#hasEnded = true;
      this.#inbox.call();
    });
    try {
      while (!this.#isEnding && !this.#isThrough) {
        await this.#take(await this.#inbox.take(this.#msToNextStep()));
        if (this.#receiverFailure) throw this.#receiverFailure.error;
        await this.#step();
        if (sinks.pendingRows === 0 && sinks.rows >= mostRows) break;
      }
      this.#isEnding = true;
      await this.#finish();
    } finally {
      const isSteady = receivers.every((receiver) => receiver.isSteady);
      await Promise.allSettled(receivers.map((receiver) => receiver.close()));
      await sinks.close(isSteady && this.#settler.isDone);
    }
  }

  async #receive(receiver: Receiver): Promise<void> {
    try {
      await receiver.receive((delivery) => this.#inbox.put(new Arrival(delivery, receiver)));
    } catch (error) {
      this.#receiverFailure = { error };
      this.#inbox.call();
    }
  }

  get #isThrough(): boolean {
    return this.#hasEnded && this.#inbox.isEmpty && this.#todo.length === 0;
  }

  async #take(arrivals: readonly Arrival[]): Promise<void> {
    for (const arrival of arrivals) {
      const { messages, ledgers, suspect } = arrival;
      await this.#parts.onMessages?.(messages);
      this.counts.consumed += messages.length;
      this.counts.ledgers += ledgers.length;
      if (suspect) this.counts.redelivered += messages.length;
      this.#todo.push(arrival);
    }
  }

  async #step(): Promise<void> {
    if (this.#trouble && performance.now() < this.#trouble.retryAtMs) return;
    try {
      // What the processor wrote that had them before stands in its manifest.
      if (this.#todo.some(({ suspect }) => suspect)) await this.#parts.neighbours.look();
      await this.#append();
      if (this.#isDue) await this.#commit();
      this.#recover();
    } catch (error) {
      if (!isFull(error)) throw error;
      await this.#hold(error);
    }
  }

  async #append(): Promise<void> {
    const { sinks, mostRows } = this.#parts;
    while (this.#todo.length > 0 && sinks.rows < mostRows) {
      const arrival = this.#todo[0];
      await this.#transaction.append(arrival, mostRows);
      const isFull = !arrival.isDone && sinks.rows < mostRows;
      if (arrival.isDone) this.#todo.shift();
      // On a disk that was full, what fits is made sure of before more is tried.
      if (isFull || this.#trouble) await this.#commit();
    }
  }

  get #isDue(): boolean {
    if (this.#transaction.isEmpty) return false;
    const { sinks, saveRows, saveMs, mostRows } = this.#parts;
    const { pendingRows, hasNews, rows } = sinks;
    const { messages, startedMs } = this.#transaction;
    const isFull = pendingRows >= saveRows || messages >= MOST_PENDING || rows >= mostRows;
    const isNothing = pendingRows === 0 && !hasNews;
    return isFull || isNothing || performance.now() - startedMs >= saveMs;
  }

  async #commit(): Promise<void> {
    const { sinks, neighbours } = this.#parts;
    if (sinks.pendingRows === 0) return this.#settle(await this.#transaction.commit());
    const startedMs = performance.now();
    await neighbours.inTurn(sinks.pendingPackets, async (isTaken) => {
      if (isTaken) await this.#takeBack(true);
      else this.#settle(await this.#transaction.commit());
    });
    this.counts.commits++;
    this.counts.commitMs += performance.now() - startedMs;
    this.#recover();
  }

  #settle(arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) void this.#settler.settle(arrival);
  }

  /** Undoes what is not committed, so that it is appended again. */
  async #takeBack(suspect: boolean): Promise<void> {
    const arrivals = await this.#transaction.undo();
    for (const arrival of arrivals) arrival.suspect ||= suspect;
    // One that was only half appended stands in both.
    this.#todo = [...new Set([...arrivals, ...this.#todo])];
  }

  async #hold(error: unknown): Promise<void> {
    await this.#takeBack(false);
    const attempt = this.#trouble === undefined ? 0 : this.#trouble.attempt + 1;
    if (attempt === 0 && performance.now() - this.#toldMs > QUIET_MS) {
      this.#parts.log('warn', `${describeError(error).line}; until then everything waits`);
      this.#toldMs = performance.now();
      this.#isTold = true;
    }
    this.#trouble = { error, attempt, retryAtMs: performance.now() + backoffMs(attempt) };
  }

  #recover(): void {
    this.#trouble = undefined;
    if (!this.#isTold || this.#todo.length > 0) return;
    this.#parts.log('info', 'there is space again: writing goes on');
    this.#isTold = false;
  }

  #msToNextStep(): number | undefined {
    const dueMs = this.#transaction.isEmpty ? undefined : this.#transaction.startedMs + this.#parts.saveMs;
    const atMs = this.#trouble?.retryAtMs ?? (this.#todo.length > 0 ? 0 : dueMs);
    return atMs === undefined ? undefined : Math.max(0, atMs - performance.now());
  }

  async #finish(): Promise<void> {
    if (this.#trouble) throw this.#trouble.error;
    if (!this.#transaction.isEmpty) await this.#commit();
    for (const arrival of await this.#transaction.undo()) await this.#settler.settleRest(arrival);
  }
}

/** Space may be made at any time. */
const isFull = (error: unknown): error is PipelineError =>
  error instanceof PipelineError && (error.code === 'DISK_FULL' || error.code === 'ANTINEX_SPOOL_FULL');
