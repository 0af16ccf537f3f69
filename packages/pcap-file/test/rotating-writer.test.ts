import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Packet } from '@antinex/decoder';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCapture, openRotatingWriter } from '../src/index.ts';
import { drain, type Reading, readAll } from './captures.ts';

const root = mkdtempSync(join(tmpdir(), 'rotating-'));
const disk = join(root, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(root, { recursive: true });
});
let folder = '';
let folders = 0;
beforeEach(() => {
  folder = join(root, String(folders++));
  mkdirSync(folder);
});
const at = (name: string) => join(folder, name);

/** Packets whose first four bytes are their number. */
function numbered(from: number, count: number, size = 84, linkType = 1): Packet[] {
  return Array.from({ length: count }, (_, i) => {
    const data = Buffer.alloc(size, 0x55);
    data.writeUInt32BE(from + i);
    return new Packet(data, 0, size, size, linkType, 1_700_000_000, from + i, 'eth0');
  });
}

const RECORD = 16 + 84;
const HEADER = 24;

const read = async (path: string): Promise<Reading> => drain(await openCapture(path));
const numbersOf = ({ packets }: Reading) =>
  packets.map(({ bytes }) => Number.parseInt(bytes.slice(0, 8), 16));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** The capture files, oldest first, and the numbers of the packets in each. */
async function readFolder(): Promise<{ names: string[]; numbers: number[][] }> {
  const names = readdirSync(folder).sort();
  const numbers: number[][] = [];
  for (const name of names) {
    const reading = await read(at(name));
    expect(reading.error).toBe(null);
    numbers.push(numbersOf(reading));
  }
  return { names, numbers };
}

const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

describe('one file', () => {
  it.each(['trace.pcap', 'trace.pcapng', 'trace'])('%s holds what was written, at any time', async (name) => {
    const writer = await openRotatingWriter(at(name));
    expect(readdirSync(folder)).toEqual([name]);
    for (let i = 0; i < 10; i++) {
      await writer.write(numbered(i * 50, 50));
      const { packets, error, reader } = await read(at(name));
      expect([packets.length, error]).toEqual([(i + 1) * 50, null]);
      expect(reader.format?.container).toBe(name.endsWith('ng') ? 'pcapng' : 'pcap');
      const { size } = statSync(at(name));
      expect(writer.stats()).toEqual({
        packets: (i + 1) * 50,
        bytes: size,
        files: 1,
        deletedFiles: 0,
        path: at(name),
      });
    }
    await Promise.all([writer.close(), writer.close()]);
    await writer.close();
    expect(numbersOf(await read(at(name)))).toEqual(upTo(500));
    await expect(writer.write(numbered(0, 1))).rejects.toMatchObject({ code: 'WRITER_CLOSED' });
  });

  it('is for the owner and the group only', async () => {
    const writer = await openRotatingWriter(at('x.pcap'));
    await writer.close();
    expect(statSync(at('x.pcap')).mode & 0o777).toBe(0o640 & ~process.umask());
  });

  it('is a capture even without packets', async () => {
    for (const name of ['none.pcap', 'none.pcapng']) {
      const writer = await openRotatingWriter(at(name), { pcap: { linkType: 113 } });
      await writer.close();
      expect(await read(at(name))).toMatchObject({ packets: [], error: null });
    }
    expect(readFileSync(at('none.pcap')).readUInt32LE(20)).toBe(113);
  });

  it('takes batches in their order, even if they are not awaited', async () => {
    const writer = await openRotatingWriter(at('x.pcap'));
    const writes = upTo(30).map((i) => writer.write(numbered(i * 10, 10)));
    await writer.close();
    await Promise.all(writes);
    expect(numbersOf(await read(at('x.pcap')))).toEqual(upTo(300));
  });

  it('takes batches of many megabytes', async () => {
    const writer = await openRotatingWriter(at('x.pcapng'));
    await writer.write(numbered(0, 100, 60_000));
    await writer.close();
    expect(numbersOf(await read(at('x.pcapng')))).toEqual(upTo(100));
  });
});

