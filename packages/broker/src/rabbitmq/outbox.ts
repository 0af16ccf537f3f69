import type { EventEmitter } from 'node:events';
import { PipelineError } from '@antinex/runtime';
import { type ChannelModel, type ConfirmChannel, IllegalOperationError, type Options } from 'amqplib';
import type { Route } from './topology.ts';

/** What is sent but not confirmed: the broker must be kept busy over a round trip, and memory bounded. */
const MAX_IN_FLIGHT_BYTES = 16 * 1024 * 1024;
const MAX_IN_FLIGHT_PARCELS = 1024;
/** A broker that takes messages but confirms none for so long has lost them, or its queue. */
const SILENCE_LIMIT_MS = 30_000;
const TOO_LARGE = /message size (\d+)/;

/** One message as the broker gets it. */
export interface Letter {
  readonly body: Buffer;
  readonly options: Options.Publish;
}

/** Letters that are confirmed together. They are written anew for each time they are sent. */
interface Parcel {
  readonly write: () => readonly Letter[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  bytes: number;
  largest: number;
  unconfirmed: number;
}

/**
 * Sends in order, and again after a loss of the connection all that was not confirmed: nothing is lost,
 * but what the broker had taken without our hearing of it comes twice. At most 16 MiB and one parcel more
 * are under way; while the broker is gone, slow or blocks us, parcels wait unwritten.
 */
export class Outbox {
  readonly #waiting = new Set<Parcel>();
  readonly #inFlight = new Set<Parcel>();
  readonly #onFault: (reason: string) => void;
  #inFlightBytes = 0;
  #channel: ConfirmChannel | undefined;
  #route: Route = { exchange: '', routingKey: '' };
  /** The channel's buffer is full, or the broker has asked us to stop. */
  #full = false;
  #blocked = false;
  #silence: NodeJS.Timeout | undefined;

  /** @param onFault must bring a new channel: the present one is not used any more. */
  constructor(onFault: (reason: string) => void) {
    this.#onFault = onFault;
  }

  /** Starts sending on a new connection. */
  async attach(connection: ChannelModel, route: Route): Promise<void> {
    const channel = await connection.createConfirmChannel();
    const on = (source: EventEmitter, event: string, react: (error: Error) => void) =>
      source.on(event, (error) => {
        if (this.#channel === channel) react(error);
      });
    on(channel, 'error', (error) => this.#fail(error.message));
    on(channel, 'close', () => this.#fail('channel closed'));
    // The next connection declares the queue again.
    on(channel, 'return', () => this.#fail('a message came back: its queue is gone'));
    on(channel, 'drain', () => this.#resume({ full: false }));
    on(connection, 'blocked', () => this.#resume({ blocked: true }));
    on(connection, 'unblocked', () => this.#resume({ blocked: false }));
    this.#route = route;
    this.#channel = channel;
    this.#silence = setTimeout(() => this.#onSilence(), SILENCE_LIMIT_MS);
    this.#resume({ full: false, blocked: false });
  }

  /** The channel is gone: what it did not confirm goes first on the next one. */
  detach(): void {
    clearTimeout(this.#silence);
    this.#channel = undefined;
    const later = [...this.#waiting];
    this.#waiting.clear();
    for (const parcel of [...this.#inFlight, ...later]) this.#waiting.add(parcel);
    this.#inFlight.clear();
    this.#inFlightBytes = 0;
  }

  /**
   * Resolves once all letters are confirmed.
   *
   * @throws the signal's reason; then a letter that was sent already may arrive all the same.
   * PipelineError MESSAGE_TOO_LARGE when the broker takes none of such a size.
   */
  send(write: () => readonly Letter[], signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = () => {
        this.#forget(parcel);
        parcel.reject(signal?.reason);
        this.#pump();
      };
      const settled = (settle: (reason?: unknown) => void) => (reason?: unknown) => {
        signal?.removeEventListener('abort', onAbort);
        settle(reason);
      };
      const parcel = {
        write,
        resolve: settled(resolve as () => void),
        reject: settled(reject),
        bytes: 0,
        largest: 0,
        unconfirmed: 0,
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(parcel);
      this.#pump();
    });
  }

  #resume({ full = this.#full, blocked = this.#blocked }): void {
    this.#full = full;
    this.#blocked = blocked;
    this.#pump();
  }

  #pump(): void {
    for (const parcel of this.#waiting) {
      if (!this.#channel || this.#full || this.#blocked) return;
      if (this.#inFlightBytes >= MAX_IN_FLIGHT_BYTES || this.#inFlight.size >= MAX_IN_FLIGHT_PARCELS) return;
      this.#waiting.delete(parcel);
      this.#transmit(this.#channel, parcel);
    }
  }

  #transmit(channel: ConfirmChannel, parcel: Parcel): void {
    const { exchange, routingKey } = this.#route;
    const onConfirm = (error: unknown) => {
      if (this.#channel !== channel) return;
      this.#silence?.refresh();
      if (!this.#inFlight.has(parcel)) return;
      if (error) this.#fail('the broker did not take a message');
      else if (--parcel.unconfirmed === 0) this.#finish(parcel);
    };
    try {
      const letters = parcel.write();
      parcel.unconfirmed = letters.length;
      parcel.largest = letters.reduce((size, { body }) => Math.max(size, body.length), 0);
      parcel.bytes = letters.reduce((sum, { body }) => sum + body.length, 0);
      if (this.#inFlight.size === 0) this.#silence?.refresh();
      this.#inFlight.add(parcel);
      this.#inFlightBytes += parcel.bytes;
      for (const { body, options } of letters) {
        this.#full = !channel.publish(exchange, routingKey, body, options, onConfirm);
      }
    } catch (error) {
      if (error instanceof IllegalOperationError) return this.#fail('channel closed');
      this.#forget(parcel);
      parcel.reject(error);
    }
  }

  #finish(parcel: Parcel): void {
    this.#forget(parcel);
    parcel.resolve();
    this.#pump();
  }

  #forget(parcel: Parcel): void {
    this.#waiting.delete(parcel);
    if (this.#inFlight.delete(parcel)) this.#inFlightBytes -= parcel.bytes;
  }

  #onSilence(): void {
    if (this.#inFlight.size === 0 || this.#blocked) this.#silence?.refresh();
    else this.#fail('the broker confirms nothing');
  }

  /** The channel is dead or not to be trusted. */
  #fail(reason: string): void {
    const size = Number(TOO_LARGE.exec(reason)?.[1]);
    for (const parcel of this.#inFlight) {
      if (parcel.largest !== size) continue;
      this.#forget(parcel);
      parcel.reject(new PipelineError('MESSAGE_TOO_LARGE', { bytes: size, reason }));
    }
    this.detach();
    this.#onFault(reason);
  }
}
