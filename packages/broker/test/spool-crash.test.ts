import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { range } from './notes.ts';
import {
  appendRange,
  idOf,
  MESSAGES,
  newFolder,
  newMount,
  noMount,
  openLog,
  payloadOf,
  readIds,
  until,
} from './spool-support.ts';

const WRITER = fileURLToPath(new URL('spool-writer.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../dist/spool/segment-log.js', import.meta.url));

/** No process has this id: it is above the largest there can be (proc_sys_kernel(5), pid_max). */
const DEAD_HOLDER = JSON.stringify({
  pid: 2 ** 22 + 1,
  started: '1',
  namespace: readlinkSync('/proc/self/ns/pid'),
});

beforeAll(() => {
  if (!existsSync(BUILT)) throw new Error('run `npm run build` first: this test runs the built package');
});

/** Runs a process that appends, and reads if wanted, kills it after so many lines and answers which it told of. */
async function killWriter(folder: string, from: number, fsync: string, afterLines: number, read = '') {
  const child = spawn(process.execPath, [WRITER, folder, String(from), fsync, read], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    if (text.split('\n').length > afterLines) child.kill('SIGKILL');
  });
  expect(await ended).toEqual([null, 'SIGKILL']);
  const lines = text.slice(0, text.lastIndexOf('\n')).split('\n');
  const told = (verb: string) =>
    lines.filter((line) => line.startsWith(verb)).map((line) => Number(line.slice(verb.length)));
  return { appended: told('appended '), read: told('read ') };
}

describe('a spool whose process is killed', () => {
  it.each(['always', 'interval', 'never'])(
    'has every batch whose append had resolved (fsync %s)',
    async (fsync) => {
      const folder = newFolder();
      const told: number[] = [];
      for (const [round, appends] of [1, 2, 40, 333, 700].entries()) {
        told.push(...(await killWriter(folder, round * 100_000, fsync, appends)).appended);
      }
      expect(told.length).toBeGreaterThan(1000);
      const { log } = await openLog(folder);
      const ids = new Set<number>();
      let last = -1;
      for (let record = await log.read(); record; record = await log.read()) {
        const id = idOf(record);
        expect(id).toBeGreaterThan(last);
        expect(record.payload.toString()).toBe(`${id} `.padEnd(500 + (id % 7) * 3000, `${id % 10}`));
        last = id;
        ids.add(id);
        log.release(record);
      }
      expect(told.filter((id) => !ids.has(id))).toEqual([]);
      expect(log.counters()).toMatchObject({ droppedMessages: 0, corruptBytes: 0 });
    },
  );

  it('gives back all that it had not begun to release, when it was killed reading', async () => {
    const folder = newFolder();
    const appended: number[] = [];
    const read = new Set<number>();
    for (const round of range(0, 6)) {
      const told = await killWriter(folder, round * 100_000, 'never', 300 + 217 * round, 'read');
      appended.push(...told.appended);
      for (const id of told.read) read.add(id);
    }
    const { log } = await openLog(folder);
    const ids = await readIds(log);
    const back = new Set(ids);
    expect(appended.filter((id) => !read.has(id) && !back.has(id))).toEqual([]);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    // What was released long before the end does not come again.
    expect(ids.length).toBeLessThan(appended.length);
    expect(log.counters()).toMatchObject({ droppedMessages: 0, corruptBytes: 0 });
  });

  it('is not locked any more, but it is while the process lives', async () => {
    const folder = newFolder();
    const child = spawn(process.execPath, [WRITER, folder, '0', 'never'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
    });
    await until(() => text.includes('appended 9\n'), 'ten batches are appended');
    await expect(openLog(folder)).rejects.toMatchObject({
      code: 'SPOOL_IN_USE',
      exitCode: 1,
      details: { folder, pid: child.pid },
    });
    child.kill('SIGKILL');
    await ended;
    const started = performance.now();
    const { log } = await openLog(folder);
    expect(performance.now() - started).toBeLessThan(3000);
    expect((await readIds(log, 1)).length).toBe(1);
  });
});

describe.skipIf(noMount)(`a spool on a small disk${noMount}`, () => {
  it('says that the disk is full, stays valid and goes on when there is room', async () => {
    const folder = newMount('size=2m');
    const { log, events } = await openLog(folder, { fsync: 'always', segmentBytes: 2 ** 18 });
    let id = 0;
    const fill = async () => {
      for (; ; id++) await log.append(payloadOf(id, 10_000), MESSAGES);
    };
    await expect(fill()).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(id).toBeGreaterThan(150);
    await expect(log.append(payloadOf(id, 100_000), MESSAGES)).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(log.counters().spooledMessages).toBe(id * MESSAGES);
    expect(await readIds(log, 60)).toEqual(range(0, 60));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await appendRange(log, id, id + 5, 10_000);
    await log.close();
    const again = await openLog(folder);
    expect(await readIds(again.log)).toEqual(range(60, id + 5));
    for (const one of [log, again.log]) {
      expect(one.counters()).toMatchObject({ droppedMessages: 0, tornBytes: 0, corruptBytes: 0 });
    }
    expect([...events, ...again.events]).toEqual([]);
  });

  it('fails all appends that were under way, and keeps the order of those that come later', async () => {
    const folder = newMount('size=1m');
    const { log } = await openLog(folder, { fsync: 'always', segmentBytes: 2 ** 19 });
    const results = await Promise.allSettled(
      range(0, 200).map((id) => log.append(payloadOf(id, 10_000), MESSAGES)),
    );
    const taken = results.findIndex(({ status }) => status === 'rejected');
    expect(results.slice(taken).every(({ status }) => status === 'rejected')).toBe(true);
    expect(taken).toBe(52);
    await appendRange(log, 1000, 1010);
    expect(await readIds(log)).toEqual([...range(0, taken), ...range(1000, 1010)]);
    expect(log.counters().droppedMessages).toBe(0);
  });

  it('can be opened and emptied while the disk is full, after a crash too', async () => {
    const folder = newMount('size=1m');
    const first = await openLog(folder);
    await appendRange(first.log, 0, 20);
    await first.log.close();
    writeFileSync(join(folder, 'lock'), DEAD_HOLDER);
    const ballast = join(folder, 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(2 ** 21))).toThrow('ENOSPC');
    const { log } = await openLog(folder);
    expect(await readIds(log)).toEqual(range(0, 20));
    await log.close();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
    rmSync(ballast);
  });

  it('says that it may not write to a disk that is read-only', async () => {
    const folder = newMount('size=1m,ro');
    await expect(openLog(folder)).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      details: { path: folder },
    });
  });
});
