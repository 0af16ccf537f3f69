import type { Packets } from '../dedupe/elsewhere.ts';
import { isSchema2, type Message } from '../messages/message.ts';
import type { Sink } from './sink.ts';

/**
 * The sinks of a processor, one for each schema: rows of two schemas never stand in one dataset. The
 * legacy one is opened when the first message for it comes.
 */
export class Sinks {
  readonly #schema2: Sink | undefined;
  readonly #openLegacy: () => Promise<Sink>;
  #legacy: Sink | undefined;

  /** Without `schema2`, which takes the messages of schema 2, all messages are legacy ones. */
  constructor(schema2: Sink | undefined, legacy: Sink | undefined, openLegacy: () => Promise<Sink>) {
    this.#schema2 = schema2;
    this.#legacy = legacy;
    this.#openLegacy = openLegacy;
  }

  get all(): readonly Sink[] {
    return [this.#schema2, this.#legacy].filter((sink) => sink !== undefined);
  }

  get pendingRows(): number {
    return (this.#schema2?.pendingRows ?? 0) + (this.#legacy?.pendingRows ?? 0);
  }

  /** Rows since the start, durable or not. */
  get rows(): number {
    return this.all.reduce((sum, { counts }) => sum + counts.rows, this.pendingRows);
  }

  get pendingPackets(): Packets {
    return this.all.flatMap(({ pendingPackets }) => pendingPackets);
  }

  async of(message: Message): Promise<Sink> {
    if (this.#schema2 !== undefined && isSchema2(message)) return this.#schema2;
    this.#legacy ??= await this.#openLegacy();
    return this.#legacy;
  }

  async commit(): Promise<void> {
    for (const sink of this.all) await sink.commit();
  }

  async rollback(): Promise<void> {
    for (const sink of this.all) await sink.rollback();
  }

  async close(isSettled: boolean): Promise<void> {
    for (const sink of this.all) await sink.close(isSettled);
  }
}