describe('rotation', () => {
  const NAME = /^trace-\d{8}T\d{6}\.\d{3}Z-\d{6}\.pcap$/;

  it('by number of packets, wherever the batches end', async () => {
    const writer = await openRotatingWriter(at('trace.pcap'), { rotatePackets: 10 });
    for (const [from, count] of [
      [0, 3],
      [3, 7],
      [10, 25],
      [35, 1],
      [36, 4],
      [40, 2],
    ]) {
      await writer.write(numbered(from, count));
    }
    await writer.close();
    const { names, numbers } = await readFolder();
    expect(numbers.map(({ length }) => length)).toEqual([10, 10, 10, 10, 2]);
    expect(numbers.flat()).toEqual(upTo(42));
    for (const name of names) expect(name).toMatch(NAME);
    expect(writer.stats()).toMatchObject({ packets: 42, files: 5, bytes: 5 * HEADER + 42 * RECORD });
  });

  it('by size: the packet that reaches it is the last', async () => {
    const writer = await openRotatingWriter(at('trace.pcap'), { rotateBytes: HEADER + 3 * RECORD });
    await writer.write(numbered(0, 2));
    await writer.write(numbered(2, 8));
    await writer.close();
    const { numbers } = await readFolder();
    expect(numbers).toEqual([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]);

    const pcapng = await openRotatingWriter(at('b.pcapng'), { rotateBytes: 5000 });
    for (let i = 0; i < 20; i++) await pcapng.write(numbered(i * 10, 10));
    await pcapng.close();
    const sizes = readdirSync(folder)
      .filter((name) => name.startsWith('b-'))
      .sort()
      .map((name) => statSync(at(name)).size);
    expect(sizes.length).toBe(Math.ceil(writerBytes(200) / 5000));
    for (const size of sizes.slice(0, -1)) {
      expect(size).toBeGreaterThanOrEqual(5000);
      expect(size).toBeLessThan(5000 + 116);
    }
  });

  it('by size, however small: each file has a packet', async () => {
    const writer = await openRotatingWriter(at('trace.pcap'), { rotateBytes: 1 });
    await writer.write(numbered(0, 3));
    await writer.close();
    expect((await readFolder()).numbers).toEqual([[0], [1], [2]]);
  });

  it('by time: the first packet after it begins the next file', async () => {
    const writer = await openRotatingWriter(at('trace.pcap'), { rotateMs: 300 });
    await writer.write(numbered(0, 5));
    await writer.write(numbered(5, 5));
    await sleep(350);
    expect(readdirSync(folder)).toHaveLength(1);
    await writer.write(numbered(10, 5));
    await sleep(350);
    await writer.close();
    const { numbers } = await readFolder();
    expect(numbers).toEqual([upTo(10), [10, 11, 12, 13, 14]]);
  });

  it('keeps so many files and deletes the oldest', async () => {
    writeFileSync(at('trace.pcap'), 'not ours');
    writeFileSync(at('trace-1.pcap'), 'not ours');
    writeFileSync(at('tracer-20240131T235959.123Z-000001.pcap'), 'not ours');
    const options = { rotatePackets: 2, maxFiles: 3 };
    const first = await openRotatingWriter(at('trace.pcap'), options);
    await first.write(numbered(0, 4));
    await first.close();
    await sleep(2);
    const writer = await openRotatingWriter(at('trace.pcap'), options);
    await writer.write(numbered(4, 2));
    const kept = () =>
      readdirSync(folder)
        .filter((name) => NAME.test(name))
        .sort();
    expect(kept()).toHaveLength(3);
    expect(writer.stats().deletedFiles).toBe(0);
    for (let i = 6; i < 20; i += 2) await writer.write(numbered(i, 2));
    await writer.close();
    expect(writer.stats()).toMatchObject({ files: 8, deletedFiles: 7, packets: 16 });
    const numbers = await Promise.all(kept().map(async (name) => numbersOf(await read(at(name)))));
    expect(numbers).toEqual([
      [14, 15],
      [16, 17],
      [18, 19],
    ]);
    expect(readdirSync(folder)).toHaveLength(6);
  });

  it('goes on when somebody has taken an old file away', async () => {
    const writer = await openRotatingWriter(at('trace.pcap'), { rotatePackets: 1, maxFiles: 2 });
    await writer.write(numbered(0, 2));
    for (const name of readdirSync(folder)) rmSync(at(name));
    await writer.write(numbered(2, 4));
    await writer.close();
    expect((await readFolder()).numbers).toEqual([[4], [5]]);
    expect(writer.stats()).toMatchObject({ files: 6, deletedFiles: 2 });
  });

  it('ends with a clear error when the next file cannot be made', async () => {
    const writer = await openRotatingWriter(at('trace.pcap'), { rotatePackets: 1 });
    await writer.write(numbered(0, 1));
    const { path } = writer.stats();
    const kept = readFileSync(path);
    rmSync(folder, { recursive: true });
    const failed = {
      code: 'OUTPUT_UNWRITABLE',
      message: expect.stringMatching(/^cannot write .*: no such file/),
    };
    await expect(writer.write(numbered(1, 1))).rejects.toMatchObject(failed);
    await expect(writer.write(numbered(1, 1))).rejects.toMatchObject(failed);
    await writer.close();
    expect(writer.stats()).toMatchObject({ packets: 1, bytes: kept.length, files: 1 });
  });
});

