import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { onDisk, PipelineError, syncFolder } from '@antinex/runtime';
import { CsvFile, type CsvState } from './csv-file.ts';
import { countRecords } from './csv-scan.ts';
import { widenedPath } from './csv-widen.ts';
import { Header } from './header.ts';
import { type Opened, OutputFile } from './output-file.ts';
import { baseColumns, type Schema } from './schema.ts';

/** What a manifest says of a CSV file. */
export interface CommittedCsv extends CsvState {
  readonly columns: readonly string[];
}

const LONGEST_HEADER = 2 ** 20;
const NEWLINE = 0x0a;

/**
 * Opens a CSV file to append to it; a missing or empty one gets the header. Bytes behind what was
 * committed are cut off; without a manifest those behind the last complete row.
 *
 * @throws PipelineError DATASET_MISMATCH when the file is not a dataset of this schema, or has lost
 * rows; OUTPUT_UNWRITABLE, DISK_FULL.
 */
export async function openCsv(
  path: string,
  schema: Schema,
  committed?: CommittedCsv,
): Promise<Opened<CsvFile>> {
  const file = await OutputFile.open(path);
  try {
    const header = await readHeader(file, schema);
    await onDisk(path, () => rm(widenedPath(file), { force: true }));
    return header === undefined ? await create(file, schema) : await recover(file, header, committed);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function create(file: OutputFile, schema: Schema): Promise<Opened<CsvFile>> {
  const removedBytes = file.size;
  const header = new Header(schema);
  await file.truncate(0);
  await file.write(header.line, 0);
  await file.sync();
  await onDisk(file.path, () => syncFolder(dirname(file.realPath)));
  return { file: new CsvFile(file, header, 0), isNew: true, removedBytes };
}

/** Undefined when there is nothing yet but, at most, the start of our own header. */
async function readHeader(file: OutputFile, schema: Schema): Promise<Header | undefined> {
  const start = Buffer.alloc(Math.min(file.size, LONGEST_HEADER));
  await file.read(start, 0);
  const end = start.indexOf(NEWLINE);
  const columns = start.toString('utf8', 0, end < 0 ? start.length : end).split(',');
  const base = baseColumns(schema);
  if (end < 0 && new Header(schema).line.subarray(0, start.length).equals(start)) return undefined;
  if (end < 0 || base.some((column, at) => columns[at] !== column)) {
    throw mismatch(file, `its first line is not the header of schema ${schema}`);
  }
  const extras = columns.slice(base.length);
  if (new Set(columns).size < columns.length) throw mismatch(file, 'a column is there twice');
  return new Header(schema, extras);
}

async function recover(file: OutputFile, header: Header, committed?: CommittedCsv): Promise<Opened<CsvFile>> {
  const { rows, bytes } = await keptPart(file, header, committed);
  const removedBytes = file.size - bytes;
  if (removedBytes > 0) {
    await file.truncate(bytes);
    await file.sync();
  }
  return { file: new CsvFile(file, header, rows), isNew: false, removedBytes };
}

async function keptPart(file: OutputFile, header: Header, committed?: CommittedCsv): Promise<CsvState> {
  const headerLength = header.line.length;
  if (committed === undefined) {
    const { records, end } = await countRecords(file, headerLength);
    return { rows: records, bytes: end };
  }
  const known = committed.columns;
  if (known.some((column, at) => header.columns[at] !== column)) {
    throw mismatch(file, 'its columns are not those in its manifest');
  }
  if (known.length === header.columns.length) {
    await checkEnd(file, committed.bytes);
    return committed;
  }
  // The file was widened, and the manifest not yet: the same rows are longer now.
  const { records, end } = await countRecords(file, headerLength, committed.rows);
  if (records < committed.rows) throw lost(file);
  return { rows: records, bytes: end };
}

async function checkEnd(file: OutputFile, bytes: number): Promise<void> {
  const last = Buffer.alloc(1);
  const read = bytes > 0 && bytes <= file.size ? await file.read(last, bytes - 1) : 0;
  if (read === 0 || last[0] !== NEWLINE) throw lost(file);
}

const mismatch = (file: OutputFile, reason: string): PipelineError =>
  new PipelineError('DATASET_MISMATCH', { path: file.path, reason });

const lost = (file: OutputFile): PipelineError =>
  mismatch(file, 'rows that its manifest counts are gone; delete the manifest to go on with what is there');
