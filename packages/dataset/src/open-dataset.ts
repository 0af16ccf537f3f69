import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { formatCreated } from '@antinex/decoder';
import { PipelineError } from '@antinex/runtime';
import type { ArchiveFile } from './archive-file.ts';
import { type ArchiveTitle, openArchive } from './archive-open.ts';
import type { CsvFile } from './csv-file.ts';
import { openCsv } from './csv-open.ts';
import { Dataset } from './dataset.ts';
import { DatasetFiles } from './dataset-files.ts';
import { createPlacer } from './flatten.ts';
import { type Manifest, manifestPathOf, readManifest } from './manifest.ts';
import type { Opened } from './output-file.ts';
import type { Schema } from './schema.ts';

export interface DatasetOptions {
  readonly schema: Schema;
  /** Name of the dataset, DS_NAME. */
  readonly name: string;
  /** At least one of the two files. */
  readonly csvPath?: string | undefined;
  readonly archivePath?: string | undefined;
  /** The time of now; tests bring their own. */
  readonly now?: () => Date;
}

/**
 * Opens a dataset, or starts one where the files are missing or empty. What a crash left behind the
 * last snapshot is cut off, so that redelivered messages make no double rows.
 *
 * @throws PipelineError DATASET_MISMATCH when a file is not this kind of dataset: nothing in it is
 * changed. OUTPUT_UNWRITABLE, DISK_FULL. CONFIG_INVALID without a file to write.
 */
export async function openDataset(options: DatasetOptions): Promise<Dataset> {
  const { schema, name, csvPath, archivePath, now = () => new Date() } = options;
  const path = csvPath ?? archivePath;
  if (path === undefined || csvPath === archivePath) {
    throw new PipelineError('CONFIG_INVALID', {
      problems: ['a dataset needs a CSV file, an archive or both, of different names'],
    });
  }
  const manifestPath = manifestPathOf(path);
  const known = await readManifest(manifestPath);
  if (known !== undefined && known.schema !== schema) {
    throw new PipelineError('DATASET_MISMATCH', {
      path,
      reason: `it has schema ${known.schema}, not ${schema}`,
    });
  }
  const csv =
    csvPath === undefined ? undefined : await openCsv(csvPath, schema, committedCsv(csvPath, known));
  let archive: Opened<ArchiveFile> | undefined;
  try {
    const title = { created: archiveTime(schema, now()), dataset: name };
    archive = archivePath === undefined ? undefined : await openArchiveOf(archivePath, title, known);
    // A manifest that outlived its files says nothing about new ones.
    const continued = [csv, archive].some((opened) => opened?.isNew === false) ? known : undefined;
    const dataset = new Dataset({
      files: new DatasetFiles(csv?.file, archive?.file, createPlacer(schema)),
      manifestPath,
      title: { name, schema, created: continued?.created ?? now().toISOString() },
      tally: continued,
      ledger: continued?.ledger,
      recovered: [csv, archive].flatMap((opened) => recoveryOf(opened)),
      toArchive: archivist(schema),
      now,
    });
    await dataset.snapshot();
    return dataset;
  } catch (error) {
    await csv?.file.close();
    await archive?.file.close();
    throw error;
  }
}

function committedCsv(path: string, known: Manifest | undefined) {
  if (known?.csv === undefined || known.columns === undefined || known.csv.file !== basename(path))
    return undefined;
  return { ...known.csv, columns: known.columns };
}

function openArchiveOf(path: string, title: ArchiveTitle, known: Manifest | undefined) {
  return openArchive(path, title, known?.archive?.file === basename(path) ? known.archive : undefined);
}

function recoveryOf(opened: Opened<CsvFile | ArchiveFile> | undefined) {
  if (opened === undefined || opened.removedBytes === 0) return [];
  return [{ path: opened.file.path, removedBytes: opened.removedBytes }];
}

/** The original writes local time, schema 2 UTC. */
const archiveTime = (schema: Schema, time: Date): string =>
  schema === 2 ? time.toISOString() : formatCreated(Math.floor(time.getTime() / 1000));

/** Messages are archived as they came, with the time of their arrival, and with an id if they had none. */
function archivist(schema: Schema) {
  return (message: { id?: unknown }, received: Date): object => ({
    ...message,
    id: message.id ?? randomUUID(),
    received: archiveTime(schema, received),
  });
}
