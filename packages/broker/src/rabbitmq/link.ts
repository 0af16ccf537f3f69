import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelModel, connect } from 'amqplib';
import { backoffMs } from '../backoff.ts';
import { tlsConnection } from '../tls-connection.ts';
import type { BrokerEvent, TlsOptions } from '../types.ts';
import type { Address } from './address.ts';
import { reasonOf, toBrokerError } from './connection-error.ts';

const CONNECT_LIMIT_MS = 10_000;
/** A queue whose data the broker cannot get at leaves a request without any answer. */
const PREPARE_LIMIT_MS = 30_000;
const CLOSE_LIMIT_MS = 5000;
/** A connection that lived this long was a good one: the next retry comes soon again. */
const STABLE_MS = 10_000;

/** How a link serves its owner. */
export interface LinkOptions {
  readonly tls: TlsOptions | undefined;
  readonly onEvent: (event: BrokerEvent) => void;
  /** Readies each new connection: declares queues, opens channels. If it rejects, the connection is given up. */
  readonly prepare: (connection: ChannelModel) => Promise<void>;
  /** The connection and its channels are gone. May be called for one that was not ready yet. */
  readonly lost: () => void;
}

/** One connection to a broker, and after its loss the next one, until close(). */
export class Link {
  readonly #address: Address;
  readonly #options: LinkOptions;
  readonly #closing = new AbortController();
  #connection: ChannelModel | undefined;
  #ready = false;
  #readySince = 0;
  /** Retries without a good connection between them. */
  #attempt = 0;

  constructor(address: Address, options: LinkOptions) {
    this.#address = address;
    this.#options = options;
  }

  /**
   * Connects for the first time: one attempt.
   *
   * @throws PipelineError BROKER_REFUSED for a wrong password, a missing virtual host, a server whose
   * certificate is not trusted ...; BROKER_UNREACHABLE when nobody answers; those of the TLS files.
   */
  async open(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      throw toBrokerError(error, this.#address);
    }
  }

  /** Connects in the background, as often as it takes. */
  openLater(): void {
    void this.#reconnect('not connected yet');
  }

  /** Gives the connection up for another one: for faults that only a fresh start mends. */
  restart(reason: string): void {
    if (this.#connection) this.#drop(this.#connection, reason);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const connection = this.#connection;
    this.#connection = undefined;
    this.#ready = false;
    if (!connection) return;
    this.#options.lost();
    await hangUp(connection);
  }

  async #connect(): Promise<void> {
    const { connect: where, secure } = this.#address;
    const tls = secure ? await tlsConnection(this.#options.tls) : {};
    const connection = await connect(where, {
      ...tls,
      noDelay: true,
      keepAlive: true,
      timeout: CONNECT_LIMIT_MS,
    });
    this.#connection = connection;
    connection.on('error', (error) => this.#drop(connection, reasonOf(error)));
    connection.on('close', (error) => this.#drop(connection, error ? reasonOf(error) : 'closed'));
    let reason: string | undefined;
    const limit = setTimeout(() => {
      reason = 'the broker does not answer';
      this.#drop(connection, reason);
    }, PREPARE_LIMIT_MS);
    try {
      await this.#options.prepare(connection);
      if (this.#connection !== connection) throw new Error('lost while it was being readied');
    } catch (error) {
      this.#drop(connection, reasonOf(error));
      this.#options.lost();
      throw reason === undefined ? error : new Error(reason);
    } finally {
      clearTimeout(limit);
    }
    if (this.#closing.signal.aborted) return this.close();
    this.#ready = true;
    this.#readySince = performance.now();
    this.#options.onEvent({ kind: 'connected' });
  }

  #drop(connection: ChannelModel, reason: string): void {
    if (this.#connection !== connection) return;
    const wasReady = this.#ready;
    this.#connection = undefined;
    this.#ready = false;
    destroy(connection);
    this.#options.lost();
    if (wasReady) void this.#reconnect(reason);
  }

  async #reconnect(firstReason: string): Promise<void> {
    const { signal } = this.#closing;
    const { onEvent } = this.#options;
    if (performance.now() - this.#readySince > STABLE_MS) this.#attempt = 0;
    for (let kind: 'disconnected' | 'retrying' = 'disconnected', reason = firstReason; ; kind = 'retrying') {
      const retryMs = backoffMs(this.#attempt++);
      onEvent({ kind, reason, retryMs });
      try {
        await sleep(retryMs, undefined, { signal });
        return await this.#connect();
      } catch (error) {
        if (signal.aborted) return;
        reason = toBrokerError(error, this.#address).message;
      }
    }
  }
}

/** Says goodbye, so that the broker has handled all that was sent; not for ever. */
async function hangUp(connection: ChannelModel): Promise<void> {
  const ended = new Promise<void>((resolve) => connection.once('close', () => resolve()));
  const timer = setTimeout(() => destroy(connection), CLOSE_LIMIT_MS);
  connection.close().catch(() => destroy(connection));
  await ended;
  clearTimeout(timer);
}

/** Ends the connection without a word. The library has no method for it, but cleans up when its socket fails. */
function destroy(connection: ChannelModel): void {
  const { stream } = connection.connection as unknown as { readonly stream: Duplex };
  stream.destroy(new Error('given up'));
}
