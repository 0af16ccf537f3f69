import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterEach } from 'vitest';
import { type Manifest, manifestPathOf } from '../src/manifest.ts';

const MEMORY = '/dev/shm';
const ENOUGH_BYTES = 2 ** 30;

/** Whether there is a file system in memory with room for our files; a container's has 64 MB. */
function hasRoomInMemory(): boolean {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= ENOUGH_BYTES;
}

/** In memory where that can be: tests that open thousands of files wait for no disk there. */
const ROOT = hasRoomInMemory() ? MEMORY : tmpdir();
const folders: string[] = [];

/** An empty folder that is gone after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(ROOT, 'dataset-'));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export const manifestOf = (path: string): Manifest => JSON.parse(readFileSync(manifestPathOf(path), 'utf8'));

/** The rows of a CSV file, each as its cells by column; every row has all of them. */
export function readRows(path: string): Record<string, string>[] {
  const text = readFileSync(path, 'utf8');
  const { data, errors } = Papa.parse<string[]>(text, {
    delimiter: ',',
    newline: '\n',
    skipEmptyLines: true,
  });
  if (errors.length > 0 || !text.endsWith('\n')) throw new Error(`bad CSV: ${JSON.stringify(errors[0])}`);
  const [header, ...rows] = data;
  return rows.map((cells) => {
    if (cells.length !== header.length) throw new Error(`${cells.length} cells for ${header.length} columns`);
    return Object.fromEntries(header.map((column, i) => [column, cells[i]]));
  });
}

/** The filled cells of a row. */
export const filled = (row: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== ''));
