import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRecords } from '@antinex/pcap-file';
import { parquetReadObjects } from 'hyparquet';
import Papa from 'papaparse';
import { afterAll, describe, expect, it } from 'vitest';
import { flowFeaturesMarkdown, flowStatistics, STATISTICS_SETS, writeStatistics } from '../src/index.ts';
import { batchOf } from './packets.ts';
import { client, named, server } from './statistics-rows.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CAPTURES = `${ROOT}examples/captures/`;
const folder = mkdtempSync(join(tmpdir(), 'flow-statistics-'));
afterAll(() => rmSync(folder, { recursive: true }));

const captures = readdirSync(CAPTURES).filter((name) => /\.pcap(ng)?$/.test(name));
const packets = [client(0, { flags: 'S' }), server(1, { payload: 9 }), client(200_000)];

describe('writeStatistics', () => {
  it('writes rows that read back as they were', async () => {
    const path = join(folder, 'flows.parquet');
    const counts = await writeStatistics(path, batchOf(packets, 1), 'nfstream', { splt: 3 });
    expect(counts).toMatchObject({ packets: 3, flows: 2 });
    const statistics = flowStatistics('nfstream', { splt: 3 });
    statistics.add(packets);
    const rows = named(statistics, statistics.finish());
    const file = readFileSync(path);
    const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
    const read = await parquetReadObjects({ file: buffer });
    const integers = new Set(
      statistics.columns.filter(({ type }) => type === 'integer').map(({ name }) => name),
    );
    const plain = read.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => {
          return [name, integers.has(name) && value !== null ? Number(value) : value];
        }),
      ),
    );
    expect(plain).toEqual(rows);
  });

  it('writes the columns that are no texts to an array', async () => {
    const path = join(folder, 'flows.npy');
    await writeStatistics(path, batchOf(packets), 'cicflowmeter');
    const [set] = STATISTICS_SETS.filter(({ name }) => name === 'cicflowmeter');
    const numbers = set.columns.filter(({ type }) => type !== 'text');
    const file = readFileSync(path);
    expect(file.toString('latin1')).toContain(`'shape': (2, ${numbers.length})`);
    const at = numbers.findIndex(({ name }) => name === 'Flow Duration');
    expect(file.readDoubleLE(128 + 8 * at)).toBe(1000);
    expect(file).toHaveLength(128 + 8 * 2 * numbers.length);
  });

  it('leaves what was there when reading fails', async () => {
    const path = join(folder, 'kept.csv');
    writeFileSync(path, 'before');
    async function* broken() {
      yield packets;
      throw new Error('the capture is damaged');
    }
    await expect(writeStatistics(path, broken(), 'nfstream')).rejects.toThrow('damaged');
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder).filter((name) => name.includes('kept'))).toEqual(['kept.csv']);
  });

  it.each(captures)('counts every packet of %s in some flow', async (name) => {
    for (const set of ['nfstream', 'cicflowmeter'] as const) {
      const path = join(folder, `${name}.${set}.csv`);
      const counts = await writeStatistics(path, await openRecords(CAPTURES + name), set, {
        inputs: [CAPTURES + name],
      });
      const { data } = Papa.parse<Record<string, string>>(readFileSync(path, 'utf8'), {
        header: true,
        skipEmptyLines: true,
      });
      expect(data).toHaveLength(counts.flows);
      const columns =
        set === 'nfstream' ? ['bidirectional_packets'] : ['Total Fwd Packets', 'Total Backward Packets'];
      const total = data.reduce(
        (sum, row) => columns.reduce((part, column) => part + Number(row[column]), sum),
        0,
      );
      expect(total).toBe(counts.inFlows);
      for (const row of data) expect(Object.values(row).join()).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});

describe('docs/flow-features.md', () => {
  it('is up to date (npm run docs)', () => {
    expect(readFileSync(`${ROOT}docs/flow-features.md`, 'utf8') === flowFeaturesMarkdown()).toBe(true);
  });

  it('has every column in a table, and no cell breaks it', () => {
    const rows = flowFeaturesMarkdown()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const names = STATISTICS_SETS.flatMap(({ columns, perPacket }) => [...columns, ...perPacket]);
    expect(rows.map((row) => row.split('`')[1])).toEqual(names.map(({ name }) => name));
    for (const row of rows) expect(row.match(/\|/g), row).toHaveLength(6);
    for (const { columns } of STATISTICS_SETS) {
      expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
    }
  });
});
