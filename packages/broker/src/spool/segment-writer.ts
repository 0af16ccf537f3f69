import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onDisk, syncFolder } from '@antinex/runtime';
import { SEGMENT_HEADER_BYTES, type Segment, segmentHeader, segmentName } from './segment.ts';

/** Appends to one new segment file. After a failed write the file is as it was before. */
export class SegmentWriter {
  readonly segment: Segment;
  readonly #handle: FileHandle;
  #end = SEGMENT_HEADER_BYTES;
  #isUsable = true;
  #isNameDurable = false;

  private constructor(segment: Segment, handle: FileHandle) {
    this.segment = segment;
    this.#handle = handle;
  }

  /** @throws PipelineError DISK_FULL, OUTPUT_UNWRITABLE; then there is no new file. */
  static create(folder: string, sequence: number): Promise<SegmentWriter> {
    const path = join(folder, segmentName(sequence));
    return onDisk(path, async () => {
      const handle = await open(path, 'wx');
      try {
        await handle.writeFile(segmentHeader());
      } catch (error) {
        await handle.close();
        await rm(path, { force: true });
        throw error;
      }
      const end = SEGMENT_HEADER_BYTES;
      return new SegmentWriter({ sequence, path, end, bytes: end, isDamaged: false }, handle);
    });
  }

  /** False after a failure that left the file in a state nobody knows: go on with another segment. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** The file's length. */
  get end(): number {
    return this.#end;
  }

  get isEmpty(): boolean {
    return this.#end === SEGMENT_HEADER_BYTES;
  }

  /** Nothing more is to be written here. */
  seal(): void {
    this.#isUsable = false;
  }

  /**
   * Appends all of the bytes or nothing; with `isDurable` they are on the disk when it resolves.
   *
   * @throws PipelineError DISK_FULL, OUTPUT_UNWRITABLE.
   */
  write(bytes: Uint8Array, isDurable: boolean): Promise<void> {
    return onDisk(this.segment.path, async () => {
      const start = this.#end;
      try {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, start + done);
          done += bytesWritten;
        }
        if (isDurable) await this.#makeDurable();
      } catch (error) {
        await this.#handle.truncate(start).catch(() => this.seal());
        throw error;
      }
      this.#end += bytes.length;
    });
  }

  sync(): Promise<void> {
    return onDisk(this.segment.path, () => this.#makeDurable());
  }

  /** Lets go of the file; one without records is removed. */
  async close(): Promise<void> {
    await this.#handle.close();
    if (this.isEmpty) await rm(this.segment.path, { force: true });
  }

  async #makeDurable(): Promise<void> {
    try {
      await this.#handle.datasync();
      if (!this.#isNameDurable) await syncFolder(dirname(this.segment.path));
      this.#isNameDurable = true;
    } catch (error) {
      // What the kernel could not write it may forget (fsync(2)): do not build on this file.
      this.seal();
      throw error;
    }
  }
}
