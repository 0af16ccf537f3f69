import { setTimeout as delay } from 'node:timers/promises';
import { ExitCode, PipelineError, within } from '@antinex/runtime';
import { backoffMs } from '../backoff.ts';
import type { BrokerEvent, Publisher } from '../types.ts';

/** A publisher, or how to get one; `onEvent` is for its QueueOptions. */
export type BrokerSource<T> =
  | Publisher<T>
  | ((onEvent: (event: BrokerEvent) => void) => Promise<Publisher<T>>);

export interface LinkEvents {
  readonly onEvent: (event: BrokerEvent) => void;
  readonly onUp: () => void;
  readonly onDown: (reason: string) => void;
}

/** Gets a publisher, again and again until it works, and knows whether it is connected. */
export class BrokerLink<T> {
  readonly #source: BrokerSource<T>;
  readonly #events: LinkEvents;
  readonly #closing = new AbortController();
  #publisher: Publisher<T> | undefined;
  #isConnected = true;
  /** Tells events of the present publisher from those of earlier ones. */
  #generation = 0;

  constructor(source: BrokerSource<T>, events: LinkEvents) {
    this.#source = source;
    this.#events = events;
  }

  /** Undefined until there was a connection. */
  get publisher(): Publisher<T> | undefined {
    return this.#publisher;
  }

  get isUp(): boolean {
    return this.#publisher !== undefined && this.#isConnected;
  }

  /**
   * Connects; comes back after `waitMs` at the latest and goes on in the background.
   *
   * @throws what the first attempt threw if the command itself is wrong.
   */
  async open(waitMs: number): Promise<void> {
    const first = this.#attempt();
    const error = await within(waitMs, first);
    if (error instanceof PipelineError && error.exitCode === ExitCode.USAGE) throw error;
    void this.#keepTrying(first);
  }

  /** The broker has confirmed something; drivers do not tell the end of every trouble they have told of. */
  confirmed(): void {
    if (!this.#isConnected) this.#setConnected();
  }

  /** Connects anew after a publisher turned out to be closed; false when there is no way to. */
  renew(closed: Publisher<T>): boolean {
    if (typeof this.#source !== 'function') return false;
    if (this.#publisher === closed) {
      this.#publisher = undefined;
      void closed.close().catch(() => {});
      void this.#keepTrying(this.#attempt());
    }
    return true;
  }

  /** Closes the publisher and waits so long for it. */
  async close(waitMs: number): Promise<void> {
    this.#closing.abort();
    // However that ends, nothing more is sent.
    if (this.#publisher) await within(waitMs, this.#publisher.close()).catch(() => {});
  }

  async #keepTrying(first: Promise<unknown>): Promise<void> {
    let error = await first;
    for (let attempt = 0; error !== undefined && !this.#closing.signal.aborted; attempt++) {
      const retryMs = backoffMs(attempt);
      this.#events.onEvent({ kind: 'retrying', reason: (error as Error).message, retryMs });
      await delay(retryMs, undefined, { signal: this.#closing.signal }).catch(() => {});
      if (!this.#closing.signal.aborted) error = await this.#attempt();
    }
  }

  /** Answers what went wrong. */
  async #attempt(): Promise<unknown> {
    const generation = ++this.#generation;
    this.#isConnected = true;
    try {
      const publisher =
        typeof this.#source === 'function'
          ? await this.#source((event) => this.#listen(generation, event))
          : this.#source;
      if (this.#closing.signal.aborted) {
        await publisher.close();
        return undefined;
      }
      this.#publisher = publisher;
      if (this.#isConnected) this.#events.onUp();
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #listen(generation: number, event: BrokerEvent): void {
    this.#events.onEvent(event);
    if (generation !== this.#generation) return;
    if (event.kind === 'connected' || event.kind === 'unblocked') this.#setConnected();
    if (event.kind !== 'disconnected' && event.kind !== 'retrying' && event.kind !== 'blocked') return;
    const wasUp = this.isUp;
    this.#isConnected = false;
    if (wasUp) this.#events.onDown(event.reason);
  }

  #setConnected(): void {
    const wasUp = this.isUp;
    this.#isConnected = true;
    if (this.isUp && !wasUp) this.#events.onUp();
  }
}
