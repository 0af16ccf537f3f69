import { PipelineError, within } from '@antinex/runtime';
import { MAX_BATCH_MESSAGES, type Publisher } from '../types.ts';
import { BrokerLink, type BrokerSource } from './broker-link.ts';
import { DirectSender } from './direct-sender.ts';
import type { SpoolCounters } from './events.ts';
import { moveToLog } from './move-to-log.ts';
import type { SpoolOptions } from './options.ts';
import { PendingBatch, putBack } from './pending-batch.ts';
import { Replayer } from './replayer.ts';
import type { SegmentLog } from './segment-log.ts';
import { Wakeup } from './wakeup.ts';

/** How often it is tried again when the disk would not take a batch. */
const RETRY_MS = 1000;

/** What openSpoolingPublisher() promises, over a log that is open. */
export class SpoolingPublisher<T = unknown> implements Publisher<T> {
  readonly #options: Required<SpoolOptions<T>>;
  readonly #log: SegmentLog;
  readonly #link: BrokerLink<T>;
  readonly #direct: DirectSender<T>;
  readonly #replayer: Replayer<T>;
  /** Batches that nobody has yet, in order. */
  readonly #lane: PendingBatch<T>[] = [];
  readonly #underWay = new Set<Promise<void>>();
  /** Called when a batch that the log refused should be tried again. */
  readonly #room: Wakeup;
  /** Called when the log is empty or the broker gone. */
  readonly #idle = new Wakeup();
  #isSpooling = true;
  #isPumping = false;
  #isRefused = false;
  #mayWait: boolean;
  /** What had been replayed when spooling began; undefined while nobody was told that it did. */
  #replayedBefore: number | undefined;
  #closing: Promise<void> | undefined;

