import { TextWriter } from '@antinex/decoder';
import type { OutputFile } from './output-file.ts';

const CHUNK_BYTES = 2 ** 20;
/** Rows end behind the mark at which a chunk is full. */
const BUFFER_BYTES = CHUNK_BYTES + 2 ** 16;

/**
 * Appends to a file in large chunks: one is filled while the one before is written. So memory is
 * bounded by two chunks, and whoever fills faster than the disk takes it waits in `flush`.
 */
export class ChunkWriter {
  readonly #file: OutputFile;
  #filling = new TextWriter(BUFFER_BYTES);
  #spare = new TextWriter(BUFFER_BYTES);
  #writing: Promise<void> = Promise.resolve();
  #position: number;

  constructor(file: OutputFile, position: number) {
    this.#file = file;
    this.#position = position;
  }

  /** Where to put the next bytes; valid until `flush`. */
  get out(): TextWriter {
    return this.#filling;
  }

  get isFull(): boolean {
    return this.#filling.length >= CHUNK_BYTES;
  }

  /** Length of the file once all bytes are in it. */
  get end(): number {
    return this.#position + this.#filling.length;
  }

  /** Starts to write what was put in, as soon as the chunk before is written. Reports that one's error. */
  async flush(): Promise<void> {
    await this.#writing;
    const full = this.#filling;
    if (full.length === 0) return;
    this.#filling = this.#spare.buffer.length > 2 * BUFFER_BYTES ? new TextWriter(BUFFER_BYTES) : this.#spare;
    this.#filling.length = 0;
    this.#spare = full;
    this.#writing = this.#file.write(full.view(), this.#position);
    this.#writing.catch(() => undefined); // whoever waits for it next gets the error
    this.#position += full.length;
  }

  /** Comes back when all bytes are in the file. */
  async drain(): Promise<void> {
    await this.flush();
    await this.#writing;
  }

  /** Drops what is not written, forgets errors and goes on at a position. */
  async restart(position: number): Promise<void> {
    await this.#writing.catch(() => undefined);
    this.#writing = Promise.resolve();
    this.#filling.length = 0;
    this.#position = position;
  }
}
