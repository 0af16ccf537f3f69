import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { toPipelineError } from '@antinex/runtime';

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

/** Makes a folder that is missing, and those above it, durably. */
export async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made === undefined) return;
  const end = dirname(resolve(made));
  for (let at = resolve(folder); at !== end; at = dirname(at)) await syncFolder(dirname(at));
}
