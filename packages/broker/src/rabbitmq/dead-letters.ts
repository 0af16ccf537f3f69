import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '@antinex/runtime';
import type { ConsumeMessage } from 'amqplib';
import { backoffMs } from '../backoff.ts';
import { deadLetterQueue, type TlsOptions } from '../types.ts';
import type { Address } from './address.ts';
import { Link } from './link.ts';
import { Outbox } from './outbox.ts';
import { prepareToPublish } from './topology.ts';

/** Enough to understand it; the broker keeps headers in memory. */
const MAX_REASON_CHARACTERS = 1000;

/** The header that tells why a message was put aside. */
const REASON = 'reason';

/** Why a message was put aside: by us, or else by the broker itself. */
export function reasonIn({ properties: { headers } }: ConsumeMessage): string | undefined {
  const reason: unknown = headers?.[REASON] ?? headers?.['x-first-death-reason'];
  return typeof reason === 'string' ? reason : undefined;
}

/**
 * Puts messages aside. It has a connection of its own, made when first needed: while a broker short of
 * memory blocks those who publish, it must go on to take our acks.
 */
export class DeadLetters {
  readonly #queue: string;
  readonly #outbox = new Outbox((reason) => this.#link.restart(reason));
  readonly #link: Link;
  readonly #closing = new AbortController();
  #opened = false;

  /** @param queue the one the messages come from. */
  constructor(queue: string, address: Address, tls: TlsOptions | undefined) {
    this.#queue = queue;
    const dead = deadLetterQueue(queue);
    const names = { queue: dead, wire: 'batch', exchange: dead, routingKey: dead } as const;
    this.#link = new Link(address, {
      tls,
      onEvent: () => {},
      prepare: async (connection) => {
        await this.#outbox.attach(connection, await prepareToPublish(connection, names, address.quorum));
      },
      lost: () => this.#outbox.detach(),
    });
  }

  /**
   * Resolves once the broker has confirmed the body, in the form `source` came in, to the dead-letter queue.
   *
   * @throws PipelineError QUEUE_CLOSED when close() came first.
   */
  async put(body: Buffer, source: ConsumeMessage, reason: string): Promise<void> {
    if (!this.#opened) this.#link.openLater();
    this.#opened = true;
    const { contentType, contentEncoding } = source.properties;
    const headers = { [REASON]: reason.slice(0, MAX_REASON_CHARACTERS), queue: this.#queue };
    const options = { mandatory: true, persistent: true, contentType, contentEncoding, headers };
    const { signal } = this.#closing;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#outbox.send(() => [{ body, options }], signal);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        // The queue was deleted, say. Whose message is it that cannot be put aside? It must not be lost.
        if (!(error instanceof PipelineError)) throw error;
        await sleep(backoffMs(attempt), undefined, { signal }).catch(() => {});
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new PipelineError('QUEUE_CLOSED', { queue: this.#queue }));
    await this.#link.close();
  }
}
