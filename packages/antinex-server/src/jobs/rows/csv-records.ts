import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { PipelineError, toPipelineError } from '@antinex/runtime';
import papaparse from 'papaparse';

const CHUNK_BYTES = 1 << 18;
const LONGEST_RECORD = 1 << 20;
const QUOTE = 0x22;
const NEWLINE = 0x0a;

export interface CsvFile {
  readonly path: string;
  /** What errors call it: what was asked for, not where it lies. */
  readonly name: string;
  readonly maxBytes: number;
}

/**
 * The records of a CSV file, some at a time, the header first. Empty lines are left out. Memory is bounded
 * by the longest record (1 MB).
 *
 * @throws PipelineError JOB_DATASET_REFUSED for what is no CSV file, JOB_TOO_LARGE; the signal's reason
 */
export async function* csvRecords(csv: CsvFile, signal?: AbortSignal): AsyncGenerator<string[][]> {
  const file = await openRegular(csv);
  try {
    let isFirst = true;
    for await (const text of wholeRecords(file, csv)) {
      signal?.throwIfAborted();
      const { data, errors } = papaparse.parse<string[]>(isFirst ? text.replace(/^\ufeff/, '') : text, {
        delimiter: ',',
        skipEmptyLines: true,
      });
      if (errors.length > 0) throw refused(csv, `it is no CSV: ${errors[0].message}`);
      isFirst = false;
      if (data.length > 0) yield data;
    }
  } finally {
    await file.close();
  }
}

/** Other kinds of files may never end, or never begin. */
async function openRegular(csv: CsvFile): Promise<FileHandle> {
  try {
    const file = await open(csv.path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (stats.isFile() && stats.size <= csv.maxBytes) return file;
    await file.close();
    if (!stats.isFile()) throw refused(csv, 'it is no file');
    const limit = `the ${csv.maxBytes} bytes that are read of a file`;
    throw new PipelineError('JOB_TOO_LARGE', { what: `the dataset "${csv.name}"`, limit });
  } catch (error) {
    throw toPipelineError(error, { path: csv.name, access: 'read' });
  }
}

/** The file's text in pieces that end where a record does. */
async function* wholeRecords(file: FileHandle, csv: CsvFile): AsyncGenerator<string> {
  const buffer = Buffer.allocUnsafe(LONGEST_RECORD + CHUNK_BYTES);
  let kept = 0;
  let inQuotes = false;
  for (;;) {
    const { bytesRead } = await file.read(buffer, kept, CHUNK_BYTES);
    if (bytesRead === 0) break;
    const length = kept + bytesRead;
    let end = 0;
    for (let at = kept; at < length; at++) {
      const byte = buffer[at];
      if (byte === QUOTE) inQuotes = !inQuotes;
      else if (byte === NEWLINE && !inQuotes) end = at + 1;
    }
    if (end > 0) yield buffer.toString('utf8', 0, end);
    buffer.copyWithin(0, end, length);
    kept = length - end;
    if (kept > LONGEST_RECORD) throw refused(csv, 'a record of it is longer than 1 MB');
  }
  if (kept > 0) yield buffer.toString('utf8', 0, kept);
}

const refused = ({ name }: CsvFile, reason: string) =>
  new PipelineError('JOB_DATASET_REFUSED', { name, reason });
