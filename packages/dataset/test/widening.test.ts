import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseColumns, openDataset } from '../src/index.ts';
import { filled, manifestOf, newFolder, readRows } from './files.ts';
import { tcpMessage } from './messages.ts';

const foreign = (number: number, fields: object) => {
  const message = tcpMessage(number);
  return { ...message, data: { ...message.data, ...fields } };
};

describe('columns that foreign messages bring', () => {
  it('stand behind the others; rows before have empty cells there', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
    await dataset.append([foreign(1, { ip: { src: 'two\n"lines"' } }), foreign(2, { foo: { a: 1 } })]);
    await dataset.append([foreign(3, { foo: { a: 2, 'b,c': 3 } }), foreign(4, { bar: { z: 'é,' } })]);
    await dataset.close();
    const rows = readRows(csvPath);
    const columns = [...baseColumns(2), 'rest', 'foo_a', 'bar_z'];
    expect(Object.keys(rows[0])).toEqual(columns);
    expect(manifestOf(csvPath)).toMatchObject({
      columns,
      csv: { rows: 4, bytes: readFileSync(csvPath).length },
    });
    expect(rows.map((row) => [row.idx, row.foo_a, row.bar_z, row.rest])).toEqual([
      ['0', '', '', ''],
      ['1', '1', '', ''],
      ['2', '2', '', '{"foo":{"b,c":3}}'],
      ['3', '', 'é,', ''],
    ]);
    expect(rows[0].ip_src).toBe('two\n"lines"');
  });

  it('are there when the file is opened again', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    for (const number of [1, 2, 3]) {
      const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
      await dataset.append([foreign(number, { foo: { [number === 2 ? 'b' : 'a']: number } })]);
      await dataset.close();
    }
    const cells = readRows(csvPath).map(filled);
    expect(cells.map((row) => [row.foo_a, row.foo_b])).toEqual([
      ['1', undefined],
      [undefined, '2'],
      ['3', undefined],
    ]);
  });

  it('do not touch what a snapshot holds when their rows are taken back', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
    await dataset.append([tcpMessage(1)]);
    await dataset.snapshot();
    await dataset.append([tcpMessage(2), foreign(3, { foo: { a: 1 } })]);
    expect(manifestOf(csvPath).csv?.rows).toBe(1);
    await dataset.rollback();
    expect(readFileSync(csvPath).length).toBe(manifestOf(csvPath).csv?.bytes);
    await dataset.append([tcpMessage(2)]);
    await dataset.close();
    expect(readRows(csvPath).map((row) => [row.packet_id, row.foo_a])).toEqual([
      ['host-a-s1-1', ''],
      ['host-a-s1-2', ''],
    ]);
  });

  it('do not make a large file be written over and over', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
    const load = 'ab'.repeat(500_000);
    await dataset.append(Array.from({ length: 20 }, (_, i) => tcpMessage(i + 1, load)));
    const added = Array.from({ length: 30 }, (_, i) => foreign(21 + i, { foo: { [`k${i}`]: i } }));
    for (const message of added) await dataset.append([message]);
    await dataset.close();
    const rows = readRows(csvPath).map(filled);
    const columns = Object.keys(readRows(csvPath)[0]).length - baseColumns(2).length;
    expect(columns).toBeGreaterThan(3);
    expect(columns).toBeLessThan(12);
    added.forEach((_, i) => {
      const { [`foo_k${i}`]: cell = JSON.parse(rows[20 + i].rest ?? '{}').foo?.[`k${i}`] } = rows[20 + i];
      expect(Number(cell)).toBe(i);
    });
  });
});
