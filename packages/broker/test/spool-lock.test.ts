import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FolderLock } from '../src/spool/folder-lock.ts';
import { newFolder } from './spool-support.ts';

const namespace = readlinkSync('/proc/self/ns/pid');

function lockedBy(holder: object | string): string {
  const folder = newFolder();
  writeFileSync(join(folder, 'lock'), typeof holder === 'string' ? holder : JSON.stringify(holder));
  return folder;
}

async function takeAndRelease(folder: string): Promise<void> {
  const lock = await FolderLock.take(folder);
  expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')).pid).toBe(process.pid);
  await lock.release();
  expect(existsSync(join(folder, 'lock'))).toBe(false);
}

describe('the lock of a folder', () => {
  it('keeps a second one out until it is released', async () => {
    const folder = newFolder();
    const lock = await FolderLock.take(folder);
    await expect(FolderLock.take(folder)).rejects.toMatchObject({
      code: 'SPOOL_IN_USE',
      message: `the spool ${folder} is used by process ${process.pid}`,
    });
    await lock.release();
    await takeAndRelease(folder);
  });

  it('knows when somebody else took it', async () => {
    const folder = newFolder();
    const lock = await FolderLock.take(folder);
    expect(await lock.isHeld()).toBe(true);
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 1, started: '1', namespace }));
    expect(await lock.isHeld()).toBe(false);
    await lock.release();
    expect(existsSync(join(folder, 'lock'))).toBe(true);
  });

  it('of a process that is gone does not count', async () => {
    await takeAndRelease(lockedBy({ pid: 2 ** 22 + 1, started: '1', namespace }));
  });

  it('of an earlier process with a number that is used again does not count', async () => {
    await takeAndRelease(lockedBy({ pid: process.pid, started: '1', namespace }));
    await takeAndRelease(lockedBy({ pid: 1, started: '1', namespace }));
  });

  it('goes to only one of many that find a stale one', async () => {
    const folder = lockedBy({ pid: 2 ** 22 + 1, started: '1', namespace });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => FolderLock.take(folder)));
    const taken = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(taken).toHaveLength(1);
    await taken[0].release();
  });

  it('in a container that cannot be looked into counts while it is touched', async () => {
    const folder = lockedBy({ pid: 1, started: '1', namespace: 'pid:[1]' });
    const touching = setInterval(() => utimesSync(join(folder, 'lock'), new Date(), new Date()), 300);
    try {
      await expect(FolderLock.take(folder)).rejects.toMatchObject({
        code: 'SPOOL_IN_USE',
        details: { pid: 1 },
      });
    } finally {
      clearInterval(touching);
    }
  });

  it('that cannot be understood does not count once it is left alone', async () => {
    const contents = ['', '{}', 'garbage', '{"pid":0,"started":"","namespace":""}', '{"pid":"1"}'];
    await Promise.all(contents.map((content) => takeAndRelease(lockedBy(content))));
  });

  it('is touched by its holder', async () => {
    const folder = newFolder();
    const lock = await FolderLock.take(folder);
    const path = join(folder, 'lock');
    utimesSync(path, 0, 0);
    await expect.poll(() => statSync(path).mtimeMs).toBeGreaterThan(0);
    await lock.release();
  });

  it('is left alone when somebody else has it by now', async () => {
    const folder = newFolder();
    const lock = await FolderLock.take(folder);
    writeFileSync(join(folder, 'lock'), 'theirs');
    await lock.release();
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe('theirs');
  });

  it('cannot be taken where something else has its name', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'lock'));
    await expect(FolderLock.take(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
