import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderLock } from '@antinex/broker/segments';
import { afterAll, expect, it } from 'vitest';
import { Spools } from '../spool/spools.ts';
import { StateFolder } from '../state-folder.ts';
import { type BatchUnderWay, readCursor } from './cursor.ts';
import type { PredictedRow } from './predictions-file.ts';
import { Progress } from './progress.ts';
import { SpoolQueue } from './spool-queue.ts';

const root = mkdtempSync(join(tmpdir(), 'antinex-progress-'));
afterAll(() => rmSync(root, { recursive: true }));

const spool = 'x.csv.00000001';
const END = { spool, segment: 1, offset: 900, rows: 9, predictions: 'p.csv' };
const at = (offset: number) => ({ segment: 1, offset, row: 0 });
const ABOUT = { dataset: 'x.csv', model: 'm', job: 7, accuracy: undefined };
const rowsOf = (id: string) => [{ id, index: 0, label: 1 } as PredictedRow];
const batchTo = (offset: number): BatchUnderWay => ({
  ...{ spool, from: at(offset - 100), to: at(offset), rows: 1, schema: 'legacy' },
  ...{ model: 'm', feature: 'label_value', marks: ['[a]'] },
});

it('predictions are there once, though their file is moved away and the processor dies', async () => {
  const folder = new StateFolder(root, 'q');
  await folder.make();
  const lock = await FolderLock.take(folder.path);
  const open = async () => {
    const queue = new SpoolQueue(folder, new Spools(folder), () => {});
    return new Progress({ folder, queue, lock, cursor: await readCursor(folder.cursor) });
  };
  const path = join(root, 'p.csv');
  const first = await open();
  for (const offset of [100, 200]) {
    await first.begin(batchTo(offset), END);
    await first.finish(rowsOf(`row ${offset} ${'x'.repeat(1000)}`), ABOUT);
  }
  await first.begin(batchTo(300), END);
  renameSync(path, `${path}.old`);
  await first.finish(rowsOf('row 300'), ABOUT);
  // Died here: what the cursor says is all that is known.
  const next = await open();
  expect(next.batch).toEqual(batchTo(300));
  await next.finish(rowsOf('row 300'), ABOUT);
  await next.close();
  const ids = [`${path}.old`, path].map((file) => readFileSync(file, 'utf8').match(/^row \d+/gm));
  expect(ids).toEqual([['row 100', 'row 200'], ['row 300']]);
  await lock.release();
});
