import { PipelineError } from '@antinex/runtime';
import { findDataset } from '../jobs/rows/dataset-path.ts';
import type { JobRequest } from '../jobs/types.ts';
import type { FieldProblems } from './fields/field.ts';

/** The fields of these names whose files are in none of the folders. */
export async function missingFiles(
  names: readonly string[],
  values: JobRequest,
  folders: readonly string[],
): Promise<FieldProblems> {
  const problems: Record<string, string[]> = {};
  for (const name of names) {
    const path = values[name];
    if (typeof path !== 'string') continue;
    try {
      await findDataset(path, folders);
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      problems[name] = [(error as PipelineError<'JOB_DATASET_REFUSED'>).details.reason];
    }
  }
  return problems;
}
