import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseColumns, createCsvEncoder, openDataset } from '../src/index.ts';
import { filled, manifestOf, newFolder, readRows } from './files.ts';
import { parsed, SAMPLES, tcpMessage } from './messages.ts';

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const messages = (from: number, to: number) => numbers(from, to).map((number) => tcpMessage(number));
const ids = (path: string): string[] => readRows(path).map((row) => row.packet_id);
const idsUpTo = (to: number): string[] => numbers(1, to).map((number) => `host-a-s1-${number}`);

describe('a dataset', () => {
  it('has a row for each message, numbered from 0, under the header of its schema', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
    expect(await dataset.append(SAMPLES)).toEqual({ rows: SAMPLES.length, refused: [] });
    await dataset.close();
    const rows = readRows(csvPath);
    expect(Object.keys(rows[0])).toEqual(baseColumns(2));
    expect(rows.map((row) => row.idx)).toEqual(numbers(0, SAMPLES.length - 1).map(String));
    expect(rows.map((row) => row.packet_id)).toEqual(idsUpTo(SAMPLES.length));
    expect(filled(rows[0])).toMatchObject({
      tcp_seq: '4000000000',
      tcp_flagsText: 'PA',
      frame_truncated: '0',
    });
  });

  it('describes in its manifest what is durable', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const now = new Date('2026-01-02T03:04:05.678Z');
    const dataset = await openDataset({ schema: 2, name: 'test', csvPath, now: () => now });
    await dataset.append([...SAMPLES, null, { data: { ether: {} } }]);
    expect(manifestOf(csvPath)).toMatchObject({ rows: 0, sources: [], refused: {} });
    const manifest = await dataset.snapshot({ received: 15 });
    expect(manifestOf(csvPath)).toEqual(parsed(manifest));
    expect(manifest).toMatchObject({
      ...{ format: 'netpipe-dataset', version: 1, name: 'test', schema: 2, rows: SAMPLES.length },
      ...{ created: now.toISOString(), updated: now.toISOString() },
      csv: { file: 'x.csv', rows: SAMPLES.length, bytes: readFileSync(csvPath).length },
      columns: baseColumns(2),
      sources: ['host-a'],
      firstTime: '2018-01-29T04:26:39.001000000Z',
      refused: { 'not-a-message': 1, 'other-schema': 1 },
      ledger: { received: 15 },
    });
    expect(manifest.archive).toBeUndefined();
    await dataset.close();
  });

  it('goes on where it ended', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const archivePath = `${csvPath}.json`;
    for (const [from, to] of [
      [1, 3],
      [4, 4],
      [5, 9],
    ]) {
      const dataset = await openDataset({ schema: 2, name: 'test', csvPath, archivePath });
      expect(dataset.rows).toBe(from - 1);
      expect(dataset.recovered).toEqual([]);
      await dataset.append(messages(from, to));
      const manifest = await dataset.close(from === 1 ? { received: 3 } : undefined);
      expect(manifest).toMatchObject({ rows: to, archive: { packets: to }, ledger: { received: 3 } });
    }
    expect(readRows(csvPath).map((row) => row.idx)).toEqual(numbers(0, 8).map(String));
    expect(ids(csvPath)).toEqual(idsUpTo(9));
    const archive = JSON.parse(readFileSync(archivePath, 'utf8'));
    expect(archive).toMatchObject({ dataset: 'test', num_packets: 9 });
    expect(archive.packets.map(({ id }: { id: string }) => id)).toEqual(idsUpTo(9));
    expect(manifestOf(csvPath).firstTime).toBe('2018-01-29T04:26:39.001000000Z');
  });

  it('is a valid archive at every snapshot', async () => {
    const archivePath = join(newFolder(), 'x.json');
    const dataset = await openDataset({ schema: 2, name: 'test', archivePath });
    expect(JSON.parse(readFileSync(archivePath, 'utf8')).packets).toEqual([]);
    for (const count of [1, 2, 50]) {
      await dataset.append(messages(dataset.rows + 1, dataset.rows + count));
      await dataset.snapshot();
      const archive = JSON.parse(readFileSync(archivePath, 'utf8'));
      expect(archive.num_packets).toBe(dataset.rows);
      expect(archive.packets).toHaveLength(dataset.rows);
      expect(manifestOf(archivePath)).toMatchObject({ rows: dataset.rows });
    }
    const { received, ...packet } = JSON.parse(readFileSync(archivePath, 'utf8')).packets[52];
    expect(packet).toEqual(parsed(tcpMessage(53)));
    expect(Date.parse(received)).toBeGreaterThan(0);
    await dataset.close();
  });

  it('gives archived messages an id that come without, as legacy ones do', async () => {
    const archivePath = join(newFolder(), 'x.json');
    const dataset = await openDataset({ schema: 'legacy', name: 'test', archivePath });
    const message = { data: { ether: { type: 1 } }, created: '2018-01-29 04:26:40', source: 'localdev' };
    await dataset.append([message, { ...message, id: 'given' }]);
    await dataset.close();
    const { created, packets } = JSON.parse(readFileSync(archivePath, 'utf8'));
    expect(created).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(packets).toEqual([
      {
        ...message,
        id: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
        received: created,
      },
      { ...message, id: 'given', received: created },
    ]);
  });

  it('tells which messages it refused', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const dataset = await openDataset({ schema: 2, name: 'test', csvPath, archivePath: `${csvPath}.json` });
    const long = { ...tcpMessage(3), data: { raw: { load: 'a'.repeat(20 * 2 ** 20) } } };
    expect(await dataset.append([tcpMessage(1), 'x', tcpMessage(2), long, tcpMessage(3)])).toEqual({
      rows: 3,
      refused: [
        { index: 1, reason: 'not-a-message' },
        { index: 3, reason: 'too-large' },
      ],
    });
    const manifest = await dataset.close();
    expect(manifest).toMatchObject({ rows: 3, archive: { packets: 3 }, refused: { 'too-large': 1 } });
    expect(ids(csvPath)).toEqual(idsUpTo(3));
  });

  it('takes overlapping calls one after another', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
    const load = 'ab'.repeat(5000);
    const batches = numbers(0, 19).map((batch) => numbers(batch * 20 + 1, batch * 20 + 20));
    const calls = batches.map((batch) => dataset.append(batch.map((number) => tcpMessage(number, load))));
    await Promise.all([...calls, dataset.snapshot(), dataset.snapshot()]);
    expect(dataset.durableRows).toBe(400);
    expect(dataset.bytes).toBe(readFileSync(csvPath).length);
    await dataset.close();
    expect(ids(csvPath)).toEqual(idsUpTo(400));
    await expect(dataset.append([])).rejects.toThrow('closed');
  });

  it('takes rows back that are not snapshot yet', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const dataset = await openDataset({ schema: 2, name: 'test', csvPath, archivePath: `${csvPath}.json` });
    await dataset.append(messages(1, 2));
    await dataset.snapshot();
    await dataset.append([...messages(3, 7), null]);
    await dataset.rollback();
    expect(dataset.rows).toBe(2);
    await dataset.append(messages(3, 4));
    const manifest = await dataset.close();
    expect(manifest).toMatchObject({ rows: 4, archive: { packets: 4 }, refused: {} });
    expect(ids(csvPath)).toEqual(idsUpTo(4));
  });

  it('follows symbolic links', async () => {
    const folder = newFolder();
    const csvPath = join(folder, 'link.csv');
    symlinkSync(join(folder, 'real.csv'), csvPath);
    for (const number of [1, 2]) {
      const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
      await dataset.append([{ ...tcpMessage(number), data: { foo: { [`k${number}`]: 1 } } }]);
      await dataset.close();
    }
    expect(ids(join(folder, 'real.csv'))).toEqual(idsUpTo(2));
    expect(readdirSync(folder).sort()).toEqual(['link.csv', 'link.csv.manifest.json', 'real.csv']);
  });

  it('has the same rows as CSV text written elsewhere', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
    await dataset.append(SAMPLES);
    await dataset.close();
    const encoder = createCsvEncoder(2);
    const text = [
      encoder.header,
      encoder.encode(SAMPLES.slice(0, 3)),
      encoder.encode(parsed(SAMPLES.slice(3))),
    ];
    expect(Buffer.concat(text).toString()).toBe(readFileSync(csvPath, 'utf8'));
  });
});

