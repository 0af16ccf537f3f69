import { constants } from 'node:fs';
import { type FileHandle, open, stat, unlink } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { getSystemErrorMap } from 'node:util';
import { CaptureWriteError } from './errors.ts';

/** Where the bytes of a capture go. */
export interface CaptureTarget {
  readonly path: string;
  /** Writes bytes of `chunk` from `from` on; resolves with how many. */
  write(chunk: Buffer, from: number): Promise<number>;
  /** Cuts off what lies behind the first `bytes`, after a write that failed. */
  keep(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** Captures hold what people said to each other: nobody but the owner's group may read them. */
const MODE = 0o640;

/**
 * Creates a file, or opens what is there if it is no ordinary file (a device, a named pipe).
 *
 * @throws CaptureWriteError FILE_EXISTS unless `overwrite`, DISK_FULL, OUTPUT_UNWRITABLE.
 */
export async function openFileTarget(path: string, overwrite: boolean): Promise<CaptureTarget> {
  try {
    return new FileTarget(path, await open(path, overwrite ? 'w' : 'wx', MODE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writeError(path, error);
  }
  if (await isOrdinary(path)) {
    throw new CaptureWriteError('FILE_EXISTS', `${path} exists already: name another file or remove it`);
  }
  try {
    return new FileTarget(path, await open(path, constants.O_WRONLY));
  } catch (error) {
    throw writeError(path, error);
  }
}

const isOrdinary = async (path: string): Promise<boolean> => {
  // What cannot be looked at (a dangling link) is taken for a file: it is not to be touched.
  const found = await stat(path).catch(() => null);
  return found === null || found.isFile();
};

class FileTarget implements CaptureTarget {
  readonly path: string;
  private readonly file: FileHandle;

  constructor(path: string, file: FileHandle) {
    this.path = path;
    this.file = file;
  }

  async write(chunk: Buffer, from: number): Promise<number> {
    try {
      return (await this.file.write(chunk, from)).bytesWritten;
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  /** Of a file that would be empty, and so no capture, nothing is left. */
  async keep(bytes: number): Promise<void> {
    await this.file.truncate(bytes);
    if (bytes === 0) await unlink(this.path);
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/** Writes to a stream that is not ended, standard output; its errors are passed on as they are. */
export function streamTarget(out: Writable): CaptureTarget {
  return {
    path: 'standard output',
    write: (chunk, from) =>
      new Promise((resolve, reject) => {
        out.write(chunk.subarray(from), (error) => (error ? reject(error) : resolve(chunk.length - from)));
      }),
    keep: async () => {},
    close: async () => {},
  };
}

/** The error for a file that cannot be written or removed. */
export function writeError(path: string, cause: unknown): CaptureWriteError {
  const { code, errno = 0, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new CaptureWriteError('DISK_FULL', `no space left to write ${path}`, cause);
  }
  const reason = getSystemErrorMap().get(errno)?.[1] ?? message;
  return new CaptureWriteError('OUTPUT_UNWRITABLE', `cannot write ${path}: ${reason}`, cause);
}
