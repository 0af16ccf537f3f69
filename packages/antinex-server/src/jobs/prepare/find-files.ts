import { opendir, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { PipelineError } from '@antinex/runtime';
import { isInside, realOf } from '../rows/dataset-path.ts';
import { matches } from './wildcard.ts';

const MOST_FILES = 1000;
const MOST_ENTRIES = 100_000;

/**
 * The files that fit a pattern (`*` and `?` within names) in the dataset folders, by name. An absolute
 * pattern that lies in none of them is taken from behind `base` (the request's ds_dir), or by its last part.
 *
 * @returns real paths
 * @throws PipelineError JOB_DATASET_REFUSED when there are none; JOB_TOO_LARGE
 */
export async function findFiles(
  pattern: string,
  base: string,
  folders: readonly string[],
): Promise<string[]> {
  const found = new Set<string>();
  const search = { entries: 0 };
  for (const folder of folders) {
    const root = await realOf(folder);
    if (root === undefined) continue;
    const parts = partsOf(pattern, base, [resolve(folder), root]);
    for (const path of await walk(root, parts, search)) {
      const real = await realOf(path);
      if (real !== undefined && isInside(real, root) && (await stat(real)).isFile()) found.add(real);
    }
  }
  if (found.size > MOST_FILES) throw tooMany(`${found.size} files`, `${MOST_FILES}`);
  if (found.size > 0) return [...found].sort();
  const reason = 'no dataset folder has files of such names';
  throw new PipelineError('JOB_DATASET_REFUSED', { name: pattern, reason });
}

/** The pattern name by name, below a dataset folder; none when it cannot be in one. */
function partsOf(pattern: string, base: string, roots: readonly string[]): readonly string[] {
  const own = roots.find((root) => isInside(resolve(root, pattern), root));
  const below = own !== undefined ? relative(own, resolve(own, pattern)) : belowBase(pattern, base);
  return below.split('/').filter((part) => part !== '' && part !== '.');
}

function belowBase(pattern: string, base: string): string {
  if (!isAbsolute(pattern)) return '';
  return isAbsolute(base) && isInside(resolve(pattern), resolve(base))
    ? relative(resolve(base), resolve(pattern))
    : basename(pattern);
}

async function walk(
  folder: string,
  parts: readonly string[],
  search: { entries: number },
): Promise<string[]> {
  const [part, ...rest] = parts;
  if (part === undefined) return [];
  const paths: string[] = [];
  for (const name of await fitting(folder, part, search)) {
    const path = join(folder, name);
    if (rest.length === 0) paths.push(path);
    else paths.push(...(await walk(path, rest, search)));
  }
  return paths;
}

async function fitting(folder: string, part: string, search: { entries: number }): Promise<string[]> {
  if (!/[*?]/.test(part)) return [part];
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(folder)) {
      if (++search.entries > MOST_ENTRIES)
        throw tooMany('what has to be looked through', `${MOST_ENTRIES} names`);
      if (!name.startsWith('.') && matches(part, name)) names.push(name);
    }
  } catch (error) {
    // What is no folder, or none we may look into, has no files that fit.
    if (error instanceof PipelineError) throw error;
  }
  return names.sort();
}

const tooMany = (what: string, limit: string) => new PipelineError('JOB_TOO_LARGE', { what, limit });
