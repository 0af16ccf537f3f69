import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { onDisk, syncFolder } from '@antinex/broker/segments';
import { csvCell, OutputFile } from '@antinex/dataset';
import { PipelineError } from '@antinex/runtime';
import type { PostedRow } from './batch.ts';

/** A row and what AntiNex says of it. */
export interface PredictedRow extends PostedRow {
  readonly label: number | string | undefined;
  readonly labelName: string | undefined;
  /** How sure the model is, if the API says so: near 1 for the upper class, near 0 for the lower. */
  readonly score: number | undefined;
}

/** What is the same for all rows of a batch. */
export interface PredictedBatch {
  readonly dataset: string;
  readonly model: string;
  readonly job: number;
  /** In percent. */
  readonly accuracy: number | undefined;
}

type Line = readonly [column: string, value: (row: PredictedRow, batch: PredictedBatch) => unknown];

/** The columns, which are the keys of NDJSON. */
const LINE: readonly Line[] = [
  ['packet_id', (row) => row.id],
  ['dataset', (_, batch) => batch.dataset],
  ['idx', (row) => row.index],
  ['time', (row) => row.time],
  ['source', (row) => row.source],
  ['eth_src', (row) => row.etherSource],
  ['eth_dst', (row) => row.etherDestination],
  ['src', (row) => row.sourceAddress],
  ['dst', (row) => row.destinationAddress],
  ['sport', (row) => row.sourcePort],
  ['dport', (row) => row.destinationPort],
  ['label_value', (row) => row.label],
  ['label_name', (row) => row.labelName],
  ['score', (row) => row.score],
  ['model', (_, batch) => batch.model],
  ['job_id', (_, batch) => batch.job],
  ['accuracy', (_, batch) => batch.accuracy],
];
const HEADER = `${LINE.map(([column]) => column).join()}\n`;
const NDJSON = /\.(ndjson|jsonl)$/i;

/**
 * Predictions by packet, CSV or, by the file's ending, NDJSON. Nobody else may write to the file; it may
 * be moved away at any time, and goes on as a new one.
 */
export class PredictionsFile {
  readonly path: string;
  readonly #file: OutputFile;
  readonly #isNdjson: boolean;
  #bytes: number;

  /**
   * Opens a file to append to it; what is there behind `mostBytes` is cut off.
   *
   * @throws PipelineError DATASET_MISMATCH for a file of something else; OUTPUT_UNWRITABLE, DISK_FULL.
   */
  static async open(path: string, mostBytes = Number.POSITIVE_INFINITY): Promise<PredictionsFile> {
    const file = await OutputFile.open(path);
    try {
      const isNdjson = NDJSON.test(path);
      if (file.size === 0) await onDisk(path, () => syncFolder(dirname(file.realPath)));
      if (!isNdjson) await startCsv(file);
      if (file.size > mostBytes) await file.truncate(Math.max(mostBytes, isNdjson ? 0 : HEADER.length));
      return new PredictionsFile(file, isNdjson);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private constructor(file: OutputFile, isNdjson: boolean) {
    this.path = file.path;
    this.#file = file;
    this.#isNdjson = isNdjson;
    this.#bytes = file.size;
  }

  /** With all that is durable. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether its path still leads to it. */
  async isInPlace(): Promise<boolean> {
    const status = await stat(this.path).catch(() => undefined);
    return status?.ino === this.#file.inode;
  }

  /** Comes back when the rows are on the disk; when it fails there is none of them. */
  async append(rows: readonly PredictedRow[], batch: PredictedBatch): Promise<void> {
    const text = Buffer.from(rows.map((row) => this.#lineOf(row, batch)).join(''));
    try {
      await this.#file.write(text, this.#bytes);
      await this.#file.sync();
    } catch (error) {
      await this.#file.truncate(this.#bytes).catch(() => {});
      throw error;
    }
    this.#bytes += text.length;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #lineOf(row: PredictedRow, batch: PredictedBatch): string {
    if (this.#isNdjson) {
      return `${JSON.stringify(Object.fromEntries(LINE.map(([column, value]) => [column, value(row, batch)])))}\n`;
    }
    return `${LINE.map(([, value]) => csvCell(String(value(row, batch) ?? ''))).join()}\n`;
  }
}

/** Writes the header where there is none, or only a part of it. */
async function startCsv(file: OutputFile): Promise<void> {
  const start = Buffer.alloc(Math.min(file.size, HEADER.length));
  await file.read(start, 0);
  if (!HEADER.startsWith(start.toString('latin1'))) {
    const reason = 'its first line is not that of predictions';
    throw new PipelineError('DATASET_MISMATCH', { path: file.path, reason });
  }
  if (file.size >= HEADER.length) return;
  await file.truncate(0);
  await file.write(Buffer.from(HEADER), 0);
  await file.sync();
}
