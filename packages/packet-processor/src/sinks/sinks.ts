import type { LedgerMessage } from '@antinex/decoder';
import type { Packets } from '../dedupe/elsewhere.ts';
import { isSchema2, type Message, type OutputSchema } from '../messages/message.ts';
import type { Sink } from './sink.ts';

/**
 * The sinks of a processor, one for each schema: rows of two schemas never stand in one dataset. Beside
 * the main one, for what the processor writes, there is one for legacy messages among those of schema 2;
 * it is opened when the first of them comes.
 */
export class Sinks {
  readonly #main: Sink;
  readonly #schema: OutputSchema;
  readonly #openLegacy: () => Promise<Sink>;
  #legacy: Sink | undefined;

  constructor(main: Sink, schema: OutputSchema, openLegacy: () => Promise<Sink>) {
    this.#main = main;
    this.#schema = schema;
    this.#openLegacy = openLegacy;
  }

  get main(): Sink {
    return this.#main;
  }

  get all(): readonly Sink[] {
    return [this.#main, ...(this.#legacy ? [this.#legacy] : [])];
  }

  get pendingRows(): number {
    return this.#main.pendingRows + (this.#legacy?.pendingRows ?? 0);
  }

  /** Whether agents told something that is not durable. */
  get hasNews(): boolean {
    return this.#main.hasNews;
  }

  /** Rows since the start, durable or not. */
  get rows(): number {
    return this.all.reduce((sum, { counts }) => sum + counts.rows, this.pendingRows);
  }

  get pendingPackets(): Packets {
    return this.all.flatMap(({ pendingPackets }) => pendingPackets);
  }

  async of(message: Message): Promise<Sink> {
    if (this.#schema === 'legacy' || isSchema2(message)) return this.#main;
    this.#legacy ??= await this.#openLegacy();
    return this.#legacy;
  }

  /** Agents' ledgers stand in the main dataset, whatever their packets are. */
  async takeLedgers(ledgers: readonly LedgerMessage[]): Promise<void> {
    if (ledgers.length > 0) await this.#main.takeLedgers(ledgers);
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
