import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BuiltFlows,
  buildFlows,
  type Features,
  makeFeatures,
  writeFeatures,
  writePacketTable,
} from '../src/index.ts';
import { TableFile } from '../src/output/table-file.ts';
import { batchOf, packetAt } from './packets.ts';

const folder = mkdtempSync(join(tmpdir(), 'feature-files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const packets = [0, 0.25, 1].flatMap((second) => [
  packetAt(1_600_000_000 + second, {
    from: '10.0.0.1',
    to: '10.0.0.2',
    ports: [1000, 80],
    payload: 10 * second,
  }),
  packetAt(1_600_000_000 + 2 * second, {
    from: '2001:db8::1',
    to: '2001:db8::2',
    protocol: 'udp',
    ports: [5, 53],
  }),
]);

let built: BuiltFlows;
let features: Features;
const NAMES = ['Web, "Attack"', 'BENIGN'];
const LABELLED = { labels: [1, 0], names: NAMES };
const EXPECTED = [
  {
    source: '10.0.0.1',
    source_port: 1000,
    destination: '10.0.0.2',
    destination_port: 80,
    protocol: 6,
    start: 1_600_000_000,
    label: 1,
    label_name: NAMES[0],
    iat_0: 0.25,
    iat_1: 0.75,
  },
  {
    source: '2001:db8::1',
    source_port: 5,
    destination: '2001:db8::2',
    destination_port: 53,
    protocol: 17,
    start: 1_600_000_000,
    label: 0,
    label_name: NAMES[1],
    iat_0: 0.5,
    iat_1: 1.5,
  },
];

beforeAll(async () => {
  built = await buildFlows(batchOf(packets.sort((a, b) => Number(a.timestampNs - b.timestampNs))), {
    quantile: 1,
  });
  features = makeFeatures(built, { type: 'IAT' });
});

/** Shape and values of a numpy array, read as the format says. */
function readNpy(path: string) {
  const bytes = readFileSync(path);
  expect(bytes.toString('latin1', 0, 8)).toBe('\x93NUMPY\x01\x00');
  const end = 10 + bytes.readUInt16LE(8);
  expect(end % 64).toBe(0);
  const header = bytes.toString('latin1', 10, end);
  expect(header.endsWith('\n')).toBe(true);
  const [, rows, columns] =
    /'descr': '<f8', 'fortran_order': False, 'shape': \((\d+), (\d+)\), \}/.exec(header) ?? [];
  const values = new Float64Array(Uint8Array.from(bytes.subarray(end)).buffer);
  return { rows: Number(rows), columns: Number(columns), values: [...values] };
}

describe('features in files', () => {
  it('CSV', async () => {
    await writeFeatures(at('x.csv'), features, LABELLED);
    const { data, errors } = Papa.parse(readFileSync(at('x.csv'), 'utf8').trimEnd(), {
      header: true,
      dynamicTyping: true,
    });
    expect(errors).toEqual([]);
    expect(data).toEqual(EXPECTED);
  });

  it('NDJSON', async () => {
    await writeFeatures(at('x.ndjson'), features, LABELLED);
    const lines = readFileSync(at('x.ndjson'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(EXPECTED);
  });

  it('Parquet', async () => {
    await writeFeatures(at('x.parquet'), features, LABELLED);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(at('x.parquet')) });
    const numbers = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, cell]) => [name, typeof cell === 'bigint' ? Number(cell) : cell]),
      ),
    );
    expect(numbers).toEqual(EXPECTED);
  });

  it('numpy arrays: the features, and the labels beside them', async () => {
    await writeFeatures(at('x.npy'), features, LABELLED);
    expect(readNpy(at('x.npy'))).toEqual({ rows: 2, columns: 2, values: [0.25, 0.75, 0.5, 1.5] });
    expect(readNpy(at('x.labels.npy'))).toEqual({ rows: 2, columns: 1, values: [1, 0] });
  });

  it('without labels', async () => {
    await writeFeatures(at('plain.CSV'), features);
    expect(readFileSync(at('plain.CSV'), 'utf8').split('\n')[0]).toBe(
      'source,source_port,destination,destination_port,protocol,start,iat_0,iat_1',
    );
  });
});

