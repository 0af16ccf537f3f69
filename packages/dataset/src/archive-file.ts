import { archiveTail, countField, putArchivePacket } from './archive-format.ts';
import { ChunkWriter } from './chunk-writer.ts';
import type { OutputFile } from './output-file.ts';

/** What of an archive is sure to be there after a crash: its packets, and its length with the tail. */
export interface ArchiveState {
  readonly packets: number;
  readonly bytes: number;
}

/**
 * An open archive: one JSON document in the original's shape. Packets are written over its tail,
 * `sync` ends it anew and corrects its count, so each costs what the new packets cost.
 */
export class ArchiveFile {
  readonly #file: OutputFile;
  readonly #countAt: number;
  readonly #chunks: ChunkWriter;
  #packets: number;
  #committed: ArchiveState;

  /** The packets of the file end at `end`; its count stands at `countAt`. */
  constructor(file: OutputFile, countAt: number, packets: number, end: number) {
    this.#file = file;
    this.#countAt = countAt;
    this.#chunks = new ChunkWriter(file, end);
    this.#packets = packets;
    this.#committed = this.state;
  }

  get path(): string {
    return this.#file.path;
  }

  get state(): ArchiveState {
    return { packets: this.#packets, bytes: this.#chunks.end + archiveTail(this.#packets).length };
  }

  get committed(): ArchiveState {
    return this.#committed;
  }

  get isFull(): boolean {
    return this.#chunks.isFull;
  }

  write(packet: object): void {
    putArchivePacket(this.#chunks.out, packet, this.#packets === 0);
    this.#packets++;
  }

  flush(): Promise<void> {
    return this.#chunks.flush();
  }

  /** Makes the file a valid document, and comes back when it is on the disk. */
  async sync(): Promise<void> {
    await this.#chunks.drain();
    await this.#end();
    await this.#file.sync();
  }

  commit(): void {
    this.#committed = this.state;
  }

  /** Back to the last commit. */
  async rollback(): Promise<void> {
    const { packets, bytes } = this.#committed;
    const end = bytes - archiveTail(packets).length;
    await this.#chunks.restart(end);
    await this.#file.truncate(end);
    this.#packets = packets;
    await this.#end();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #end(): Promise<void> {
    await this.#file.write(archiveTail(this.#packets), this.#chunks.end);
    await this.#file.write(countField(this.#packets), this.#countAt);
  }
}
