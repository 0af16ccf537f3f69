import { execFileSync } from 'node:child_process';
import { copyFileSync, linkSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import {
  flowStatistics,
  PACKET_COLUMNS,
  packetRows,
  type StatisticsOptions,
  type StatisticsSetName,
} from '@antinex/features';
import { openCapture, openRecords } from '@antinex/pcap-file';
import { parquetReadObjects } from 'hyparquet';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { example, MIXED_PACKETS, pcapOf } from '../../cli/test/captures.ts';
import { useScratch } from '../../cli/test/scratch.ts';
import { netml, refused as netmlRefused, spawnNetml, start, succeed } from './netml.ts';

const scratch = useScratch();
const MIXED = example('mixed');
const HTTP = example('http');

type Row = Record<string, unknown>;

/** What the library makes of captures, one behind another. */
async function libraryFlows(
  paths: readonly string[],
  set: StatisticsSetName,
  options: StatisticsOptions = {},
): Promise<Row[]> {
  const statistics = flowStatistics(set, options);
  const rows: Row[] = [];
  const take = (cells: Iterable<readonly unknown[]>) => {
    for (const row of cells) rows.push(rowOf(statistics.columns, row));
  };
  for (const path of paths) {
    for await (const batch of await openRecords(path)) {
      statistics.add(batch);
      take(statistics.takeEnded());
    }
  }
  take(statistics.finish());
  return rows;
}

async function libraryPackets(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of packetRows(await openCapture(path)))
    rows.push(...batch.map((row) => rowOf(PACKET_COLUMNS, row)));
  return rows;
}

const rowOf = (columns: readonly { readonly name: string }[], row: readonly unknown[]): Row =>
  Object.fromEntries(columns.map(({ name }, i) => [name, row[i]]));

/** CSV tells no numbers from texts, and nothing from an empty text. */
const asText = (rows: readonly Row[]): Row[] =>
  rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell === null ? '' : String(cell)])),
  );

const readCsv = (path: string): Row[] =>
  Papa.parse<Row>(readFileSync(path, 'utf8'), { header: true, skipEmptyLines: true }).data;

const readNdjson = (path: string): Row[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

async function readParquet(path: string): Promise<Row[]> {
  const { buffer } = Uint8Array.from(readFileSync(path));
  const rows = await parquetReadObjects({ file: buffer });
  const plain = (cell: unknown) => (typeof cell === 'bigint' ? Number(cell) : cell);
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, plain(cell)])),
  );
}

/** Writes the table in every format with texts, and looks whether these rows are in it. */
async function expectTable(args: readonly string[], name: string, rows: readonly Row[]): Promise<void> {
  const path = (ending: string) => scratch(`${name}.${ending}`);
  for (const ending of ['csv', 'ndjson', 'parquet']) await succeed([...args, '-o', path(ending)]);
  expect(rows.length).toBeGreaterThan(0);
  expect(readNdjson(path('ndjson'))).toEqual(rows);
  expect(readCsv(path('csv'))).toEqual(asText(rows));
  expect(await readParquet(path('parquet'))).toEqual(rows);
}

