// Counts rows of datasets.
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Throws unless the files of a folder hold so many rows, and their manifests say so. */
export async function expectRows(folder, wanted) {
  const names = readdirSync(folder);
  let rows = 0;
  for (const csv of names.filter((name) => name.endsWith('.csv'))) {
    const lines = await linesIn(join(folder, csv));
    rows += Math.max(0, lines - 1);
    if (!names.includes(`${csv}.manifest.json`)) continue;
    const manifest = JSON.parse(readFileSync(join(folder, `${csv}.manifest.json`), 'utf8'));
    if (manifest.rows !== lines - 1)
      throw new Error(`${csv}: ${lines - 1} rows, its manifest has ${manifest.rows}`);
  }
  if (rows !== wanted) throw new Error(`${rows} rows of ${wanted}`);
}

async function linesIn(path) {
  let lines = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines;
}

/** Rows of a folder's datasets that their manifests tell of. */
export function durableRows(folder) {
  const manifests = readdirSync(folder).filter((name) => name.endsWith('.csv.manifest.json'));
  return manifests.reduce((sum, name) => sum + JSON.parse(readFileSync(join(folder, name), 'utf8')).rows, 0);
}
