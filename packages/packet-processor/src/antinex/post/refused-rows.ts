import { join } from 'node:path';
import { makeFolder, onDisk } from '@antinex/broker/segments';
import { replaceFile } from '@antinex/dataset';
import { formatCount, type Log } from '@antinex/runtime';
import type { SpoolUsage } from '../spool/spool-usage.ts';
import { datasetNameOf } from '../spool/spools.ts';
import type { Prepared } from './batch-source.ts';

/** Who refuses all batches must not fill the log with it. */
const QUIET_MS = 10_000;

/** Why rows have no predictions, as it stands in the file. */
export interface Refusal {
  /** A code of the catalogue of errors, or `NO_PREDICTION`. */
  readonly code: string;
  /** In words, the API's among them. Nothing secret. */
  readonly reason: string;
  readonly details?: unknown;
  readonly job: number | undefined;
  readonly model: string;
}

/** A folder for rows that were posted and have no prediction: a file for each batch, with the reason. */
export class RefusedRows {
  readonly #folder: string;
  readonly #usage: SpoolUsage;
  readonly #log: Log;
  #quietUntilMs = 0;

  constructor(folder: string, usage: SpoolUsage, log: Log) {
    this.#folder = folder;
    this.#usage = usage;
    this.#log = log;
  }

  /**
   * Puts rows of a batch aside, durably; a batch that comes twice is there once. The file has them as they
   * were posted, too, under the name that `ai-env-predict` knows.
   *
   * @throws PipelineError ANTINEX_SPOOL_FULL, DISK_FULL, OUTPUT_UNWRITABLE.
   */
  async put(
    { spool, from, spooled, made }: Prepared,
    which: readonly number[],
    refusal: Refusal,
  ): Promise<void> {
    const head = { time: new Date().toISOString(), ...refusal, dataset: datasetNameOf(spool) };
    const jsonOf = new Map(spooled.map(({ index, json }) => [index, json]));
    const indices = which.map((row) => made.rows[row].index);
    const list = (items: readonly unknown[]) => `[\n${items.join(',\n')}\n]`;
    const text = [
      JSON.stringify(head).slice(0, -1),
      `"predict_rows":${list(which.map((row) => made.request!.rows[row]))}`,
      `"idx":${JSON.stringify(indices)}`,
      `"messages":${list(indices.map((index) => jsonOf.get(index)))}}\n`,
    ].join(',\n');
    await onDisk(this.#folder, () => makeFolder(this.#folder));
    await this.#usage.take(Buffer.byteLength(text));
    const name = `${spool.slice(-8)}-${from.segment}-${from.offset}-${from.row}.json`;
    const path = join(this.#folder, name);
    await replaceFile(path, text);
    this.#tell(which.length, path, refusal.reason);
  }

  #tell(rows: number, path: string, reason: string): void {
    if (performance.now() < this.#quietUntilMs) return;
    this.#quietUntilMs = performance.now() + QUIET_MS;
    this.#log('warn', `AntiNex: put ${formatCount(rows)} rows aside in ${path}: ${reason}`);
  }
}
