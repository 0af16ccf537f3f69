import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, describe, expect, it } from 'vitest';
import { type PredictedRow, PredictionsFile } from './predictions-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'antinex-predictions-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = (ending = 'csv') => join(folder, `${++files}.${ending}`);

const BATCH = { dataset: 'x.csv', model: 'm', job: 7, accuracy: undefined };
const row = (index: number, labelName = 'attack'): PredictedRow =>
  ({ index, id: `a-b-${index}`, label: 1, labelName }) as PredictedRow;
const rowsIn = (path: string) =>
  Papa.parse<Record<string, string>>(readFileSync(path, 'utf8').trimEnd(), { header: true }).data;

describe('a file of predictions', () => {
  it('is cut back to what is sure, and goes on from there', async () => {
    const path = newPath();
    const file = await PredictionsFile.open(path);
    await file.append([row(0), row(1)], BATCH);
    const { bytes } = file;
    await file.append([row(2)], BATCH);
    await file.close();
    const again = await PredictionsFile.open(path, bytes);
    await again.append([row(3)], BATCH);
    expect(rowsIn(path).map(({ idx }) => idx)).toEqual(['0', '1', '3']);
    await again.close();
  });

  it('holds any text a server may send as one cell of one row', async () => {
    const path = newPath();
    const file = await PredictionsFile.open(path);
    const texts = ['a,b', '"', 'line\nbreak', ' x ', 'größe', '\r', ''];
    await file.append(
      texts.map((text, i) => row(i, text)),
      BATCH,
    );
    expect(rowsIn(path).map(({ label_name }) => label_name)).toEqual(texts);
    await file.close();
  });

  it('has lines of JSON by its name', async () => {
    const path = newPath('ndjson');
    const file = await PredictionsFile.open(path);
    await file.append([row(0)], BATCH);
    const line = {
      packet_id: 'a-b-0',
      dataset: 'x.csv',
      idx: 0,
      label_value: 1,
      label_name: 'attack',
      model: 'm',
      job_id: 7,
    };
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(line)}\n`);
    await file.close();
  });

  it('notices that it was moved away', async () => {
    const path = newPath();
    const file = await PredictionsFile.open(path);
    expect(await file.isInPlace()).toBe(true);
    renameSync(path, `${path}.1`);
    expect(await file.isInPlace()).toBe(false);
    writeFileSync(path, '');
    expect(await file.isInPlace()).toBe(false);
    await file.close();
  });

  it('gets its header where a crash left half of it, and none where there is something else', async () => {
    const path = newPath();
    writeFileSync(path, 'packet_id,data');
    await (await PredictionsFile.open(path)).close();
    expect(readFileSync(path, 'utf8')).toMatch(/^packet_id,dataset,idx,.*accuracy\n$/);
    writeFileSync(path, 'something else');
    await expect(PredictionsFile.open(path)).rejects.toMatchObject({ code: 'DATASET_MISMATCH' });
    expect(readFileSync(path, 'utf8')).toBe('something else');
  });
});
