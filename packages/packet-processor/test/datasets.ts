import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const folders: string[] = [];

/** An empty folder that is gone after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'packet-processor-'));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The CSV files of a folder, sorted by name. */
export const csvFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .map((name) => join(folder, name));

/** Those of them that are datasets. */
export const datasetFiles = (folder: string): string[] =>
  csvFiles(folder).filter((path) => !path.endsWith('.predictions.csv'));

/** The cells of a file's rows; the tests' packets need no quotes. The last row has to be whole. */
export const rowsOf = (path: string): string[][] =>
  wholeText(path)
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(','));

/** The packet ids of datasets, in the order of their rows. */
export const idsOf = (paths: readonly string[]): string[] => paths.flatMap(idsIn);

/** The second cell of each row: there may be many, so the others are left alone. */
function idsIn(path: string): string[] {
  const text = wholeText(path);
  const ids: string[] = [];
  for (let row = text.indexOf('\n') + 1; row < text.length; row = text.indexOf('\n', row) + 1) {
    const from = text.indexOf(',', row) + 1;
    ids.push(text.slice(from, text.indexOf(',', from)));
  }
  return ids;
}

/** Empty if its processor was killed when it had only made the file. */
function wholeText(path: string): string {
  const text = readFileSync(path, 'utf8');
  if (text !== '' && !text.endsWith('\n')) throw new Error(`${path} ends within a row`);
  return text;
}

/** What is missing of the packets 1 to `count`, and what is there twice or should not be. */
export function compare(ids: readonly string[], count: number, session = 'host-a-s1') {
  const wanted = new Set(Array.from({ length: count }, (_, i) => `${session}-${i + 1}`));
  const found = new Set(ids);
  return {
    missing: [...wanted].filter((id) => !found.has(id)).length,
    doubled: ids.length - found.size,
    foreign: [...found].filter((id) => !wanted.has(id)).length,
  };
}

export const COMPLETE = { missing: 0, doubled: 0, foreign: 0 };

export const manifestOf = (path: string) => JSON.parse(readFileSync(`${path}.manifest.json`, 'utf8'));

/** Rows that are durable in the datasets of a folder. */
export function durableRows(folder: string): number {
  const manifests = readdirSync(folder).filter((name) => name.endsWith('.csv.manifest.json'));
  return manifests.reduce((sum, name) => sum + JSON.parse(readFileSync(join(folder, name), 'utf8')).rows, 0);
}
