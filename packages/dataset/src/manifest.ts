import { readFile } from 'node:fs/promises';
import { onDisk, PipelineError } from '@antinex/runtime';
import type { ArchiveState } from './archive-file.ts';
import { isRecord } from './cell.ts';
import type { CsvState } from './csv-file.ts';
import { writeDraft } from './replace-file.ts';
import type { Schema } from './schema.ts';
import type { TallyState } from './tally.ts';

const FORMAT = 'netpipe-dataset';
const VERSION = 1;

/** What stands beside a dataset: all that is durable of it, and where it comes from. */
export interface Manifest extends TallyState {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly name: string;
  readonly schema: Schema;
  /** ISO 8601 UTC. */
  readonly created: string;
  readonly updated: string;
  /** Rows of the dataset: those of the CSV file, or the archive's packets where there is none. */
  readonly rows: number;
  /** Names are those of files in the manifest's directory; `bytes` is the durable length. */
  readonly csv?: CsvState & { readonly file: string };
  readonly archive?: ArchiveState & { readonly file: string };
  /** Header of the CSV file. */
  readonly columns?: readonly string[];
  /** What happened to the packets before they came here, as the caller last gave it. */
  readonly ledger?: Ledger;
}

export type Ledger = Readonly<Record<string, unknown>>;

export const manifestPathOf = (path: string): string => `${path}.manifest.json`;

export const newManifest = (fields: Omit<Manifest, 'format' | 'version'>): Manifest => ({
  format: FORMAT,
  version: VERSION,
  ...fields,
});

/**
 * Reads a manifest; undefined when there is none.
 *
 * @throws PipelineError DATASET_MISMATCH when the file is something else.
 */
export async function readManifest(path: string): Promise<Manifest | undefined> {
  const text = await onDisk(path, () => readIfThere(path));
  if (text === undefined) return undefined;
  const manifest = parse(text);
  if (isManifest(manifest)) return manifest;
  throw new PipelineError('DATASET_MISMATCH', { path, reason: 'it is not a manifest of this program' });
}

/** Writes the manifest that `publishDraft` is to put in the place of the present one. */
export const writeManifestDraft = (path: string, manifest: Manifest): Promise<void> =>
  writeDraft(path, `${JSON.stringify(manifest, null, 2)}\n`);

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** All that recovery relies on is checked: files are cut where a manifest says. */
function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value) || value.format !== FORMAT || value.version !== VERSION) return false;
  const { csv, archive, decodeErrors, refused } = value;
  return (
    (value.schema === 2 || value.schema === 'legacy') &&
    typeof value.created === 'string' &&
    isTexts(value.sources) &&
    isRecord(decodeErrors) &&
    isCount(decodeErrors.truncated) &&
    isCount(decodeErrors.malformed) &&
    isRecord(refused) &&
    (csv === undefined ||
      (isRecord(csv) && isCount(csv.rows) && isCount(csv.bytes) && isTexts(value.columns))) &&
    (archive === undefined || (isRecord(archive) && isCount(archive.packets) && isCount(archive.bytes)))
  );
}
