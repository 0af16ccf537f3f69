import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../src/index.ts';
import { filled, newFolder, readRows } from './files.ts';

const GOLDEN = fileURLToPath(new URL('../../../../shared/golden/original/', import.meta.url));
const isThere = existsSync(GOLDEN);
const sets = isThere
  ? readdirSync(GOLDEN).flatMap((file) =>
      file.endsWith('.ndjson') ? [file.slice(0, -'.ndjson'.length)] : [],
    )
  : [];

/**
 * What the original's agent published, with the ids the golden files were made with. A line without
 * `msg` is a frame that it crashed on or passed over.
 */
const published = (set: string): object[] =>
  readFileSync(join(GOLDEN, `${set}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => JSON.parse(line).msg ?? [])
    .map((message, i) => ({ ...message, id: `00000000-0000-4000-8000-${String(i + 1).padStart(12, '0')}` }));

/** pandas writes the whole numbers of a column with gaps as `4.0`. */
const sameNumber = (cell: string): string => (/^-?\d+\.0$/.test(cell) ? cell.slice(0, -2) : cell);

async function write(set: string) {
  const folder = newFolder();
  const [csvPath, archivePath] = [join(folder, 'x.csv'), join(folder, 'x.json')];
  const now = () => new Date('2018-01-29T04:26:41');
  const dataset = await openDataset({ schema: 'legacy', name: 'golden', csvPath, archivePath, now });
  await dataset.append(published(set));
  await dataset.close();
  return { csvPath, archivePath };
}

describe.skipIf(!isThere)('legacy datasets (needs ../shared)', () => {
  it('are compared with all golden sets', () => expect(sets.length).toBeGreaterThanOrEqual(10));

  /** Columns by name, as the original's order hangs on when it saw which; empty cells say nothing in either. */
  it.each(sets)('have the original’s rows: %s.csv', async (set) => {
    const { csvPath } = await write(set);
    const [ours, theirs] = [readRows(csvPath), readRows(join(GOLDEN, `${set}.csv`))];
    const header = Object.keys(ours[0]);
    expect(Object.keys(theirs[0]).filter((column) => !header.includes(column))).toEqual([]);
    expect(header).toEqual(['idx', ...header.slice(1).sort()]);
    const numbered = theirs.map((row) =>
      Object.entries(filled(row)).map(([name, cell]) => [name, sameNumber(cell)]),
    );
    expect(ours.map(filled)).toEqual(numbered.map((cells) => Object.fromEntries(cells)));
  });

  /** Ours has spaces behind its count, which is rewritten in place: nothing else differs. */
  it.each(sets)('have the original’s archive, byte for byte: %s.archive.json', async (set) => {
    const { archivePath } = await write(set);
    const theirs = readFileSync(join(GOLDEN, `${set}.archive.json`), 'latin1');
    const ours = readFileSync(archivePath, 'latin1');
    expect(ours.replace(/("num_packets": \d+,) +\n/, '$1\n')).toBe(theirs);
    expect(JSON.parse(ours)).toEqual(JSON.parse(theirs));
  });
});
