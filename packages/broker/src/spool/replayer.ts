import { PipelineError, within } from '@antinex/runtime';
import { backoffMs } from '../backoff.ts';
import type { BrokerEvent, Codec, Publisher } from '../types.ts';
import type { BrokerLink } from './broker-link.ts';
import { isRefusedForever } from './direct-sender.ts';
import { ReplayWindow } from './replay-window.ts';
import type { SegmentLog } from './segment-log.ts';
import { Wakeup } from './wakeup.ts';

/** How long what is under way may take to come to its end when it is taken back. */
const RETREAT_MS = 1000;

interface ReplayEvents {
  readonly onEvent: (event: BrokerEvent) => void;
  /** All that was in the log is confirmed. */
  readonly onDrained: () => void;
}

/** Sends what is in the log to the broker, oldest first, and releases it once confirmed. */
export class Replayer<T> {
  readonly #log: SegmentLog;
  readonly #link: BrokerLink<T>;
  readonly #codec: Codec<T>;
  readonly #events: ReplayEvents;
  readonly #work = new Wakeup();
  readonly #retry = new Wakeup();
  readonly #running: Promise<void>;
  #window: ReplayWindow<T> | undefined;
  #failures = 0;
  #isStopping = false;
  /** Nobody waits for us any more: the log may be closed. */
  #isOver = false;

  constructor(log: SegmentLog, link: BrokerLink<T>, codec: Codec<T>, events: ReplayEvents) {
    this.#log = log;
    this.#link = link;
    this.#codec = codec;
    this.#events = events;
    this.#running = this.#run();
  }

  /** The log has grown. */
  wake(): void {
    this.#work.call();
  }

  /** There is a connection (again). */
  retry(): void {
    this.#work.call();
    this.#retry.call();
  }

  /** Takes back what is under way and waits so long for it; what is not confirmed stays in the log. */
  async stop(waitMs: number): Promise<void> {
    this.#isStopping = true;
    this.#window?.abort();
    this.retry();
    await within(waitMs, this.#running);
    this.#isOver = true;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const publisher = this.#link.publisher;
      try {
        if (publisher && (await this.#replay(publisher))) this.#events.onDrained();
        if (!this.#isStopping) await this.#work.wait();
      } catch (error) {
        await this.#retreat();
        if (publisher && !this.#isStopping) await this.#recover(publisher, error as Error);
      }
    }
  }

  /** Sends until the log is at its end; answers whether it got there. */
  async #replay(publisher: Publisher<T>): Promise<boolean> {
    const window = new ReplayWindow(publisher, this.#codec);
    this.#window = window;
    for (;;) {
      await this.#fill(window);
      const { first } = window;
      if (first === undefined) return !this.#isStopping;
      const error = await first.ended;
      if (this.#isOver) return false;
      if (error !== undefined && !isRefusedForever(error)) throw error;
      const unsendable =
        error === undefined
          ? first.malformed
          : { bytes: first.record.payload, messages: first.record.messages };
      if (unsendable.messages > 0) await this.#log.setAside(unsendable.bytes, unsendable.messages);
      this.#log.release(first.record);
      window.shift();
      this.#failures = 0;
      this.#link.confirmed();
    }
  }

  async #fill(window: ReplayWindow<T>): Promise<void> {
    while (window.takesMore && !this.#isStopping) {
      const record = await this.#log.read();
      if (record === undefined || !window.takesMore || this.#isStopping) return;
      window.send(record);
    }
  }

  /** Takes back what was sent behind a failure, so that the order is kept. */
  async #retreat(): Promise<void> {
    this.#window?.abort();
    await this.#window?.settled(RETREAT_MS);
    if (!this.#isOver) this.#log.rewind();
  }

  async #recover(publisher: Publisher<T>, error: Error): Promise<void> {
    const isClosed = error instanceof PipelineError && error.code === 'QUEUE_CLOSED';
    if (isClosed && this.#link.renew(publisher)) return;
    const retryMs = backoffMs(this.#failures++);
    this.#events.onEvent({ kind: 'retrying', reason: error.message, retryMs });
    await this.#retry.wait(retryMs);
  }
}
