import { relative, resolve } from 'node:path';
import { PipelineError } from '@antinex/runtime';
import { findDataset, isInside, realOf } from '../rows/dataset-path.ts';
import { findFiles } from './find-files.ts';
import { outputPath } from './output-path.ts';
import type { PreparePlan } from './prepare-dataset.ts';
import type { PrepareJob } from './prepare-job.ts';

/**
 * Which files a preparation reads and writes.
 *
 * @param folders that files are read from
 * @param prepared the folder that they are written to
 * @throws PipelineError JOB_INVALID, JOB_DATASET_REFUSED, JOB_TOO_LARGE
 */
export async function planPreparation(
  job: PrepareJob,
  folders: readonly string[],
  prepared: string,
): Promise<PreparePlan> {
  const fullPath = outputPath(resolve(prepared), 'full_file', job.fullFile);
  const cleanPath = outputPath(resolve(prepared), 'clean_file', job.cleanFile);
  if (fullPath === cleanPath) throw wrong('clean_file', 'must be another file than full_file');
  for (const [field, name] of [
    ['full_file', job.fullFile],
    ['clean_file', job.cleanFile],
  ])
    if (await isThere(name, folders))
      throw wrong(field, 'is the name of a file in a dataset folder; take another');
  const paths =
    job.files.length > 0
      ? await Promise.all(job.files.map((name) => findDataset(name, folders)))
      : await findFiles(job.pattern, job.base, folders);
  const roots = (await Promise.all(folders.map(realOf))).filter((root) => root !== undefined);
  const nameOf = (path: string) => relative(roots.find((root) => isInside(path, root)) ?? '/', path);
  return { job, files: paths.map((path) => ({ path, name: nameOf(path) })), fullPath, cleanPath };
}

const isThere = (name: string, folders: readonly string[]) =>
  findDataset(name, folders).then(
    () => true,
    () => false,
  );

const wrong = (field: string, reason: string) =>
  new PipelineError('JOB_INVALID', { problems: [{ field, reason }] });
