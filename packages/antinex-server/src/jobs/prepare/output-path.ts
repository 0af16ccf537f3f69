import { basename, isAbsolute, join, resolve } from 'node:path';
import { PipelineError } from '@antinex/runtime';
import { isInside } from '../rows/dataset-path.ts';

/**
 * Where a request's output file goes: below the folder of prepared datasets, an absolute path by its last
 * part, so that a dataset of that name is found there.
 *
 * @throws PipelineError JOB_INVALID for a path that leads out
 */
export function outputPath(folder: string, field: string, name: string): string {
  const path = isAbsolute(name) ? join(folder, basename(name)) : resolve(folder, name);
  if (isInside(path, folder) && !name.includes('\0') && !name.endsWith('/')) return path;
  const problems = [{ field, reason: 'must be the path of a file below the folder of prepared datasets' }];
  throw new PipelineError('JOB_INVALID', { problems });
}
