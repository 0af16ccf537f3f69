import { resolve } from 'node:path';
import type { FolderLock } from '@antinex/broker/segments';
import { PipelineError } from '@antinex/runtime';
import type { Position, SpoolEnd } from '../spool/spool-end.ts';
import type { StateFolder } from '../state-folder.ts';
import { type BatchUnderWay, type CursorState, writeCursor } from './cursor.ts';
import { type PredictedBatch, type PredictedRow, PredictionsFile } from './predictions-file.ts';
import type { SpoolQueue } from './spool-queue.ts';

export interface ProgressOptions {
  readonly folder: StateFolder;
  readonly queue: SpoolQueue;
  /** As it was read. */
  readonly cursor: CursorState;
  readonly lock: FolderLock;
}

/**
 * What is sure of posting: the cursor and the predictions, which grow in turn. After an error read the
 * cursor anew, unless `begin` is called again.
 */
export class Progress {
  readonly #options: ProgressOptions;
  #predictions: CursorState['predictions'];
  #batch: BatchUnderWay | undefined;
  #file: PredictionsFile | undefined;
  /** Spools of which more is done with than the cursor says. */
  readonly #ahead = new Set<string>();

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#predictions = options.cursor.predictions;
    this.#batch = options.cursor.batch;
  }

  /** The batch that may have been posted without its end being known. */
  get batch(): BatchUnderWay | undefined {
    return this.#batch;
  }

  /** The file of predictions in use. */
  get path(): string | undefined {
    return this.#file?.path;
  }

  /** To be called before each attempt to post a batch, whose rows are of a spool. */
  async begin(batch: BatchUnderWay, { predictions }: SpoolEnd): Promise<void> {
    const file = await this.#fileAt(predictions);
    this.#predictions = { path: predictions, bytes: file.bytes };
    this.#batch = batch;
    await this.#save();
  }

  /**
   * Writes what came of the batch under way; with that it is done. The cursor says so with the next batch,
   * or with `settle`: until then the job is asked once more after a crash, and the file cut back.
   */
  async finish(rows: readonly PredictedRow[], about: PredictedBatch): Promise<void> {
    const { spool, to } = this.#batch!;
    const { path, bytes } = this.#predictions!;
    const file = await this.#fileAt(path);
    if (file.bytes !== bytes) {
      // Another one, as the first was moved away: what is to be cut back after a crash is this one.
      this.#predictions = { path, bytes: file.bytes };
      await this.#save();
    }
    if (rows.length > 0) await file.append(rows, about);
    this.#predictions = { path, bytes: file.bytes };
    this.pass(spool, to);
  }

  /** Goes on behind rows that are done with. */
  pass(spool: string, to: Position): void {
    this.#batch = undefined;
    this.#options.queue.advance(spool, to);
    this.#ahead.add(spool);
  }

  /** Makes sure of all that is done. */
  async settle(): Promise<void> {
    if (this.#ahead.size > 0) await this.#save();
  }

  /** The batch under way was not made a job of: its rows are posted anew. */
  forget(): void {
    this.#batch = undefined;
  }

  /** Lets go of all. The cursor then tells how far the spools go, in case their datasets are moved away. */
  async close(): Promise<void> {
    await this.#save().catch(() => {});
    await this.#closeFile();
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** The file at a path as spools have it, which the folder of the datasets may take along elsewhere. */
  async #fileAt(told: string): Promise<PredictionsFile> {
    const path = resolve(this.#options.folder.datasets, told);
    if (this.#file?.path === path && (await this.#file.isInPlace())) return this.#file;
    await this.#closeFile();
    const known = this.#predictions?.path === told ? this.#predictions.bytes : undefined;
    this.#file = await PredictionsFile.open(path, known);
    return this.#file;
  }

  async #save(): Promise<void> {
    const { folder, queue, lock } = this.#options;
    if (!(await lock.isHeld()))
      throw new PipelineError('SPOOL_IN_USE', { folder: folder.path, pid: undefined });
    const state = { spools: queue.state(), predictions: this.#predictions, batch: this.#batch };
    await writeCursor(folder.cursor, state);
    for (const spool of this.#ahead) await queue.removeDone(spool);
    this.#ahead.clear();
  }
}