describe('tables', () => {
  it.each(['csv', 'ndjson', 'npy', 'parquet'])('of many rows in %s are whole', async (ending) => {
    const path = at(`many.${ending}`);
    const table = await TableFile.create(path, [
      { name: 'number', type: 'integer' },
      { name: 'half', type: 'number' },
      { name: 'odd', type: 'boolean' },
    ]);
    const rows = 350_000;
    for (let from = 0; from < rows; from += 1000) {
      await table.add(
        Array.from({ length: 1000 }, (_, i) => [
          from + i,
          from + i === 7 ? null : (from + i) / 2,
          (from + i) % 2 === 1,
        ]),
      );
    }
    await table.commit();
    expect(table.rows).toBe(rows);
    if (ending === 'npy') {
      const array = readNpy(path);
      expect([array.rows, array.columns, array.values.length]).toEqual([rows, 3, 3 * rows]);
      expect(array.values.slice(0, 9)).toEqual([0, 0, 0, 1, 0.5, 1, 2, 1, 0]);
      expect([array.values[22], array.values.at(-2)]).toEqual([Number.NaN, (rows - 1) / 2]);
    } else if (ending === 'parquet') {
      const file = await asyncBufferFromFile(path);
      const some = await parquetReadObjects({ file, rowStart: 333_330, rowEnd: 333_340 });
      expect(some[5]).toEqual({ number: 333_335n, half: 333_335 / 2, odd: true });
      expect((await parquetReadObjects({ file, rowStart: 7, rowEnd: 8 }))[0]?.half).toBeNull();
    } else {
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      expect(lines).toHaveLength(ending === 'csv' ? rows + 1 : rows);
      expect(lines.at(-1)).toBe(
        ending === 'csv' ? '349999,174999.5,true' : '{"number":349999,"half":174999.5,"odd":true}',
      );
      expect(lines[ending === 'csv' ? 8 : 7]).toBe(
        ending === 'csv' ? '7,,true' : '{"number":7,"half":null,"odd":true}',
      );
    }
  });

  it.each(['csv', 'ndjson', 'parquet', 'npy'])('without rows are files all the same: %s', async (ending) => {
    const table = await TableFile.create(at(`none.${ending}`), [{ name: 'a', type: 'number' }]);
    await table.commit();
    if (ending === 'npy') expect(readNpy(at('none.npy'))).toEqual({ rows: 0, columns: 1, values: [] });
    else if (ending === 'parquet') {
      expect(await parquetReadObjects({ file: await asyncBufferFromFile(at('none.parquet')) })).toEqual([]);
    } else expect(readFileSync(at(`none.${ending}`), 'utf8')).toBe(ending === 'csv' ? 'a\n' : '');
  });

  it('of packets', async () => {
    expect(await writePacketTable(at('packets.csv'), batchOf(packets, 2))).toBe(packets.length);
    const [header, first] = readFileSync(at('packets.csv'), 'utf8').split('\n');
    expect(header).toBe(
      'datetime,dns_query,dns_resp,ip_dst,ip_dst_int,ip_src,ip_src_int,is_dns,length,mac_dst,mac_dst_int,' +
        'mac_src,mac_src_int,port_dst,port_src,protocol,time,time_normed',
    );
    expect(first).toBe(
      '2020-09-13 12:26:40,,,10.0.0.2,167772162,10.0.0.1,167772161,false,54,02:00:00:00:00:02,2199023255554,' +
        '02:00:00:00:00:01,2199023255553,80,1000,TCP,1600000000,0',
    );
  });

  it('of texts are no numpy arrays', async () => {
    await expect(writePacketTable(at('packets.npy'), batchOf(packets))).rejects.toMatchObject({
      code: 'FEATURES_INVALID',
    });
  });
});

describe('files appear whole, or not at all', () => {
  const left = () => readdirSync(folder).filter((name) => name.endsWith('.tmp'));

  it('an error leaves what was there', async () => {
    writeFileSync(at('old.csv'), 'as it was');
    async function* broken() {
      yield packets;
      throw new Error('the capture is damaged');
    }
    await expect(writePacketTable(at('old.csv'), broken())).rejects.toThrow('the capture is damaged');
    expect(readFileSync(at('old.csv'), 'utf8')).toBe('as it was');
    expect(left()).toEqual([]);
  });

  it('nothing is there until the end', async () => {
    const table = await TableFile.create(at('late.csv'), [{ name: 'a', type: 'number' }]);
    await table.add([[1]]);
    expect(readdirSync(folder)).not.toContain('late.csv');
    await table.commit();
    expect(readFileSync(at('late.csv'), 'utf8')).toBe('a\n1\n');
    expect(left()).toEqual([]);
  });

  it('an input is never written to, whatever it is called', async () => {
    const input = at('input.csv');
    writeFileSync(input, 'precious');
    symlinkSync(input, at('link.csv'));
    linkSync(input, at('hard.csv'));
    for (const path of [input, at('link.csv'), at('hard.csv'), join(folder, '.', 'input.csv')]) {
      await expect(writeFeatures(path, features, { inputs: [at('none'), input] })).rejects.toMatchObject({
        code: 'OUTPUT_UNWRITABLE',
        details: { reason: `it is the input ${input}` },
      });
    }
    expect(readFileSync(input, 'utf8')).toBe('precious');
  });

  it('a link stays a link, to the new file', async () => {
    writeFileSync(at('target.csv'), 'old');
    symlinkSync(at('target.csv'), at('pointer.csv'));
    await writeFeatures(at('pointer.csv'), features);
    expect(readFileSync(at('target.csv'), 'utf8')).toContain('iat_0');
  });

  it('what is no file, and what has no place, is refused', async () => {
    mkdirSync(at('folder.csv'));
    for (const path of [at('folder.csv'), at('none/x.csv'), at('input.csv/x.csv')]) {
      await expect(writeFeatures(path, features)).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    }
    symlinkSync('/dev/null', at('null.csv'));
    await expect(writeFeatures(at('null.csv'), features)).rejects.toMatchObject({
      details: { reason: 'it is not a regular file' },
    });
    await expect(writeFeatures(at('x.pickle'), features)).rejects.toMatchObject({ code: 'FEATURES_INVALID' });
  });
});
