import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../src/index.ts';
import { manifestOf, newFolder, readRows } from './files.ts';
import { tcpMessage } from './messages.ts';

const messages = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => tcpMessage(from + i));
const ids = (path: string): string[] => readRows(path).map((row) => row.packet_id);
const idsUpTo = (to: number): string[] => Array.from({ length: to }, (_, i) => `host-a-s1-${i + 1}`);

function mount(folder: string, options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Mounting a small file system is what a full disk takes; that needs root. */
const mayMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'mount-probe-'));
  const mounted = process.getuid?.() === 0 && mount(folder, 'size=16k');
  if (mounted) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return mounted;
})();

describe.skipIf(!mayMount)('a full disk (needs root, to mount a small one)', () => {
  const disk = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const csvPath = join(disk, 'x.csv');
  const archivePath = join(disk, 'x.json');

  afterAll(() => rmSync(disk, { recursive: true }));

  async function onDisk(size: string, test: () => Promise<void>): Promise<void> {
    expect(mount(disk, `size=${size}`)).toBe(true);
    try {
      await test();
    } finally {
      execFileSync('umount', ['--lazy', disk]);
    }
  }

  it.each([{ csvPath }, { csvPath, archivePath }, { archivePath }])(
    'takes the dataset back to its last snapshot, and it goes on once there is space (%o)',
    (paths) =>
      onDisk('2m', async () => {
        const dataset = await openDataset({ schema: 2, name: 'test', ...paths });
        let durable = 0;
        const fill = async () => {
          for (;;) {
            await dataset.append(messages(durable + 1, 100));
            await dataset.snapshot();
            durable += 100;
          }
        };
        await expect(fill()).rejects.toMatchObject({ code: 'DISK_FULL', exitCode: 1 });
        expect(durable).toBeGreaterThan(100);
        expect([dataset.rows, dataset.durableRows]).toEqual([durable, durable]);
        const first = 'csvPath' in paths ? csvPath : archivePath;
        expect(manifestOf(first).rows).toBe(durable);
        if ('csvPath' in paths) expect(ids(csvPath)).toEqual(idsUpTo(durable));

        execFileSync('mount', ['-o', 'remount,size=8m', disk]);
        await dataset.append(messages(durable + 1, 300));
        await dataset.close();
        if ('csvPath' in paths) expect(ids(csvPath)).toEqual(idsUpTo(durable + 300));
        if ('archivePath' in paths) {
          const archive = JSON.parse(readFileSync(archivePath, 'utf8'));
          expect(archive.packets.map(({ id }: { id: string }) => id)).toEqual(idsUpTo(durable + 300));
        }
      }),
  );

  it('is told when rows fill up the buffers faster than snapshots come', () =>
    onDisk('4m', async () => {
      const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
      const fill = async () => {
        for (let from = 1; from < 50_000; from += 500) await dataset.append(messages(from, 500));
      };
      await expect(fill()).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(dataset.rows).toBe(0);
      await dataset.append(messages(1, 5));
      await dataset.close();
      expect(ids(csvPath)).toEqual(idsUpTo(5));
    }));

  it('keeps the file as it was when a wider copy does not fit', () =>
    onDisk('1500k', async () => {
      const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
      await dataset.append(messages(1, 1500));
      await dataset.snapshot();
      const wider = { ...tcpMessage(1501), data: { foo: { a: 1 } } };
      await expect(dataset.append([wider])).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(existsSync(`${csvPath}.widened`)).toBe(false);
      expect(ids(csvPath)).toEqual(idsUpTo(1500));
      execFileSync('mount', ['-o', 'remount,size=8m', disk]);
      await dataset.append([wider]);
      await dataset.close();
      expect(ids(csvPath)).toEqual(idsUpTo(1501));
    }));

  it('does not let even a manifest be written: the old one stays', () =>
    onDisk('1m', async () => {
      const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
      await dataset.append(messages(1, 10));
      await dataset.snapshot();
      const before = manifestOf(csvPath);
      expect(() => writeFileSync(join(disk, 'ballast'), Buffer.alloc(2 ** 20))).toThrow('ENOSPC');
      await dataset.append(messages(11, 1));
      await expect(dataset.snapshot()).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(manifestOf(csvPath)).toEqual(before);
      rmSync(join(disk, 'ballast'));
      await dataset.append(messages(11, 10));
      await dataset.close();
      expect(ids(csvPath)).toEqual(idsUpTo(20));
    }));

  it('leaves no ledger of rows that were undone', () =>
    onDisk('1m', async () => {
      const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
      await dataset.append(messages(1, 1));
      await dataset.snapshot({ seen: 1 });
      expect(() => writeFileSync(join(disk, 'ballast'), Buffer.alloc(2 ** 20))).toThrow('ENOSPC');
      await dataset.append(messages(2, 1));
      await expect(dataset.snapshot({ seen: 2 })).rejects.toMatchObject({ code: 'DISK_FULL' });
      rmSync(join(disk, 'ballast'));
      // A wider file needs a manifest of its own at once.
      await dataset.append([{ ...tcpMessage(3), data: { foo: { a: 1 } } }]);
      expect(manifestOf(csvPath)).toMatchObject({ rows: 1, ledger: { seen: 1 } });
      await dataset.close();
    }));

  it('lets nothing be opened that cannot be written', () =>
    onDisk('1m,ro', async () => {
      const opening = openDataset({ schema: 2, name: 'test', csvPath });
      await expect(opening).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE', exitCode: 1 });
    }));
});

describe('an output that cannot be written', () => {
  it.each(['/dev/full', '/dev/null', '/proc/x.csv', '/', '/no/such/folder/x.csv', '/etc/passwd/x.csv'])(
    'is refused with a clear error: %s',
    async (path) => {
      for (const paths of [{ csvPath: path }, { archivePath: path }]) {
        await expect(openDataset({ schema: 2, name: 'test', ...paths })).rejects.toMatchObject({
          ...{ code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining(path) },
        });
      }
      expect(existsSync(`${path}.manifest.json`)).toBe(false);
    },
  );

  it('closes the CSV file when the archive cannot be opened', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const opening = openDataset({ schema: 2, name: 'test', csvPath, archivePath: '/dev/full' });
    await expect(opening).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    await (await openDataset({ schema: 2, name: 'test', csvPath })).close();
  });
});

describe('a second program that writes the same file', () => {
  it('is noticed, and its bytes are not touched', async () => {
    const csvPath = join(newFolder(), 'x.csv');
    const dataset = await openDataset({ schema: 2, name: 'test', csvPath });
    await dataset.append(messages(1, 2));
    await dataset.snapshot();
    appendFileSync(csvPath, 'from elsewhere\n');
    const content = readFileSync(csvPath, 'utf8');
    await dataset.append(messages(3, 1));
    const shared = { code: 'OUTPUT_UNWRITABLE', details: { reason: 'another program writes to it' } };
    await expect(dataset.snapshot()).rejects.toMatchObject(shared);
    await expect(dataset.append(messages(3, 1))).rejects.toMatchObject(shared);
    await dataset.close();
    expect(readFileSync(csvPath, 'utf8')).toBe(content);
    expect(manifestOf(csvPath).rows).toBe(2);
  });
});
