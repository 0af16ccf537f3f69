import { extname } from 'node:path';
import { PipelineError } from '@antinex/runtime';
import { AtomicFile } from './atomic-file.ts';
import { CsvFormat } from './csv-format.ts';
import { NdjsonFormat } from './ndjson-format.ts';
import { NpyFormat } from './npy-format.ts';
import type { Cell, Column, TableFormat } from './table.ts';

export type TableKind = 'csv' | 'ndjson' | 'npy' | 'parquet';

const KINDS: Readonly<Record<string, TableKind>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.npy': 'npy',
  '.parquet': 'parquet',
};

/**
 * The format that a file's ending stands for.
 *
 * @throws PipelineError FEATURES_INVALID for an ending that stands for none
 */
export function tableKindOf(path: string): TableKind {
  const ending = extname(path).toLowerCase();
  if (ending in KINDS) return KINDS[ending];
  throw new PipelineError('FEATURES_INVALID', {
    problems: [`${path}: its ending says no format; name it ${Object.keys(KINDS).join(', ')}`],
  });
}

async function formatOf(kind: TableKind, columns: readonly Column[]): Promise<TableFormat> {
  switch (kind) {
    case 'csv':
      return new CsvFormat(columns);
    case 'ndjson':
      return new NdjsonFormat(columns);
    case 'npy':
      return new NpyFormat(columns);
    case 'parquet': {
      // Its library is large: loaded where it is needed.
      const { ParquetFormat } = await import('./parquet-format.ts');
      return new ParquetFormat(columns);
    }
  }
}

/** Rows on their way into a file; it appears, whole, when it is committed. */
export class TableFile {
  /** Rows taken. */
  rows = 0;
  private readonly file: AtomicFile;
  private readonly format: TableFormat;

  private constructor(file: AtomicFile, format: TableFormat) {
    this.file = file;
    this.format = format;
  }

  /**
   * Begins a table of the format that the file's ending names. `inputs` are the files its rows are made
   * from: it must be none of them.
   *
   * @throws PipelineError FEATURES_INVALID, OUTPUT_UNWRITABLE, DISK_FULL
   */
  static async create(
    path: string,
    columns: readonly Column[],
    inputs: readonly string[] = [],
  ): Promise<TableFile> {
    const format = await formatOf(tableKindOf(path), columns);
    const file = await AtomicFile.create(path, inputs);
    const table = new TableFile(file, format);
    await file.write(format.begin());
    return table;
  }

  /** Appends rows; after an error nothing is left of the file. @throws PipelineError OUTPUT_UNWRITABLE, DISK_FULL */
  async add(rows: readonly (readonly Cell[])[]): Promise<void> {
    this.rows += rows.length;
    await this.file.write(this.format.encode(rows));
  }

  /** Puts the file in its place, durably. @throws PipelineError OUTPUT_UNWRITABLE, DISK_FULL */
  async commit(): Promise<void> {
    const { tail, head } = this.format.end();
    await this.file.write(tail);
    if (head !== undefined) await this.file.writeHead(head);
    await this.file.commit();
  }

  /** Gives the file up: what was in its place stays. */
  abort(): Promise<void> {
    return this.file.abort();
  }
}