describe('netml flows', () => {
  test.each(['nfstream', 'cicflowmeter'] as const)('%s: the rows of the library', async (set) => {
    const rows = await libraryFlows([MIXED, HTTP], set);
    await expectTable(['flows', '-p', MIXED, HTTP, '--set', set], set, rows);
  });

  test('options are the library’s', async () => {
    const how = ['--splt', '3', '--accounting', 'ip', '--whole-milliseconds', '--community-id-seed', '7'];
    const flows = ['--tcp-timeout', '0.01', '--udp-timeout', '1', '--active-timeout', '2'];
    const path = scratch('options.ndjson');
    const args = ['--protocols', 'tcp-udp', '--max-flows', '20', '--zero-for-none', '--tunnels', 'outer'];
    await succeed(['flows', '-p', MIXED, '--set', 'nfstream', '-o', path, ...how, ...flows, ...args]);
    expect(readNdjson(path)).toEqual(
      await libraryFlows([MIXED], 'nfstream', {
        splt: 3,
        accounting: 'ip',
        wholeMilliseconds: true,
        seed: 7,
        tcpIdleSeconds: 0.01,
        idleSeconds: 1,
        activeSeconds: 2,
        protocols: 'tcp-udp',
        maxFlows: 20,
        zeroForNone: true,
        tunnels: 'outer',
      }),
    );
    const idle = ['--set', 'cicflowmeter', '--activity-seconds', '0.001'];
    await succeed(['flows', '-p', HTTP, '-o', path, ...idle]);
    expect(readNdjson(path)).toEqual(await libraryFlows([HTTP], 'cicflowmeter', { activitySeconds: 0.001 }));
  });

  test('the summary, for people and as JSON', async () => {
    const args = ['flows', '-p', MIXED, '--set', 'nfstream', '-o', scratch('told.csv')];
    const summary = JSON.parse(await succeed([...args, '--json']));
    const rows = readCsv(scratch('told.csv'));
    expect(summary).toMatchObject({ flows: rows.length, unlabelled: null, set: 'nfstream', notes: [] });
    const { packets, inFlows, notIp } = summary.packets;
    expect({ packets, inFlows: inFlows + notIp }).toEqual({ packets: MIXED_PACKETS, inFlows: MIXED_PACKETS });
    expect(rows.reduce((sum, row) => sum + Number(row.bidirectional_packets), 0)).toBe(inFlows);
    expect(await succeed(args)).toMatch(
      /^packets +2,929, 26 in no flow\nflows +\d+\n.*\nwritten .*told.csv\n$/,
    );
    expect(await succeed([...args, '--verbosity', '0'])).toBe('');
  });

  test('labels in the last column, for both directions; empty without one', async () => {
    const [first] = await libraryFlows([HTTP], 'cicflowmeter');
    const [csv, rules, out] = [scratch('labels.csv'), scratch('rules.yml'), scratch('labelled.ndjson')];
    const cells = ['Destination IP', 'Destination Port', 'Source IP', 'Source Port', 'Protocol'];
    writeFileSync(
      csv,
      `Source IP,Source Port,Destination IP,Destination Port,Protocol,Label\n${cells.map((name) => first[name])},DDoS\n`,
    );
    writeFileSync(rules, 'rules:\n  - label: web\n    dport: 80\n    proto: tcp\n');
    const args = ['flows', '-p', HTTP, example('dns'), '--set', 'cicflowmeter', '-o', out, '--json'];
    const { unlabelled } = JSON.parse(await succeed([...args, '-l', csv, rules]));
    const rows = readNdjson(out);
    const expected = rows.map((row) => {
      if (row['Flow ID'] === first['Flow ID']) return 'DDoS';
      return row.Protocol === 6 && row['Destination Port'] === 80 ? 'web' : null;
    });
    expect(new Set(expected)).toEqual(new Set(['DDoS', 'web', null]));
    expect(rows.map(({ Label }) => Label)).toEqual(expected);
    expect(Object.keys(rows[0]).at(-1)).toBe('Label');
    expect(unlabelled).toBe(expected.filter((label) => label === null).length);
  });

  test('packets in no flow: a table without rows', async () => {
    const frame = Buffer.alloc(60);
    frame.writeUInt16BE(0x0806, 12);
    const [capture, out] = [scratch('arp.pcap'), scratch('none.csv')];
    writeFileSync(capture, pcapOf(1, [frame]));
    const summary = await succeed(['flows', '-p', capture, '--set', 'nfstream', '-o', out, '--json']);
    expect(JSON.parse(summary)).toMatchObject({ flows: 0, packets: { packets: 1, notIp: 1 } });
    expect(readFileSync(out, 'utf8')).toMatch(/^expiration_id,[^\n]+\n$/);
  });

  test('numbers alone in .npy', async () => {
    const out = scratch('flows.npy');
    const args = ['flows', '-p', HTTP, '--set', 'nfstream', '-o', out, '--json'];
    const { flows } = JSON.parse(await succeed(args));
    expect(readFileSync(out).toString('latin1')).toContain(`'shape': (${flows}, `);
  });
});

describe('netml packets', () => {
  test('the rows of the library', async () => {
    await expectTable(['packets', '-p', MIXED], 'packets', await libraryPackets(MIXED));
  });

  test('captures, one behind another; captured lengths', async () => {
    const [cut, out] = [scratch('cut.pcap'), scratch('captured.ndjson')];
    const capture = readFileSync(HTTP);
    // The first packet was longer on the wire.
    capture.writeUInt32LE(5000, 24 + 12);
    writeFileSync(cut, capture);
    const rows = async (...args: string[]) => {
      const summary = JSON.parse(await succeed(['packets', '-p', cut, MIXED, '-o', out, '--json', ...args]));
      const written = readNdjson(out);
      expect(summary).toMatchObject({ packets: written.length, output: out, notes: [] });
      return written;
    };
    const [wire, captured] = [await rows(), await rows('--lengths', 'captured')];
    expect([wire[0].length, captured[0].length]).toEqual([5000, capture.readUInt32LE(24 + 8)]);
    expect(wire.slice(1)).toEqual(captured.slice(1));
    expect(wire.length).toBeGreaterThan(MIXED_PACKETS);
  });
});

