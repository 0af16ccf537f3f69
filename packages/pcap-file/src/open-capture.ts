import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { isMainThread } from 'node:worker_threads';
import type { CaptureOptions } from './batch-reader.ts';
import { FileSource, openPipe } from './byte-source.ts';
import { CaptureReader } from './capture-reader.ts';
import { type CaptureFileCode, CaptureFileError } from './errors.ts';
import { RecordReader } from './record-reader.ts';

export interface OpenOptions extends CaptureOptions {
  /** Where `-` reads from; the process's standard input by default. */
  stdin?: Readable;
}

const CODES: Readonly<Record<string, CaptureFileCode>> = {
  ENOENT: 'FILE_NOT_FOUND',
  ENOTDIR: 'FILE_NOT_FOUND',
  EACCES: 'FILE_NOT_READABLE',
  EPERM: 'FILE_NOT_READABLE',
  EISDIR: 'FILE_IS_DIRECTORY',
};

const REASONS: Partial<Record<CaptureFileCode, string>> = {
  FILE_NOT_FOUND: 'no such file',
  FILE_NOT_READABLE: 'no permission to read it',
  FILE_IS_DIRECTORY: 'a directory, not a capture',
};

/**
 * Opens a capture file, or standard input for `-`. Rejects with a CaptureFileError if there is no
 * such file or it may not be read; what is in it shows when the reader is iterated.
 *
 * The file is closed when the iteration ends, also by `break`, or by `reader.stop()`.
 */
export const openCapture = (path: string, options: OpenOptions = {}): Promise<CaptureReader> =>
  openWith(CaptureReader, path, options, false);

/** The same for a RecordReader, which makes no object of each packet and keeps no bytes. */
export const openRecords = (path: string, options: OpenOptions = {}): Promise<RecordReader> =>
  openWith(RecordReader, path, options, true);

async function openWith<R>(
  Reader: new (input: AsyncIterable<Uint8Array>, options: CaptureOptions) => R,
  path: string,
  options: OpenOptions,
  oneBuffer: boolean,
): Promise<R> {
  const { stdin = process.stdin, ...rest } = options;
  if (path === '-') return new Reader(stdin, { name: 'standard input', ...rest });
  const name = rest.name ?? path;
  try {
    const isPipe = isMainThread && (await stat(path)).isFIFO();
    if (isPipe) return new Reader(await openPipe(path), { ...rest, name });
    const file = await open(path, 'r');
    if (!(await file.stat()).isDirectory())
      return new Reader(new FileSource(file, oneBuffer), { ...rest, name });
    await file.close();
  } catch (error) {
    throw openError(name, error as NodeJS.ErrnoException);
  }
  throw openError(name, { code: 'EISDIR' });
}

function openError(name: string, cause: { code?: string | undefined; message?: string }): CaptureFileError {
  const code = CODES[cause.code ?? ''] ?? 'READ_FAILED';
  const reason = REASONS[code] ?? `cannot be opened: ${cause.message}`;
  return new CaptureFileError(code, `${name}: ${reason}`, -1, cause);
}
