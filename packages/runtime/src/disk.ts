import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { toPipelineError } from './describe-error.ts';

/** Runs file operations; their errors become OUTPUT_UNWRITABLE or DISK_FULL about `path`. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toPipelineError(error, { path, access: 'write' });
  }
}

/** Makes the names in a folder durable: what was created, renamed or removed there. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
