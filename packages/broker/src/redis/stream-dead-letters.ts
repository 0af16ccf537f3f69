import type { BrokerEvent, Decoded } from '../types.ts';
import type { Connection } from './connection.ts';
import type { Fields } from './stream-entry.ts';
import { DEFAULT_MAX_ENTRIES, FIELD } from './streams.ts';
import { wholeTransaction } from './transaction.ts';

/**
 * The stream of what could not be read and what was rejected, each entry with the reason. It is as
 * long as other streams may be: then its oldest entries make room, or poison would fill the server.
 */
export class StreamDeadLetters {
  readonly #connection: Connection;
  readonly #stream: string;
  readonly #onEvent: (event: BrokerEvent) => void;

  constructor(connection: Connection, stream: string, onEvent: (event: BrokerEvent) => void) {
    this.#connection = connection;
    this.#stream = stream;
    this.#onEvent = onEvent;
  }

  /** An entry that was rejected. */
  async add(fields: Fields, reason: string): Promise<void> {
    const kept = fields.filter((_, i) => fields[i - (i % 2)].toString() !== FIELD.REASON);
    await this.#append([...kept, FIELD.REASON, reason]);
  }

  /** An entry that is none of ours. */
  async addUnreadable(fields: Fields): Promise<void> {
    const reason = `the entry has no field "${FIELD.NDJSON}"`;
    await this.add(fields, reason);
    this.#onEvent({ kind: 'malformed', reason, messages: 1 });
  }

  /** Lines of an entry that are no messages. */
  async addLines(malformed: Decoded<unknown>['malformed']): Promise<void> {
    for (const { bytes, reason } of malformed) {
      const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      await this.#append([FIELD.NDJSON, line, FIELD.COUNT, '1', FIELD.REASON, reason]);
      this.#onEvent({ kind: 'malformed', reason, messages: 1 });
    }
  }

  async #append(fields: readonly (Buffer | string)[]): Promise<void> {
    const { client, address } = this.#connection;
    const [, dropped] = await wholeTransaction(client, [
      ['xadd', this.#stream, '*', ...fields],
      ['xtrim', this.#stream, 'MAXLEN', address.maxLength ?? DEFAULT_MAX_ENTRIES],
    ]);
    if (Number(dropped) > 0) this.#onEvent({ kind: 'discarded', messages: Number(dropped) });
  }
}
