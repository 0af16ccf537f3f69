import { PipelineError, within } from '@antinex/runtime';
import type { Publisher } from '../types.ts';
import type { PendingBatch } from './pending-batch.ts';

interface Sending<T> {
  readonly batch: PendingBatch<T>;
  readonly abort: AbortController;
  readonly sinceMs: number;
  ended: Promise<void>;
}

/** Batches that are on their way straight to the broker, and the patience with them. */
export class DirectSender<T> {
  readonly #patienceMs: number;
  readonly #onStuck: (reason: string) => void;
  /** In the order of publishing. */
  readonly #underWay = new Set<Sending<T>>();
  #timer: NodeJS.Timeout | undefined;

  /** `onStuck` is called when a batch was refused or takes longer than `patienceMs`: time to give up. */
  constructor(patienceMs: number, onStuck: (reason: string) => void) {
    this.#patienceMs = patienceMs;
    this.#onStuck = onStuck;
  }

  get isIdle(): boolean {
    return this.#underWay.size === 0;
  }

  send(publisher: Publisher<T>, batch: PendingBatch<T>): void {
    const abort = new AbortController();
    const sending = { batch, abort, sinceMs: performance.now(), ended: Promise.resolve() };
    this.#underWay.add(sending);
    sending.ended = this.#send(publisher, sending);
    this.#timer ??= setTimeout(() => this.#watch(), this.#patienceMs);
  }

  /** Its caller wants a batch back; nothing happens if it is not under way. */
  withdraw(batch: PendingBatch<T>): void {
    for (const sending of this.#underWay) {
      if (sending.batch === batch) sending.abort.abort(batch.signal?.reason);
    }
  }

  /**
   * Takes back what the broker has not confirmed, in order. A driver that cannot tell whether the
   * broker got a batch may not answer; after `patienceMs` the batch comes back all the same, and
   * may reach the broker twice.
   */
  async giveUp(): Promise<PendingBatch<T>[]> {
    const all = [...this.#underWay];
    for (const { abort } of all) abort.abort();
    await within(this.#patienceMs, Promise.all(all.map(({ ended }) => ended)));
    const back = all.filter((sending) => this.#underWay.delete(sending)).map(({ batch }) => batch);
    this.#stopWatching();
    return back;
  }

  async #send(publisher: Publisher<T>, sending: Sending<T>): Promise<void> {
    const { batch, abort } = sending;
    try {
      await publisher.publish(batch.messages, { signal: abort.signal });
      if (this.#underWay.delete(sending)) batch.resolve();
    } catch (error) {
      if (batch.signal?.aborted || isRefusedForever(error)) {
        if (this.#underWay.delete(sending)) batch.reject(error);
      } else if (!abort.signal.aborted) {
        this.#onStuck((error as Error).message);
      }
    } finally {
      if (this.isIdle) this.#stopWatching();
    }
  }

  #stopWatching(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watch(): void {
    this.#timer = undefined;
    const [oldest] = this.#underWay;
    if (oldest === undefined) return;
    const restMs = oldest.sinceMs + this.#patienceMs - performance.now();
    if (restMs > 0) this.#timer = setTimeout(() => this.#watch(), restMs);
    else this.#onStuck(`no confirmation within ${this.#patienceMs} ms`);
  }
}

const REFUSALS: ReadonlySet<unknown> = new Set(['BATCH_TOO_LARGE', 'MESSAGE_TOO_LARGE']);

/** The batch itself is at fault: to send it again would end the same way. */
export const isRefusedForever = (error: unknown): boolean =>
  error instanceof PipelineError && REFUSALS.has(error.code);