/** Bytes of a pcapng's packets of 84 bytes each. */
const writerBytes = (packets: number) => packets * (32 + 84);

describe('where it may write', () => {
  it('refuses to write over a file unless told', async () => {
    writeFileSync(at('x.pcap'), 'precious');
    await expect(openRotatingWriter(at('x.pcap'))).rejects.toMatchObject({
      name: 'CaptureWriteError',
      code: 'FILE_EXISTS',
      message: `${at('x.pcap')} exists already: name another file or remove it`,
    });
    expect(readFileSync(at('x.pcap'), 'utf8')).toBe('precious');
    const writer = await openRotatingWriter(at('x.pcap'), { overwrite: true });
    await writer.write(numbered(0, 1));
    await writer.close();
    expect(numbersOf(await read(at('x.pcap')))).toEqual([0]);
  });

  it('does not follow a link to nothing', async () => {
    symlinkSync(at('elsewhere.pcap'), at('x.pcap'));
    await expect(openRotatingWriter(at('x.pcap'))).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(existsSync(at('elsewhere.pcap'))).toBe(false);
  });

  it('writes to devices', async () => {
    const writer = await openRotatingWriter('/dev/null');
    await writer.write(numbered(0, 100));
    await writer.close();
    expect(writer.stats().packets).toBe(100);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('says why it cannot', async () => {
    await expect(openRotatingWriter(at('no/such/x.pcap'))).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: `cannot write ${at('no/such/x.pcap')}: no such file or directory`,
    });
    await expect(openRotatingWriter(folder)).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: `cannot write ${folder}: illegal operation on a directory`,
    });
    await expect(openRotatingWriter('-', { rotatePackets: 1 })).rejects.toMatchObject({
      code: 'BAD_ROTATION',
    });
  });

  it('writes to standard output, waits for it, and leaves it open', async () => {
    const stdout = new PassThrough({ highWaterMark: 1000 });
    const collected = buffer(stdout);
    const writer = await openRotatingWriter('-', { stdout });
    for (let i = 0; i < 20; i++) await writer.write(numbered(i * 20, 20));
    await writer.close();
    expect(stdout.writableEnded).toBe(false);
    expect(writer.stats()).toMatchObject({ packets: 400, path: 'standard output' });
    stdout.end();
    expect(numbersOf(await readAll(await collected))).toEqual(upTo(400));
  });

  it('hands on the error of standard output as it is', async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    stdout.on('error', () => {});
    const writer = await openRotatingWriter('-', { stdout });
    await expect(writer.write(numbered(0, 5))).rejects.toMatchObject({ code: 'EPIPE' });
    await writer.close();
    expect(writer.stats()).toMatchObject({ packets: 0, bytes: 0 });
  });
});

describe('packets that do not fit', () => {
  it('pcap has one link type, and the error says what to do', async () => {
    const writer = await openRotatingWriter(at('x.pcap'));
    const mixed = [...numbered(0, 2), ...numbered(2, 1, 84, 113), ...numbered(3, 1)];
    await expect(writer.write(mixed)).rejects.toMatchObject({
      code: 'LINK_TYPE_DIFFERS',
      message: expect.stringMatching(/x\.pcap: .* cannot hold a packet of 113.*name the file \.pcapng$/),
    });
    await writer.write(numbered(4, 1));
    await writer.close();
    expect(numbersOf(await read(at('x.pcap')))).toEqual([0, 1, 4]);
    expect(writer.stats().packets).toBe(3);
  });

  it('pcapng takes them, in every file of a rotation', async () => {
    const writer = await openRotatingWriter(at('x.pcapng'), { rotatePackets: 4 });
    for (let i = 0; i < 12; i += 2) await writer.write([...numbered(i, 1), ...numbered(i + 1, 1, 84, 113)]);
    await writer.close();
    expect((await readFolder()).numbers).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
  });
});

