import { constants } from 'node:fs';
import { type FileHandle, open, realpath, rename } from 'node:fs/promises';
import { onDisk, PipelineError } from '@antinex/runtime';

/** An opened file of a dataset, and how much of it was cut off because it was never committed. */
export interface Opened<F> {
  readonly file: F;
  readonly isNew: boolean;
  readonly removedBytes: number;
}

/**
 * A file of a dataset, open for reading and writing. It notices when another program changes the
 * file's length, and from then on refuses to touch it.
 */
export class OutputFile {
  /** As it was given. */
  readonly path: string;
  /** The file itself where `path` is a symbolic link. */
  readonly realPath: string;
  /** Tells it from another file that may come to stand at its path. */
  readonly inode: number;
  readonly #handle: FileHandle;
  #size: number;
  #isShared = false;

  private constructor(path: string, realPath: string, handle: FileHandle, size: number, inode: number) {
    this.path = path;
    this.realPath = realPath;
    this.inode = inode;
    this.#handle = handle;
    this.#size = size;
  }

  /** Opens a file, creating it where there is none. Nothing in it changes. */
  static open(path: string): Promise<OutputFile> {
    return onDisk(path, async () => {
      const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o666);
      try {
        const status = await handle.stat();
        if (!status.isFile())
          throw new PipelineError('OUTPUT_UNWRITABLE', { path, reason: 'not a regular file' });
        return new OutputFile(path, await realpath(path), handle, status.size, status.ino);
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  get size(): number {
    return this.#size;
  }

  /** Reads at a position; answers how many bytes there were. */
  async read(into: Uint8Array, position: number): Promise<number> {
    const { bytesRead } = await onDisk(this.path, () => this.#handle.read(into, 0, into.length, position));
    return bytesRead;
  }

  /** Writes all bytes at a position. After an error any part of them may be in the file: truncate it. */
  write(bytes: Uint8Array, position: number): Promise<void> {
    return onDisk(this.path, async () => {
      await this.#checkOwned();
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
      this.#size = Math.max(this.#size, position + bytes.length);
    });
  }

  truncate(length: number): Promise<void> {
    return onDisk(this.path, async () => {
      if (this.#isShared) throw this.#sharedError();
      await this.#handle.truncate(length);
      this.#size = length;
    });
  }

  /** Comes back once the bytes written are on the disk. */
  sync(): Promise<void> {
    return onDisk(this.path, () => this.#handle.datasync());
  }

  /** Puts this file in the place of another, at once or not at all; what comes back is that file now. */
  async replace(other: OutputFile): Promise<OutputFile> {
    await onDisk(other.path, () => rename(this.realPath, other.realPath));
    return new OutputFile(other.path, other.realPath, this.#handle, this.#size, this.inode);
  }

  async close(): Promise<void> {
    await onDisk(this.path, () => this.#handle.close());
  }

  async #checkOwned(): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size !== this.#size) this.#isShared = true;
    if (this.#isShared) throw this.#sharedError();
  }

  #sharedError(): PipelineError {
    return new PipelineError('OUTPUT_UNWRITABLE', {
      path: this.path,
      reason: 'another program writes to it',
    });
  }
}
