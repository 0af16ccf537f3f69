import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { syncFolder } from '@antinex/runtime';

/** Makes a folder that is missing, and those above it, durably. */
export async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made === undefined) return;
  const end = dirname(resolve(made));
  for (let at = resolve(folder); at !== end; at = dirname(at)) await syncFolder(dirname(at));
}
