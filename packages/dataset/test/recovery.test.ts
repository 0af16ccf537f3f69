import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type DatasetOptions, openDataset } from '../src/index.ts';
import { manifestPathOf } from '../src/manifest.ts';
import { manifestOf, newFolder, readRows } from './files.ts';
import { tcpMessage } from './messages.ts';

/** Cells with line breaks and quotes, so that not every newline ends a row. */
const hostile = (number: number) => {
  const message = tcpMessage(number, '');
  return { ...message, data: { ...message.data, ip: { src: 'a\n"b\n",\n', dst: '"\n' } } };
};

const now = () => new Date('2026-01-02T03:04:05Z');
const optionsFor = (folder: string): DatasetOptions & { csvPath: string; archivePath: string } => ({
  ...{ schema: 2, name: 'test', now },
  csvPath: join(folder, 'x.csv'),
  archivePath: join(folder, 'x.json'),
});

/** Files of a dataset with `durable` rows, and what they were when they had all of them. */
async function build(folder: string, durable: number, all: number) {
  const options = optionsFor(folder);
  const dataset = await openDataset(options);
  for (let number = 1; number <= durable; number++) await dataset.append([hostile(number)]);
  const { csv, archive } = await dataset.snapshot();
  const manifest = readFileSync(manifestPathOf(options.csvPath));
  for (let number = durable + 1; number <= all; number++) await dataset.append([hostile(number)]);
  await dataset.close();
  const [csvBytes, archiveBytes] = [readFileSync(options.csvPath), readFileSync(options.archivePath)];
  return {
    options,
    manifest,
    csvBytes,
    archiveBytes,
    durableCsv: csv!.bytes,
    durableArchive: archive!.bytes,
  };
}

const DURABLE = 2;
const ALL = 3;

/** Where files are torn: LONG=1 takes every byte of what was not durable, this is every so many. */
const STEP = process.env.LONG === '1' ? 1 : 7;
/** Bytes around an end of something, where all are taken. */
const NEAR = 4;

/** The lengths from `from` to `to` to tear a file to: all of them close to one of the `ends`. */
function lengths(from: number, to: number, ends: readonly number[], step = STEP): number[] {
  const all = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const isNear = (length: number) => [from, to, ...ends].some((end) => Math.abs(length - end) <= NEAR);
  return all.filter((length) => (length - from) % step === 0 || isNear(length));
}

/** Where the text is in it, each time. */
const placesOf = (bytes: Buffer, text: string): number[] =>
  [...bytes.toString('latin1').matchAll(new RegExp(text, 'g'))].map(({ index }) => index);
const TAIL = '\n    ]\n}';

