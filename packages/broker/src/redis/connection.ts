import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '@antinex/runtime';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { backoffMs } from '../backoff.ts';
import { tlsConnection } from '../tls-connection.ts';
import type { BrokerEvent, TlsOptions } from '../types.ts';
import type { Address } from './address.ts';
import { isAnswer, reasonOf, refusal } from './failure.ts';

const CONNECT_LIMIT_MS = 10_000;
/** A server that answers nothing for so long is taken for dead. */
const SILENCE_LIMIT_MS = 15_000;

export type Client = Redis | Cluster;

export interface ConnectionOptions {
  readonly tls: TlsOptions | undefined;
  readonly onEvent: (event: BrokerEvent) => void;
}

/**
 * One client of a server, a cluster, or whichever server the sentinels name; it connects again after
 * each loss, until close(). Commands sent without a connection fail at once: nothing is buffered.
 */
export class Connection {
  readonly client: Client;
  readonly address: Address;
  readonly #onEvent: (event: BrokerEvent) => void;
  readonly #waiting = new Set<() => void>();
  #opened = false;
  #lastError: unknown;

  /**
   * Connects for the first time: one attempt.
   *
   * @throws PipelineError BROKER_REFUSED for a wrong password, a server whose certificate is not
   * trusted ...; BROKER_UNREACHABLE when nobody answers; those of the TLS files.
   */
  static async open(address: Address, options: ConnectionOptions): Promise<Connection> {
    const secure = address.secure ? { tls: await tlsConnection(options.tls) } : {};
    const connection = new Connection(address, secure, options.onEvent);
    await connection.#open();
    return connection;
  }

  private constructor(
    address: Address,
    secure: Pick<RedisOptions, 'tls'>,
    onEvent: (event: BrokerEvent) => void,
  ) {
    this.address = address;
    this.#onEvent = onEvent;
    this.client = newClient(address, secure, (attempt) => this.#retryMs(attempt));
    this.client.on('error', (error) => {
      this.#lastError = error;
    });
    this.client.on('ready', () => {
      this.#onEvent({ kind: 'connected' });
      for (const resolve of this.#waiting) resolve();
    });
  }

  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  /** Resolves when commands can be sent; rejects with the signal's reason. */
  async ready(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.isReady) return;
    await new Promise<void>((resolve, reject) => {
      const settle = () => {
        this.#waiting.delete(settle);
        signal.removeEventListener('abort', settle);
        if (signal.aborted) reject(signal.reason);
        else resolve();
      };
      this.#waiting.add(settle);
      signal.addEventListener('abort', settle);
    });
  }

  /**
   * Does the work, again and again until it succeeds.
   *
   * @throws PipelineError BROKER_REFUSED when the server will not let us; the signal's reason.
   */
  async persist<R>(work: () => Promise<R>, signal: AbortSignal): Promise<R> {
    for (let attempt = 0; ; attempt++) {
      await this.ready(signal);
      try {
        return await work();
      } catch (error) {
        await this.pauseAfter(error, attempt, signal);
      }
    }
  }

  /** Waits as long as is fit after such an error, or throws what cannot be helped. */
  async pauseAfter(error: unknown, attempt: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const refused = refusal(error, this.address.name);
    if (refused) throw refused;
    const retryMs = backoffMs(attempt);
    // Of a lost connection the client tells by itself, though not of one to a node of a cluster.
    if (this.isReady && (isAnswer(error) || this.address.kind === 'cluster'))
      this.#onEvent({ kind: 'retrying', reason: reasonOf(error), retryMs });
    await sleep(retryMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }

  close(): void {
    this.client.disconnect();
  }

  async #open(): Promise<void> {
    try {
      await this.client.connect();
      // The client selects it as well, but goes on with database 0 when it is refused.
      if (this.address.database !== 0) await this.client.select(this.address.database);
      this.#opened = true;
    } catch (error) {
      this.close();
      const cause = this.#lastError ?? error;
      const { name } = this.address;
      const reason = reasonOf(cause);
      throw refusal(cause, name) ?? new PipelineError('BROKER_UNREACHABLE', { url: name, reason }, { cause });
    }
  }

  /** How long until the next attempt to connect; null for none. */
  #retryMs(attempt: number): number | null {
    if (!this.#opened) return null;
    const retryMs = backoffMs(attempt - 1);
    const reason = this.#lastError === undefined ? 'connection closed' : reasonOf(this.#lastError);
    this.#lastError = undefined;
    this.#onEvent({ kind: attempt === 1 ? 'disconnected' : 'retrying', reason, retryMs });
    return retryMs;
  }
}

function newClient(
  address: Address,
  secure: Pick<RedisOptions, 'tls'>,
  retryMs: (attempt: number) => number | null,
): Client {
  const { hosts, username, password } = address;
  const common = {
    ...secure,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    // Replies keep the one shape they have with every server and proxy.
    protocol: 2 as const,
    connectionName: 'network-pipeline',
    disableClientInfo: true,
    connectTimeout: CONNECT_LIMIT_MS,
    socketTimeout: SILENCE_LIMIT_MS,
    // What was under way when the connection broke fails at once: we know better how to repeat it.
    maxRetriesPerRequest: 0,
    // A master that became a replica: find the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
  if (address.kind === 'cluster') {
    return new Cluster([...hosts], {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: retryMs,
      slotsRefreshTimeout: CONNECT_LIMIT_MS,
      redisOptions: common,
    });
  }
  const server = {
    ...common,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: retryMs,
    db: address.database,
  };
  if (address.kind === 'server') {
    // The check would need a permission we have no other use for; a server that loads says so itself.
    return new Redis({ ...server, ...hosts[0], enableReadyCheck: false });
  }
  return new Redis({
    ...server,
    sentinels: [...hosts],
    name: address.master ?? '',
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
    ...(secure.tls && { sentinelTLS: secure.tls, enableTLSForSentinelMode: true }),
    sentinelRetryStrategy: retryMs,
  });
}
