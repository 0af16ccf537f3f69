import { open } from 'node:fs/promises';
import { PipelineError } from '@antinex/runtime';
import type { JobRequest } from '../types.ts';

const MOST_BYTES = 4 << 20;
/** What a request takes from it unless it says so itself. */
const TAKEN = ['features_to_process', 'ignore_features', 'label_rules'] as const;

/**
 * A request with what its `meta_file` says of the dataset's columns and labels.
 *
 * @param find where a file of that name lies
 * @throws PipelineError JOB_DATASET_REFUSED for a file that is not there, or no such one
 */
export async function withMetaFile(
  request: JobRequest,
  find: (name: string) => Promise<string>,
): Promise<JobRequest> {
  const { meta_file: name } = request;
  if (typeof name !== 'string' || name === '' || request.predict_rows != null) return request;
  const meta = parse(name, await read(name, await find(name)));
  const taken = TAKEN.filter((field) => request[field] == null && meta[field] != null);
  return { ...request, ...Object.fromEntries(taken.map((field) => [field, meta[field]])) };
}

async function read(name: string, path: string): Promise<string> {
  const file = await open(path);
  try {
    if ((await file.stat()).size <= MOST_BYTES) return await file.readFile('utf8');
  } finally {
    await file.close();
  }
  throw refused(name, 'it is larger than 4 MB');
}

function parse(name: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    throw refused(name, 'it is no JSON');
  }
}

const refused = (name: string, reason: string) => new PipelineError('JOB_DATASET_REFUSED', { name, reason });
