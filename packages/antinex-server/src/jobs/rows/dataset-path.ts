import { realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { PipelineError } from '@antinex/runtime';

/**
 * The file that a request's dataset is: a path inside of one of the folders, from the first folder that
 * has it. Links are followed, and may not lead out. An absolute path that lies in none of them (such as the
 * original's /opt/antinex/...) is looked up in them by its last part.
 *
 * @returns the real path
 * @throws PipelineError JOB_DATASET_REFUSED, which says nothing of files elsewhere
 */
export async function findDataset(name: string, folders: readonly string[]): Promise<string> {
  const refused = (reason: string) => new PipelineError('JOB_DATASET_REFUSED', { name, reason });
  if (name === '' || name.includes('\0')) throw refused('it is no path');
  let leadsOut = false;
  for (const folder of folders) {
    const root = await realOf(folder);
    if (root === undefined) continue;
    for (const path of placesOf(name, [folder, root])) {
      const real = await realOf(path);
      if (real === undefined) continue;
      if (!isInside(real, root)) leadsOut = true;
      else if ((await stat(real)).isFile()) return real;
    }
  }
  throw refused(leadsOut ? 'it leads out of the dataset folders' : 'no dataset folder has such a file');
}

/** Where to look for it; nothing outside of the folders is looked at, but for links in them. */
function placesOf(name: string, [folder, root]: readonly [string, string]): string[] {
  if (!isAbsolute(name)) return isInside(resolve(root, name), root) ? [join(root, name)] : [];
  const own = [resolve(folder), root].filter((one) => isInside(resolve(name), one));
  return own.length > 0 ? [resolve(name)] : [join(root, basename(name))];
}

/** Whether a path is that of something below a folder; both absolute. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** undefined for what is not there, cannot be looked at, or is no path. */
export const realOf = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);
