import { basename } from 'node:path';
import type { LazyMessage } from '@antinex/decoder';
import type { ArchiveFile } from './archive-file.ts';
import type { CsvFile } from './csv-file.ts';
import type { Refusal } from './limits.ts';
import type { Manifest } from './manifest.ts';
import type { MessageRow } from './message-row.ts';
import { type Placer, Schema2Placer } from './placement.ts';

/** The part of a manifest that is about the files. */
export type FilesState = Pick<Manifest, 'rows' | 'csv' | 'archive' | 'columns'>;

/** A dataset's CSV file, archive or both, which grow and go back together. */
export class DatasetFiles {
  readonly #csv: CsvFile | undefined;
  readonly #archive: ArchiveFile | undefined;
  readonly #placer: Placer;

  constructor(csv: CsvFile | undefined, archive: ArchiveFile | undefined, placer: Placer) {
    this.#csv = csv;
    this.#archive = archive;
    this.#placer = placer;
  }

  get hasArchive(): boolean {
    return this.#archive !== undefined;
  }

  get isFull(): boolean {
    return this.#csv?.isFull === true || this.#archive?.isFull === true;
  }

  /** Takes a message apart for `write`, or tells why it gets no row. */
  place(message: unknown): Refusal | undefined {
    return this.#placer.place(message);
  }

  /** True when the placed message has fields for which the CSV file has to get columns first. */
  get needsColumns(): boolean {
    return this.#csv !== undefined && this.#csv.columnsToAdd(this.#placer).length > 0;
  }

  async addColumns(): Promise<void> {
    await this.#csv?.widen(this.#csv.columnsToAdd(this.#placer));
  }

  /** Writes the placed message. */
  write(packet: object | undefined): Refusal | undefined {
    if (this.#csv === undefined) this.#placer.root.clear();
    else if (!this.#csv.write(this.#placer)) return 'too-large';
    if (packet !== undefined) this.#archive?.write(packet);
    return undefined;
  }

  /** Writes a message straight from its packet, where the files and the packet allow it. */
  writeLazy(message: LazyMessage): boolean {
    return this.takesRows && this.#csv?.writeLazy(message) === true;
  }

  /** Whether a message's cells are all it takes: an archive keeps the message itself. */
  get takesRows(): boolean {
    return this.#archive === undefined && this.#placer instanceof Schema2Placer;
  }

  /** Writes a row whose cells are written already, where the files take such. */
  writeRow(row: MessageRow): void {
    this.#csv?.writeRow(row);
  }

  async flush(): Promise<void> {
    if (this.#csv?.isFull) await this.#csv.flush();
    if (this.#archive?.isFull) await this.#archive.flush();
  }

  /** Comes back when everything is on the disk. */
  sync(): Promise<void> {
    return allDone([this.#csv?.sync(), this.#archive?.sync()]);
  }

  commit(): void {
    this.#csv?.commit();
    this.#archive?.commit();
  }

  rollback(): Promise<void> {
    return allDone([this.#csv?.rollback(), this.#archive?.rollback()]);
  }

  close(): Promise<void> {
    return allDone([this.#csv?.close(), this.#archive?.close()]);
  }

  get bytes(): number {
    return (this.#csv?.state.bytes ?? 0) + (this.#archive?.state.bytes ?? 0);
  }

  /** What is in the files, or what the last commit left. */
  state(which: 'state' | 'committed'): FilesState {
    const csv = this.#csv && { file: basename(this.#csv.path), ...this.#csv[which] };
    const archive = this.#archive && { file: basename(this.#archive.path), ...this.#archive[which] };
    return {
      rows: csv?.rows ?? archive?.packets ?? 0,
      ...(csv && { csv }),
      ...(archive && { archive }),
      ...(this.#csv && { columns: this.#csv.columns }),
    };
  }
}

/** Waits for all, whatever becomes of the others; throws the first one's error. */
async function allDone(works: readonly (Promise<void> | undefined)[]): Promise<void> {
  const results = await Promise.allSettled(works);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
