import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type CursorState, readCursor, writeCursor } from './cursor.ts';

const folder = mkdtempSync(join(tmpdir(), 'antinex-cursor-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'cursor.json');

const STATE: CursorState = {
  spools: {
    'x.csv.0123abcd': {
      next: { segment: 2, offset: 16, row: 3 },
      end: { spool: 'x.csv.0123abcd', segment: 3, offset: 99, rows: 1000, predictions: 'x.predictions.csv' },
    },
  },
  predictions: { path: 'x.predictions.csv', bytes: 12_345 },
  batch: {
    spool: 'x.csv.0123abcd',
    from: { segment: 2, offset: 16, row: 3 },
    to: { segment: 2, offset: 16, row: 9 },
    rows: 5,
    schema: 'legacy',
    model: 'm',
    feature: 'label_value',
    marks: ['[a]', '[b]'],
  },
};

describe('the cursor', () => {
  it('is what was written last, and nothing at first', async () => {
    const nothing = { spools: {}, predictions: undefined, batch: undefined };
    expect(await readCursor(path)).toEqual(nothing);
    for (const state of [STATE, nothing, { ...STATE, batch: undefined }]) {
      await writeCursor(path, state);
      expect(await readCursor(path)).toEqual(state);
    }
  });

  it('refuses what is none: rows would be posted twice', async () => {
    const good = JSON.parse(JSON.stringify({ version: 1, ...STATE }));
    const spoil = [
      '',
      '{',
      '[]',
      'null',
      { ...good, version: 2 },
      { ...good, spools: [] },
      { ...good, spools: { a: { next: {}, end: {} } } },
      { ...good, batch: { ...good.batch, marks: [''] } },
      { ...good, batch: { ...good.batch, schema: 3 } },
      { ...good, batch: { ...good.batch, to: { segment: -1, offset: 0, row: 0 } } },
      { ...good, predictions: { path: 1, bytes: 2 } },
    ];
    for (const bad of spoil) {
      writeFileSync(path, typeof bad === 'string' ? bad : JSON.stringify(bad));
      await expect(readCursor(path)).rejects.toMatchObject({ code: 'SPOOL_UNUSABLE' });
    }
  });

  it('takes no path for the name of a spool', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('../x.0123abcd', '/etc/x.0123abcd', 'x', '', 'x.0123ABCD'),
        async (spool) => {
          const end = { ...STATE.spools['x.csv.0123abcd'].end, spool };
          writeFileSync(
            path,
            JSON.stringify({ version: 1, spools: { x: { next: STATE.batch!.from, end } } }),
          );
          await expect(readCursor(path)).rejects.toMatchObject({ code: 'SPOOL_UNUSABLE' });
        },
      ),
      { seed: 7, numRuns: 10 },
    );
  });
});
