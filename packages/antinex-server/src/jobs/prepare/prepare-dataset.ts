import { basename, dirname, join } from 'node:path';
import { PipelineError } from '@antinex/runtime';
import { isMissingText } from '../rows/cell.ts';
import { csvRecords } from '../rows/csv-records.ts';
import { checkSize } from '../rows/frame.ts';
import type { JobLimits, PrepareOutcome } from '../types.ts';
import { MergedRows, type SourceFile } from './merged-rows.ts';
import { labelRulesOf, metadataOf, postProcOf } from './metadata.ts';
import type { PrepareJob } from './prepare-job.ts';
import { WholeFile } from './whole-file.ts';

const MOST_COLUMNS = 10_000;

/** What a thread needs to know of a `/mlprepare/` request. */
export interface PreparePlan {
  readonly job: PrepareJob;
  readonly files: readonly SourceFile[];
  readonly fullPath: string;
  readonly cleanPath: string;
}

/**
 * Merges CSV files into one with all columns of all of them and labels, and a clean one: without dropped
 * and empty columns, and without the rows that then lack a value, unless those are kept or filled. Each has
 * a JSON file beside it that says what it was made of. Rows are read and written some at a time.
 *
 * @throws PipelineError JOB_DATASET_REFUSED, JOB_TOO_LARGE, TABLE_UNUSABLE when no row is left, as of files
 * that cannot be read or written; the signal's reason
 */
export async function prepareDataset(
  plan: PreparePlan,
  limits: JobLimits,
  signal?: AbortSignal,
): Promise<PrepareOutcome> {
  const run = new Preparation(plan, limits, signal);
  try {
    return await run.run();
  } finally {
    await run.discard();
  }
}

class Preparation {
  readonly #plan: PreparePlan;
  readonly #limits: JobLimits;
  readonly #signal: AbortSignal | undefined;
  readonly #files: WholeFile[] = [];

  constructor(plan: PreparePlan, limits: JobLimits, signal: AbortSignal | undefined) {
    this.#plan = plan;
    this.#limits = limits;
    this.#signal = signal;
  }

  async run(): Promise<PrepareOutcome> {
    const { job, files, fullPath, cleanPath } = this.#plan;
    const headers: (readonly string[])[] = [];
    for (const file of files) headers.push(await this.#headerOf(file));
    const merged = new MergedRows(job, headers);
    const { columns } = merged;
    if (columns.length > MOST_COLUMNS)
      throw new PipelineError('JOB_TOO_LARGE', { what: "the files' columns", limit: `${MOST_COLUMNS}` });
    const full = await this.#create(fullPath);
    const { rows, filled } = await this.#writeFull(full, merged);
    const isKept = (name: string, place: number) =>
      !job.dropColumns.includes(name) && (job.keepMissing || filled[place] > 0);
    const kept = columns.filter(isKept);
    const clean = await this.#create(cleanPath);
    const cleanRows = await this.#writeClean(clean, kept, full, columns);
    const metaOf = (path: string, kind: string) => join(dirname(path), `${kind}_${basename(job.metaSuffix)}`);
    const told = {
      fullFile: fullPath,
      cleanFile: cleanPath,
      fullMetaFile: metaOf(fullPath, 'fulldata'),
      cleanMetaFile: metaOf(cleanPath, 'cleaned'),
      pipelineFiles: files.map(({ name }) => name),
      fullRows: rows,
      cleanRows,
      postProc: postProcOf(job, columns),
      labelRules: labelRulesOf(job),
    };
    await this.#writeMeta(told.fullMetaFile, told, columns);
    await this.#writeMeta(told.cleanMetaFile, told, kept);
    for (const file of this.#files) await file.finish();
    return told;
  }

  async discard(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.discard()));
  }

  async #create(path: string): Promise<WholeFile> {
    const file = await WholeFile.create(path);
    this.#files.push(file);
    return file;
  }

  #records({ path, name }: SourceFile) {
    return csvRecords({ path, name, maxBytes: this.#limits.fileBytes }, this.#signal);
  }

  async #headerOf(file: SourceFile): Promise<readonly string[]> {
    for await (const [header] of this.#records(file)) return header;
    throw new PipelineError('JOB_DATASET_REFUSED', { name: file.name, reason: 'it has no header' });
  }

  /** Writes all rows; tells how many there are, and how many have a value by column. */
  async #writeFull(full: WholeFile, merged: MergedRows): Promise<{ rows: number; filled: Uint32Array }> {
    const filled = new Uint32Array(merged.columns.length);
    let rows = 0;
    await full.records([merged.columns]);
    for (const file of this.#plan.files) {
      let toRow: ((record: readonly string[]) => string[]) | undefined;
      for await (const records of this.#records(file)) {
        if (toRow === undefined) toRow = merged.rowsOf(file, records.shift()!);
        rows += records.length;
        checkSize('the dataset', rows, merged.columns.length, this.#limits);
        await full.records(mapped(records, toRow, (row) => countFilled(row, filled)));
      }
    }
    return { rows, filled };
  }

  async #writeClean(
    clean: WholeFile,
    kept: readonly string[],
    full: WholeFile,
    columns: readonly string[],
  ): Promise<number> {
    const { keepMissing, fillMissing, setIfAbove, fullFile } = this.#plan.job;
    const places = kept.map((name) => columns.indexOf(name));
    const fill = fillMissing === undefined ? '' : String(fillMissing);
    const toRow = (record: readonly string[]) =>
      places.map((place) => (isMissingText(record[place]) ? fill : record[place]));
    let rows = 0;
    const isKept = (row: readonly string[]) => {
      const keep = keepMissing || !row.includes('');
      if (keep) rows++;
      return keep;
    };
    let isFirst = true;
    await clean.records([kept]);
    const source = { path: full.unfinished, name: fullFile, maxBytes: Number.POSITIVE_INFINITY };
    for await (const records of csvRecords(source, this.#signal)) {
      if (isFirst) records.shift();
      isFirst = false;
      await clean.records(mapped(records, toRow, isKept));
    }
    if (rows > 0 || setIfAbove !== undefined) return rows;
    const reason = 'each lacks a value in some column; set post_proc.keep_nans or post_proc.fill_missing';
    throw new PipelineError('TABLE_UNUSABLE', { what: 'the rows', reason });
  }

  async #writeMeta(path: string, told: PrepareOutcome, columns: readonly string[]): Promise<void> {
    const file = await this.#create(path);
    await file.write(metadataOf(this.#plan.job, told, columns));
  }
}

function* mapped(
  records: readonly (readonly string[])[],
  toRow: (record: readonly string[]) => string[],
  isKept: (row: readonly string[]) => boolean,
): Generator<readonly string[]> {
  for (const record of records) {
    const row = toRow(record);
    if (isKept(row)) yield row;
  }
}

function countFilled(row: readonly string[], filled: Uint32Array): true {
  for (let place = 0; place < row.length; place++) if (!isMissingText(row[place])) filled[place]++;
  return true;
}