describe('openDataset', () => {
  const foreign = ['hello\n', 'idx,packet_id\n', 'a', '\0\0\0', `${baseColumns('legacy').join(',')}\n`];

  it.each(foreign)('leaves a file alone that is no such dataset (%#)', async (content) => {
    const path = join(newFolder(), 'x');
    writeFileSync(path, content);
    for (const paths of [{ csvPath: path }, { archivePath: path }]) {
      const opening = openDataset({ schema: 2, name: 'test', ...paths });
      await expect(opening).rejects.toMatchObject({ code: 'DATASET_MISMATCH' });
      expect(readFileSync(path, 'utf8')).toBe(content);
    }
  });

  it('refuses another schema, and a manifest that is none', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    await (await openDataset({ schema: 2, name: 'test', csvPath })).close();
    const before = readFileSync(csvPath, 'utf8');
    const asLegacy = openDataset({ schema: 'legacy', name: 'test', csvPath });
    await expect(asLegacy).rejects.toMatchObject({
      code: 'DATASET_MISMATCH',
      details: { reason: expect.stringContaining('schema 2') },
    });
    for (const text of [
      '',
      '{',
      '{}',
      '[]',
      JSON.stringify({ ...manifestOf(csvPath), csv: { rows: -1, bytes: 0 } }),
    ]) {
      writeFileSync(`${csvPath}.manifest.json`, text);
      const opening = openDataset({ schema: 2, name: 'test', csvPath });
      await expect(opening).rejects.toMatchObject({ code: 'DATASET_MISMATCH' });
      expect(readFileSync(`${csvPath}.manifest.json`, 'utf8')).toBe(text);
    }
    expect(readFileSync(csvPath, 'utf8')).toBe(before);
  });

  it('starts anew where the files of a manifest are gone', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const first = await openDataset({ schema: 2, name: 'test', csvPath });
    await first.append(messages(1, 3));
    await first.close({ received: 3 });
    writeFileSync(csvPath, '');
    const second = await openDataset({ schema: 2, name: 'test', csvPath });
    await second.append(messages(1, 1));
    const manifest = await second.close();
    expect(manifest).toMatchObject({ rows: 1, firstTime: manifest.lastTime });
    expect(manifest.ledger).toBeUndefined();
  });

  it('asks for a file', async () => {
    const config = { code: 'CONFIG_INVALID' };
    await expect(openDataset({ schema: 2, name: 'test' })).rejects.toMatchObject(config);
    const same = openDataset({ schema: 2, name: 'test', csvPath: 'x', archivePath: 'x' });
    await expect(same).rejects.toMatchObject(config);
  });
});