describe('a dataset after a crash', () => {
  it('has the rows of its last snapshot, wherever the CSV file was torn behind them', async () => {
    const { options, manifest, csvBytes, durableCsv } = await build(newFolder(), DURABLE, ALL);
    const { csvPath } = options;
    for (const length of lengths(durableCsv, csvBytes.length, placesOf(csvBytes, '\n'))) {
      writeFileSync(csvPath, csvBytes.subarray(0, length));
      writeFileSync(manifestPathOf(csvPath), manifest);
      const dataset = await openDataset({ ...options, archivePath: undefined });
      expect(dataset.rows).toBe(DURABLE);
      const removedBytes = length - durableCsv;
      expect(dataset.recovered).toEqual(removedBytes > 0 ? [{ path: csvPath, removedBytes }] : []);
      await dataset.append([hostile(3)]);
      await dataset.close();
      expect(readFileSync(csvPath).equals(csvBytes)).toBe(true);
    }
  });

  it('has the packets of its last snapshot, wherever the archive was torn behind them', async () => {
    const { options, manifest, archiveBytes, durableArchive } = await build(newFolder(), DURABLE, ALL);
    const { archivePath, csvPath } = options;
    const end = durableArchive - TAIL.length;
    for (const length of lengths(end, archiveBytes.length, [], STEP * 3)) {
      writeFileSync(archivePath, archiveBytes.subarray(0, length));
      writeFileSync(manifestPathOf(csvPath), manifest);
      const dataset = await openDataset(options);
      expect(JSON.parse(readFileSync(archivePath, 'utf8')).num_packets).toBe(DURABLE);
      await dataset.append([hostile(3)]);
      await dataset.close();
      expect(readFileSync(archivePath).equals(archiveBytes)).toBe(true);
    }
  });

  it('has every complete row when there is no manifest', async () => {
    const { options, csvBytes } = await build(newFolder(), 1, 3);
    const { csvPath } = options;
    const complete = [csvBytes.indexOf('\n') + 1];
    for (let number = 1; number <= 3; number++) {
      const last = complete[complete.length - 1];
      const dataset = await openDataset({
        ...options,
        csvPath: `${csvPath}.${number}`,
        archivePath: undefined,
      });
      await dataset.append([hostile(number)]);
      const rowBytes = dataset.bytes - complete[0];
      await dataset.close();
      complete.push(last + rowBytes);
    }
    expect(complete[3]).toBe(csvBytes.length);
    const torn = [
      ...lengths(0, complete[2] - 1, complete, 131),
      ...lengths(complete[2], csvBytes.length, placesOf(csvBytes, '\n')),
    ];
    for (const length of torn) {
      writeFileSync(csvPath, csvBytes.subarray(0, length));
      rmSync(manifestPathOf(csvPath));
      const dataset = await openDataset({ ...options, archivePath: undefined });
      const rows = Math.max(0, complete.filter((end) => end <= length).length - 1);
      expect([length, dataset.rows]).toEqual([length, rows]);
      await dataset.append([1, 2, 3].slice(rows).map(hostile));
      await dataset.close();
      expect(readFileSync(csvPath).equals(csvBytes)).toBe(true);
    }
  });

  it('has every complete packet when there is no manifest', async () => {
    const { options, archiveBytes } = await build(newFolder(), 1, 3);
    const { archivePath } = options;
    const only = { ...options, csvPath: undefined };
    const text = archiveBytes.toString('latin1');
    const head = text.indexOf('[') + 1;
    const ends = [...text.matchAll(/\n {8}\}/g)].map((match) => match.index + match[0].length);
    expect(ends).toHaveLength(3);
    const torn = [
      ...lengths(head, ends[1] - 1, ends, 17 * STEP),
      ...lengths(ends[1], archiveBytes.length, ends, 3 * STEP),
    ];
    for (const length of torn) {
      writeFileSync(archivePath, archiveBytes.subarray(0, length));
      rmSync(manifestPathOf(archivePath), { force: true });
      const dataset = await openDataset(only);
      expect(dataset.rows).toBe(ends.filter((end) => end <= length).length);
      await dataset.append([1, 2, 3].slice(dataset.rows).map(hostile));
      await dataset.close();
      expect(readFileSync(archivePath).equals(archiveBytes)).toBe(true);
    }
  });

  it('is refused, and left as it is, when durable rows are gone', async () => {
    const { options, csvBytes, archiveBytes, manifest } = await build(newFolder(), ALL, ALL);
    const { csvPath, archivePath } = options;
    const damaged = [
      [csvPath, csvBytes.subarray(0, csvBytes.length - 1)],
      [archivePath, archiveBytes.subarray(0, archiveBytes.length - TAIL.length - 1)],
    ] as const;
    for (const [path, bytes] of damaged) {
      writeFileSync(path, bytes);
      await expect(openDataset(options)).rejects.toMatchObject({
        ...{ code: 'DATASET_MISMATCH', details: { path, reason: expect.stringContaining('gone') } },
      });
      expect(readFileSync(path).equals(bytes)).toBe(true);
      expect(readFileSync(manifestPathOf(csvPath)).equals(manifest)).toBe(true);
      writeFileSync(path, path === csvPath ? csvBytes : archiveBytes);
    }
  });

  it('has its rows when it was widened and the manifest was not written', async () => {
    const folder = newFolder();
    const { options } = await build(folder, DURABLE, DURABLE);
    const { csvPath } = options;
    const only = { ...options, archivePath: undefined };
    const before = readFileSync(manifestPathOf(csvPath));
    const dataset = await openDataset(only);
    await dataset.append([{ ...tcpMessage(3), data: { foo: { a: 'x' } } }]);
    await dataset.close();
    writeFileSync(manifestPathOf(csvPath), before);
    writeFileSync(`${csvPath}.widened`, 'left by a crash');
    const again = await openDataset(only);
    expect(again.rows).toBe(DURABLE);
    await again.append([{ ...tcpMessage(3), data: { foo: { a: 'y' } } }]);
    await again.close();
    expect(readRows(csvPath).map((row) => row.foo_a)).toEqual(['', '', 'y']);
    expect(manifestOf(csvPath).columns?.slice(-2)).toEqual(['rest', 'foo_a']);
    expect(readdirSync(folder).sort()).toEqual(['x.csv', 'x.csv.manifest.json', 'x.json']);
  });
});

describe('a process that is killed', () => {
  const PROGRAM = fileURLToPath(new URL('appender.mjs', import.meta.url));
  const BUILT = fileURLToPath(new URL('../dist/index.js', import.meta.url));
  /** Some of them tear a file; as many more as that takes, up to a limit. */
  const KILLS = process.env.LONG === '1' ? 12 : 3;
  const MOST_KILLS = 16;

  it('leaves every row it had reported durable, none twice, none torn', async () => {
    if (!existsSync(BUILT)) throw new Error('run `npm run build` first: this test runs the built package');
    const folder = newFolder();
    const options = optionsFor(folder);
    let torn = 0;
    for (let round = 0; round < KILLS || (torn === 0 && round < MOST_KILLS); round++) {
      const child = fork(PROGRAM, [options.csvPath, options.archivePath], { execArgv: [] });
      let reported = 0;
      child.on('message', (rows: number) => {
        reported = rows;
      });
      await once(child, 'message');
      await new Promise((resolve) => setTimeout(resolve, round * 11));
      child.kill('SIGKILL');
      await once(child, 'exit');

      // A copy, so that the next child finds what the killed one left.
      const copy = optionsFor(newFolder());
      for (const file of readdirSync(folder))
        copyFileSync(join(folder, file), join(copy.csvPath, '..', file));
      const dataset = await openDataset(copy);
      expect(dataset.rows).toBeGreaterThanOrEqual(reported);
      if (dataset.recovered.length > 0) torn++;
      const { rows } = await dataset.close();
      const ids = Array.from({ length: rows }, (_, i) => `host-${i + 1}`);
      const found = readRows(copy.csvPath);
      expect(found.map((row) => row.packet_id)).toEqual(ids);
      expect(found.map((row) => Number(row.idx))).toEqual(ids.map((_, i) => i));
      const archive = JSON.parse(readFileSync(copy.archivePath, 'utf8'));
      expect(archive.packets.map(({ id }: { id: string }) => id)).toEqual(ids);
    }
    expect(torn).toBeGreaterThan(0);
  });
});