  constructor(source: BrokerSource<T>, options: Required<SpoolOptions<T>>, log: SegmentLog, room: Wakeup) {
    const { onEvent, codec, patienceMs, whenSpoolFull } = options;
    this.#options = options;
    this.#log = log;
    this.#room = room;
    this.#mayWait = whenSpoolFull === 'block';
    this.#direct = new DirectSender(patienceMs, (reason) => this.#divert(reason));
    this.#link = new BrokerLink(source, {
      onEvent,
      onUp: () => {
        this.#goDirect();
        this.#replayer.retry();
      },
      onDown: (reason) => {
        this.#divert(reason);
        this.#idle.call();
      },
    });
    this.#replayer = new Replayer(log, this.#link, codec, {
      onEvent,
      onDrained: () => {
        this.#goDirect();
        this.#idle.call();
      },
    });
  }

  /** Whether batches go to the disk now. */
  get isSpooling(): boolean {
    return this.#isSpooling;
  }

  counters(): SpoolCounters {
    return this.#log.counters();
  }

  /**
   * Comes back when there is a connection, or patience has ended.
   *
   * @throws what the first attempt threw if that is a usage error.
   */
  async connect(): Promise<void> {
    await this.#link.open(this.#options.patienceMs);
    if (!this.#isSpooling) return;
    this.#tellSpooling(this.#link.isUp ? 'an earlier run left batches' : 'the broker is not there yet');
  }

  async publish(messages: readonly T[], options?: { readonly signal?: AbortSignal }): Promise<void> {
    if (this.#closing) throw new PipelineError('QUEUE_CLOSED', { queue: this.#options.folder });
    if (messages.length > MAX_BATCH_MESSAGES) {
      throw new PipelineError('BATCH_TOO_LARGE', { size: messages.length, limit: MAX_BATCH_MESSAGES });
    }
    if (messages.length === 0) return;
    const signal = options?.signal;
    signal?.throwIfAborted();
    const batch = new PendingBatch(messages, signal);
    const withdraw = () => this.#withdraw(batch);
    signal?.addEventListener('abort', withdraw);
    this.#underWay.add(batch.done);
    this.#lane.push(batch);
    this.#pump();
    try {
      await batch.done;
    } finally {
      this.#underWay.delete(batch.done);
      signal?.removeEventListener('abort', withdraw);
    }
  }

  async flush(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { closeTimeoutMs, patienceMs, onEvent } = this.#options;
    const deadlineMs = performance.now() + closeTimeoutMs;
    const restMs = () => deadlineMs - performance.now();
    await within(restMs(), this.flush());
    this.#mayWait = false;
    if (!this.#direct.isIdle) this.#divert('closing');
    this.#room.call();
    await this.flush();
    while (!this.#log.isEmpty && this.#link.isUp && restMs() > 0) await this.#idle.wait(restMs());
    await this.#replayer.stop(patienceMs);
    await this.#link.close(patienceMs);
    const { spooledMessages, spooledBytes } = this.counters();
    if (!this.#log.isEmpty) {
      onEvent({ kind: 'left-in-spool', messages: spooledMessages, bytes: spooledBytes });
    }
    await this.#log.close();
  }

  /** From now on through the spool, with what the broker has not confirmed yet first. */
  #divert(reason: string): void {
    if (this.#isSpooling) return;
    this.#isSpooling = true;
    this.#tellSpooling(reason);
    this.#pump();
  }

  /** Straight to the broker again, if nothing stands against it. */
  #goDirect(): void {
    if (!this.#isSpooling || !this.#link.isUp || !this.#log.isEmpty) return;
    this.#isSpooling = false;
    this.#isRefused = false;
    if (this.#replayedBefore !== undefined) {
      const messages = this.counters().replayedMessages - this.#replayedBefore;
      this.#replayedBefore = undefined;
      this.#options.onEvent({ kind: 'drained', messages });
    }
    this.#room.call();
    this.#pump();
  }

  #tellSpooling(reason: string): void {
    this.#replayedBefore = this.counters().replayedMessages;
    this.#options.onEvent({ kind: 'spooling', reason });
  }

  #withdraw(batch: PendingBatch<T>): void {
    const index = this.#lane.indexOf(batch);
    if (index < 0) return this.#direct.withdraw(batch);
    this.#lane.splice(index, 1);
    batch.reject(batch.signal?.reason);
  }

  /** Moves what is in the lane to where it belongs now. */
  #pump(): void {
    if (!this.#isPumping) void this.#pumpAll();
  }

  async #pumpAll(): Promise<void> {
    this.#isPumping = true;
    for (;;) {
      if (this.#isSpooling && !this.#direct.isIdle) await this.#takeBack();
      else if (this.#lane.length === 0) break;
      else if (this.#isSpooling) await this.#spoolSome();
      else this.#sendAll(this.#link.publisher!);
    }
    this.#isPumping = false;
  }

  #sendAll(publisher: Publisher<T>): void {
    for (const batch of this.#lane.splice(0)) this.#direct.send(publisher, batch);
  }

  async #takeBack(): Promise<void> {
    putBack(this.#lane, await this.#direct.giveUp());
  }

  async #spoolSome(): Promise<void> {
    const refusal = await moveToLog(this.#lane, this.#log, this.#options.codec);
    this.#replayer.wake();
    if (refusal) await this.#handleRefusal(refusal);
    else this.#isRefused = false;
  }

  /** Waits until it may be worth another try, or lets the first publisher in the lane know. */
  async #handleRefusal(error: Error): Promise<void> {
    const { onEvent, maxBytes } = this.#options;
    const isFull = error instanceof PipelineError && error.code === 'SPOOL_FULL';
    if (!this.#isRefused) {
      onEvent(
        isFull
          ? { kind: 'spool-full', limitBytes: maxBytes }
          : { kind: 'spool-failed', reason: error.message },
      );
    }
    this.#isRefused = true;
    if (!this.#mayWait) return void this.#lane.shift()?.reject(error);
    await this.#room.wait(RETRY_MS);
    // With the log empty, it is the broker that is left to be tried.
    this.#goDirect();
  }
}
