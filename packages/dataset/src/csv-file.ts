import { dirname } from 'node:path';
import type { LazyMessage } from '@antinex/decoder';
import { syncFolder } from '@antinex/runtime';
import { ChunkWriter } from './chunk-writer.ts';
import { widenCsv } from './csv-widen.ts';
import type { Header } from './header.ts';
import { LazyRows } from './lazy-rows.ts';
import { MAX_ROW_BYTES } from './limits.ts';
import type { MessageRow } from './message-row.ts';
import type { OutputFile } from './output-file.ts';
import type { Placer } from './placement.ts';
import { RowWriter } from './row-writer.ts';

/** What of a CSV file is sure to be there after a crash. */
export interface CsvState {
  readonly rows: number;
  readonly bytes: number;
}

/** Bytes that widening may rewrite whatever the file's size; beyond, a file is rewritten a few times over. */
const FREE_REWRITE_BYTES = 64 * 2 ** 20;
const REWRITES_PER_BYTE = 3;
const NONE: readonly never[] = [];

/** An open CSV file: rows are appended, become durable with `sync`, and stay with `commit`. */
export class CsvFile {
  #file: OutputFile;
  #header: Header;
  #chunks: ChunkWriter;
  #rowWriter: RowWriter;
  /** Made when the first packet comes: what reads from a broker has none. */
  #lazyRows: LazyRows | undefined;
  #rows: number;
  #committed: CsvState;
  #rewrittenBytes = 0;

  /** The file holds the header and `rows` rows, and nothing behind them. */
  constructor(file: OutputFile, header: Header, rows: number) {
    this.#file = file;
    this.#header = header;
    this.#chunks = new ChunkWriter(file, file.size);
    this.#rowWriter = new RowWriter(this.#chunks.out, header.columns.length);
    this.#rows = rows;
    this.#committed = { rows, bytes: file.size };
  }

  get path(): string {
    return this.#file.path;
  }

  get columns(): readonly string[] {
    return this.#header.columns;
  }

  /** Rows and bytes with those that are not written yet. */
  get state(): CsvState {
    return { rows: this.#rows, bytes: this.#chunks.end };
  }

  /** What the last commit left. */
  get committed(): CsvState {
    return this.#committed;
  }

  get isFull(): boolean {
    return this.#chunks.isFull;
  }

  /** Columns to add before the row that was placed last can be written. */
  columnsToAdd(placer: Placer): readonly string[] {
    if (placer.extras.length === 0) return NONE;
    const missing = this.#header.missing(placer.extras);
    const limit = FREE_REWRITE_BYTES + REWRITES_PER_BYTE * this.#chunks.end;
    return this.#rewrittenBytes <= limit ? missing : NONE;
  }

  /** Writes the row that was placed last; false when it is too long for a row. */
  write(placer: Placer): boolean {
    const { out } = this.#chunks;
    const start = out.length;
    const extraCells = this.#extraCells(placer);
    this.#rowWriter.write(out, this.#rows, placer, extraCells);
    if (out.length - start > MAX_ROW_BYTES) {
      out.length = start;
      return false;
    }
    this.#rows++;
    return true;
  }

  /** Writes the row of a message of schema 2 straight from its packet; false for one that has to be placed. */
  writeLazy(message: LazyMessage): boolean {
    const extraColumns = this.#header.columns.length - this.#header.baseLength;
    this.#lazyRows ??= new LazyRows();
    if (!this.#lazyRows.write(this.#chunks.out, this.#rows, message, extraColumns)) return false;
    this.#rows++;
    return true;
  }

  /** Writes a row of schema 2 whose cells are written already. */
  writeRow(row: MessageRow): void {
    const extraColumns = this.#header.columns.length - this.#header.baseLength;
    this.#rowWriter.writeRow(this.#chunks.out, this.#rows, row, extraColumns);
    this.#rows++;
  }

  flush(): Promise<void> {
    return this.#chunks.flush();
  }

  /** Comes back when all rows are on the disk. */
  async sync(): Promise<void> {
    await this.#chunks.drain();
    await this.#file.sync();
  }

  commit(): void {
    this.#committed = this.state;
  }

  /** Back to the last commit. */
  async rollback(): Promise<void> {
    const { rows, bytes } = this.#committed;
    await this.#chunks.restart(bytes);
    await this.#file.truncate(bytes);
    this.#rows = rows;
  }

  /** Adds columns behind the others; rows that are there get empty cells. */
  async widen(columns: readonly string[]): Promise<void> {
    await this.#chunks.drain();
    const header = this.#header.widened(columns);
    const old = this.#file;
    const { file, mark } = await widenCsv(old, this.#header, header, this.#committed.bytes);
    this.#file = file;
    this.#header = header;
    this.#chunks = new ChunkWriter(file, file.size);
    this.#rowWriter = new RowWriter(this.#chunks.out, header.columns.length);
    this.#committed = { rows: this.#committed.rows, bytes: mark };
    this.#rewrittenBytes += file.size;
    await old.close();
    await syncFolder(dirname(file.realPath));
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #extraCells(placer: Placer): readonly unknown[] {
    const hasExtras = this.#header.columns.length > this.#header.baseLength;
    return hasExtras ? this.#header.extraCells(placer.extras) : NONE;
  }
}