describe('both', () => {
  const COMMANDS: readonly (readonly [string, ...string[]])[] = [
    ['flows', '--set', 'cicflowmeter'],
    ['packets'],
  ];

  const refused = (args: readonly string[]) => netmlRefused(args, scratch());

  test.each<[string, string[], RegExp]>([
    ['no output', ['packets', '-p', HTTP], /--output: name the file/],
    ['no set', ['flows', '-p', HTTP, '-o', 'x.csv'], /--set: say which, nfstream or cicflowmeter/],
    ['a set that is none', ['flows', '-p', HTTP, '-o', 'x.csv', '--set', 'argus'], /must be one of nfstream/],
    [
      'an option of the other set',
      ['flows', '-p', HTTP, '-o', 'x.csv', '--set', 'cicflowmeter', '--splt', '3'],
      /--splt: cicflowmeter has no such thing, but nfstream/,
    ],
    ['a format that is none', ['packets', '-p', HTTP, '-o', 'x.xls'], /name it .csv, .ndjson/],
    ['texts in an array', ['packets', '-p', HTTP, '-o', 'x.npy'], /holds no texts/],
    [
      'labels in an array',
      ['flows', '-p', HTTP, '-o', 'x.npy', '--set', 'nfstream', '-l', 'l.csv'],
      /--label: a numpy array \(.npy\) holds no texts/,
    ],
    ['labels of packets', ['packets', '-p', HTTP, '-o', 'x.csv', '-l', 'l.csv'], /unknown option '-l'/],
    [
      'standard input twice',
      ['packets', '-p', '-', '-', '-o', 'x.csv'],
      /standard input can be read only once/,
    ],
  ])('a command line with %s', async (_what, args, about) => {
    expect(await refused(args)).toEqual({ code: 2, about: expect.stringMatching(about) });
  });

  describe.each(COMMANDS)('netml %s', (...command) => {
    const [name] = command;
    const signal = name === 'flows' ? 'SIGINT' : 'SIGTERM';

    test('captures that are none: an error, and what was there stays', async () => {
      const [empty, out] = [scratch('empty.pcap'), scratch(`kept-${name}.csv`)];
      writeFileSync(empty, '');
      writeFileSync(out, 'precious');
      for (const [capture, about] of [
        [scratch('no.pcap'), /no.pcap: no such file or directory/],
        [scratch(), /a directory, not a capture/],
        [new URL(import.meta.url).pathname, /not a pcap or pcapng/],
        [empty, /empty/],
      ] as const) {
        const answer = await refused([...command, '-p', capture, '-o', out]);
        expect(answer).toEqual({ code: 1, about: expect.stringMatching(about) });
      }
      expect(readFileSync(out, 'utf8')).toBe('precious');
    });

    test('a capture that is cut short counts up to there, and the next one too', async () => {
      const [cut, out] = [scratch(`cut-${name}.pcap`), scratch(`cut-${name}.csv`)];
      writeFileSync(cut, readFileSync(MIXED).subarray(0, 50_000));
      const packets = async (...captures: string[]) => {
        const end = await netml([...command, '-p', ...captures, '-o', out, '--json']);
        expect(end).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(/^netml: .*: cut short [^\n]+\n$/),
        });
        const { packets } = JSON.parse(end.stdout);
        return name === 'flows' ? packets.packets : packets;
      };
      const alone = await packets(cut);
      expect(alone).toBeGreaterThan(0);
      expect(await packets(cut, MIXED)).toBe(alone + MIXED_PACKETS);
    });

    test('an input is never written to, by whatever name', async () => {
      const [capture, link] = [scratch(`in-${name}.csv`), scratch(`link-${name}.csv`)];
      copyFileSync(HTTP, capture);
      linkSync(capture, link);
      for (const out of [capture, link]) {
        const answer = await refused([...command, '-p', MIXED, capture, '-o', out]);
        expect(answer).toEqual({
          code: 1,
          about: expect.stringMatching(/cannot write .*: it is the input /),
        });
      }
      const piped = await spawnNetml([...command, '-o', capture], { stdin: openSync(capture, 'r') });
      expect(piped).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/it is the input /) });
      expect(readFileSync(capture).equals(readFileSync(HTTP))).toBe(true);
    });

    test('from a pipe on standard input', async () => {
      const [piped, named] = [scratch(`piped-${name}.csv`), scratch(`named-${name}.csv`)];
      const end = await spawnNetml([...command, '-o', piped], { input: readFileSync(MIXED) });
      expect(end).toMatchObject({ code: 0, stderr: '' });
      await succeed([...command, '-p', MIXED, '-o', named]);
      expect(readFileSync(piped).equals(readFileSync(named))).toBe(true);
    });

    test(`${signal} while it reads: no half table`, async () => {
      const fifo = scratch(`fifo-${name}`);
      execFileSync('mkfifo', [fifo]);
      const before = readdirSync(scratch());
      const { child, ended } = start([...command, '-p', fifo, '-o', scratch(`half-${name}.csv`)]);
      // Waits until it is read.
      const pipe = await open(fifo, 'w');
      await pipe.write(readFileSync(MIXED).subarray(0, 50_000));
      child.kill(signal);
      expect(await ended).toEqual({ code: name === 'flows' ? 130 : 143, stdout: '', stderr: '' });
      await pipe.close();
      expect(readdirSync(scratch())).toEqual(before);
    });
  });
});