describe.each([
  ['tshark', ['-n', '-T', 'fields', '-e', 'frame.len', '-r']],
  ['tcpdump', ['-n', '-t', '-Z', 'root', '-r']],
])('%s', (program, flags) => {
  const missing = has(program) ? '' : ` (skipped: ${program} is not installed)`;

  it.skipIf(missing !== '')(`reads the files${missing}`, async () => {
    for (const name of ['a.pcap', 'b.pcapng']) {
      const writer = await openRotatingWriter(at(name), { rotatePackets: 40 });
      await writer.write(numbered(0, 100));
      await writer.close();
    }
    const counts = readdirSync(folder)
      .sort()
      .map((name) => {
        const printed = execFileSync(program, [...flags, at(name)], { stdio: ['ignore', 'pipe', 'ignore'] });
        // tcpdump dumps what it does not know in indented lines.
        return String(printed).match(/^\S/gm)?.length;
      });
    expect(counts).toEqual([40, 40, 20, 40, 40, 20]);
  });
});

describe('kill -9', () => {
  const child = fileURLToPath(new URL('writer-child.mjs', import.meta.url));
  const built = fileURLToPath(new URL('../dist/rotating-writer.js', import.meta.url));

  it.each([
    ['trace.pcap', {}],
    ['trace.pcapng', {}],
    ['trace.pcap', { rotateBytes: 300_000 }],
  ])('leaves what was awaited: %s %j', async (name, options) => {
    if (!existsSync(built)) throw new Error('run `npm run build` first: this test runs the built package');
    for (let run = 0; run < 3; run++) {
      const writing = spawn(process.execPath, [child, at(name), JSON.stringify(options)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let printed = '';
      writing.stdout.on('data', (data) => {
        printed += data;
      });
      await once(writing.stdout, 'data');
      await sleep(100 + 50 * run);
      writing.kill('SIGKILL');
      await once(writing, 'close');
      const awaited = Number(/(\d+)\n[^\n]*$/.exec(printed)?.[1]);
      const numbers: number[] = [];
      for (const file of readdirSync(folder).sort()) {
        const reading = await read(at(file));
        // The last one may have been made and not yet begun.
        if (reading.error) expect(['CUT_SHORT', 'EMPTY_FILE']).toContain(reading.error.code);
        numbers.push(...numbersOf(reading));
        rmSync(at(file));
      }
      expect(awaited).toBeGreaterThan(0);
      expect(numbers.length).toBeGreaterThanOrEqual(awaited);
      expect(numbers).toEqual(upTo(numbers.length));
    }
  });
});

describe('a full disk', () => {
  afterEach(() => {
    for (const name of readdirSync(disk)) rmSync(join(disk, name));
  });
  const how = mounted ? 'on a tmpfs' : 'skipped: mounting a tmpfs needs root';

  it.skipIf(!mounted).each(['x.pcap', 'x.pcapng'])(
    `%s stays a capture of whole packets (${how})`,
    async (name) => {
      const path = join(disk, name);
      // Sizes that do not divide the disk's pages.
      for (const size of [61, 84, 1501, 60_001]) {
        const writer = await openRotatingWriter(path, { overwrite: true });
        const fill = async () => {
          for (let i = 0; ; i += 200) await writer.write(numbered(i, 200, size));
        };
        const full = { code: 'DISK_FULL', message: `no space left to write ${path}` };
        await expect(fill()).rejects.toMatchObject(full);
        await expect(writer.write(numbered(0, 1))).rejects.toMatchObject(full);
        await writer.close();

        const { packets, error } = await read(path);
        expect(error).toBe(null);
        expect(packets.length).toBe(writer.stats().packets);
        expect(statSync(path).size).toBe(writer.stats().bytes);
        expect(packets.length * (size + 32)).toBeGreaterThan(900_000 - size);
        if (has('tshark')) execFileSync('tshark', ['-r', path, '-w', '/dev/null'], { stdio: 'ignore' });
      }
    },
  );

  it.skipIf(!mounted)(`a file without a header is not left behind (${how})`, async () => {
    // A file in between takes the space that is left.
    const writer = await openRotatingWriter(join(disk, 'x.pcap'));
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'ballast')}`, 'bs=4096']);
    await expect(writer.write(numbered(0, 10))).rejects.toMatchObject({ code: 'DISK_FULL' });
    await writer.close();
    expect(readdirSync(disk)).toEqual(['ballast']);
    const empty = await openRotatingWriter(join(disk, 'y.pcap'));
    await expect(empty.close()).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(readdirSync(disk)).toEqual(['ballast']);
  });

  it.skipIf(!mounted)(`a ring of files goes on for ever (${how})`, async () => {
    const writer = await openRotatingWriter(join(disk, 'x.pcap'), { rotateBytes: 200_000, maxFiles: 4 });
    for (let i = 0; i < 100_000; i += 200) await writer.write(numbered(i, 200));
    await writer.close();
    expect(writer.stats()).toMatchObject({ packets: 100_000 });
    expect(readdirSync(disk)).toHaveLength(4);
  });
});
