import { open, readdir } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { defaultCsvPath, manifestPathOf } from '@antinex/dataset';
import { toPipelineError } from '@antinex/runtime';

/** The files of one dataset: at least one of the two. */
export interface DatasetPaths {
  readonly csvPath?: string | undefined;
  readonly archivePath?: string | undefined;
}

/** The file that gives a dataset its manifest. */
export const mainPathOf = ({ csvPath, archivePath }: DatasetPaths): string => (csvPath ?? archivePath)!;

export interface PathSettings {
  readonly outputCsv: string | undefined;
  readonly archiveJson: string | undefined;
  readonly datasetName: string;
  readonly datasetDir: string;
}

/**
 * The files the settings name; without any, a new CSV file in the folder of datasets, whose name holds
 * the time. It is made at once, so that no other processor chooses the same.
 */
export async function choosePaths(settings: PathSettings, rotates: boolean): Promise<DatasetPaths> {
  const { outputCsv: csvPath, archiveJson: archivePath } = settings;
  if (csvPath !== undefined || archivePath !== undefined) return { csvPath, archivePath };
  const path = defaultCsvPath(settings);
  if (rotates) return { csvPath: path };
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : withSuffix(path, `-${number}`);
    if (await isCreated(candidate)) return { csvPath: candidate };
  }
}

/** `packets.csv` as `packets.legacy.csv`: rows of another schema stand in files of their own. */
export const legacyPaths = (paths: DatasetPaths): DatasetPaths => mapPaths(paths, '.legacy');

/** UTC, to the millisecond, and the file's number in its run. */
const STAMP = /^-\d{8}T\d{6}\.\d{3}Z-\d{6,}$/;

/**
 * The next files of a dataset that is spread over several: `packets.csv` is written as
 * `packets-20240131T235959.123Z-000001.csv`. Sorted by name they are in order of time.
 */
export function rotatedPaths(paths: DatasetPaths, number: number, now = new Date()): DatasetPaths {
  const time = now.toISOString().replace(/[-:]/g, '');
  return mapPaths(paths, `-${time}-${String(number).padStart(6, '0')}`);
}

/** Manifests of what `rotatedPaths` named before, the latest first. */
export async function rotatedManifests(paths: DatasetPaths): Promise<string[]> {
  const { dir, name, ext } = parse(mainPathOf(paths));
  const ending = manifestPathOf(ext);
  const names = await readdir(dir || '.').catch(() => []);
  return names
    .filter((file) => file.startsWith(name) && file.endsWith(ending))
    .filter((file) => STAMP.test(file.slice(name.length, -ending.length)))
    .sort()
    .reverse()
    .map((file) => join(dir, file));
}

function mapPaths({ csvPath, archivePath }: DatasetPaths, suffix: string): DatasetPaths {
  return {
    csvPath: csvPath && withSuffix(csvPath, suffix),
    archivePath: archivePath && withSuffix(archivePath, suffix),
  };
}

function withSuffix(path: string, suffix: string): string {
  const { name, ext } = parse(path);
  return join(dirname(path), `${name}${suffix}${ext}`);
}

/** False when there is such a file already. */
async function isCreated(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw toPipelineError(error, { path, access: 'write' });
  }
}
