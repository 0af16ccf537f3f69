import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpoolRecord } from '../src/spool/log-reader.ts';
import { range } from './notes.ts';
import {
  appendRange,
  bytesIn,
  closeLater,
  filesIn,
  idOf,
  MESSAGES,
  newFolder,
  openLog,
  payloadOf,
  readIds,
} from './spool-support.ts';

describe('a segment log', () => {
  it('gives back what was appended, oldest first, and leaves nothing behind', async () => {
    const folder = newFolder();
    const { log, events } = await openLog(folder);
    await appendRange(log, 0, 100);
    expect(filesIn(folder, '.segment').length).toBeGreaterThan(5);
    expect(log.counters()).toMatchObject({
      spooledMessages: 1000,
      appendedMessages: 1000,
      replayedMessages: 0,
    });
    expect(log.isEmpty).toBe(false);
    expect(await readIds(log)).toEqual(range(0, 100));
    expect(log.isEmpty).toBe(true);
    await log.close();
    expect(filesIn(folder, '.segment')).toEqual([]);
    expect(existsSync(join(folder, 'lock'))).toBe(false);
    expect(log.counters()).toEqual({
      spooledMessages: 0,
      spooledBytes: 0,
      appendedMessages: 1000,
      replayedMessages: 1000,
      droppedMessages: 0,
      tornBytes: 0,
      corruptBytes: 0,
      oldestAgeMs: undefined,
    });
    expect(events).toEqual([]);
  });

  it('keeps every byte and the number of messages of records of any size', async () => {
    const { log } = await openLog(newFolder(), { segmentBytes: 2 ** 20 });
    const sizes = [0, 1, 100_000, 2 ** 20 - 44, 2 ** 20, 3 * 2 ** 20, 5];
    const payloads = sizes.map((size, id) => Buffer.alloc(size, `payload ${id} `));
    for (const [id, payload] of payloads.entries()) await log.append(payload, id);
    for (const [id, payload] of payloads.entries()) {
      const record = await log.read();
      expect(record?.messages).toBe(id);
      expect(payload.equals(record!.payload)).toBe(true);
    }
    expect(await log.read()).toBeUndefined();
  });

  it('goes on after a restart where it ended', async () => {
    const folder = newFolder();
    const first = await openLog(folder);
    await appendRange(first.log, 0, 50);
    expect(await readIds(first.log, 23)).toEqual(range(0, 23));
    await readIds(first.log, 10, false);
    await first.log.close();
    const second = await openLog(folder);
    expect(second.log.counters()).toMatchObject({ spooledMessages: 270, appendedMessages: 0 });
    await appendRange(second.log, 50, 60);
    expect(await readIds(second.log)).toEqual(range(23, 60));
    expect(second.log.counters()).toMatchObject({
      replayedMessages: 370,
      droppedMessages: 0,
      spooledMessages: 0,
    });
    await second.log.close();
    const third = await openLog(folder);
    expect(third.log.isEmpty).toBe(true);
    await appendRange(third.log, 60, 61);
    expect(await readIds(third.log)).toEqual([60]);
    expect([...first.events, ...second.events, ...third.events]).toEqual([]);
  });

  it('reads again what was read and not released', async () => {
    const { log } = await openLog(newFolder());
    await appendRange(log, 0, 30);
    const records: SpoolRecord[] = [];
    for (let i = 0; i < 25; i++) records.push((await log.read())!);
    log.release(records[11]);
    log.rewind();
    expect(log.counters().spooledMessages).toBe(180);
    // Released twice, or after a rewind: it does not count again.
    log.release(records[3]);
    log.release(records[20]);
    expect(await readIds(log)).toEqual(range(12, 30));
    expect(log.counters()).toMatchObject({ replayedMessages: 300, droppedMessages: 0 });
  });

  it('is read while it grows', async () => {
    const { log } = await openLog(newFolder());
    const ids: number[] = [];
    const appending = appendRange(log, 0, 500);
    while (ids.length < 500) {
      ids.push(...(await readIds(log)));
      await new Promise(setImmediate);
    }
    await appending;
    expect(ids).toEqual(range(0, 500));
    expect(log.isEmpty).toBe(true);
  });

  it.each(['always', 'interval', 'never'] as const)(
    'keeps the order of concurrent appends (%s)',
    async (fsync) => {
      const folder = newFolder();
      const { log } = await openLog(folder, { fsync, segmentBytes: 20_000 });
      const resolved: number[] = [];
      await Promise.all(
        range(0, 300).map(async (id) => {
          await log.append(payloadOf(id), MESSAGES);
          resolved.push(id);
        }),
      );
      expect(resolved).toEqual(range(0, 300));
      await log.close();
      const again = await openLog(folder);
      expect(await readIds(again.log)).toEqual(range(0, 300));
    },
  );

  it('does what any queue does, in any order of calls, over restarts', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ append: fc.integer({ min: 0, max: 3000 }) }) },
      { weight: 4, arbitrary: fc.record({ read: fc.integer({ min: 1, max: 6 }) }) },
      { weight: 3, arbitrary: fc.record({ release: fc.integer({ min: 1, max: 6 }) }) },
      { weight: 1, arbitrary: fc.constantFrom('rewind' as const, 'restart' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const folder = newFolder();
        let { log } = await openLog(folder);
        let appended = 0;
        let released = 0;
        let outstanding: SpoolRecord[] = [];
        for (const one of steps) {
          if (one === 'rewind') {
            log.rewind();
            outstanding = [];
          } else if (one === 'restart') {
            await log.close();
            ({ log } = await openLog(folder));
            outstanding = [];
          } else if ('append' in one) {
            await log.append(payloadOf(appended++, one.append + 8), MESSAGES);
          } else if ('read' in one) {
            for (let i = 0; i < one.read; i++) {
              const record = await log.read();
              const expected = released + outstanding.length;
              expect(record && idOf(record)).toBe(expected < appended ? expected : undefined);
              if (record) outstanding.push(record);
            }
          } else {
            const last = outstanding[Math.min(one.release, outstanding.length) - 1];
            if (last) {
              log.release(last);
              released += outstanding.splice(0, outstanding.indexOf(last) + 1).length;
            }
          }
          expect(log.counters()).toMatchObject({
            spooledMessages: (appended - released) * MESSAGES,
            droppedMessages: 0,
            corruptBytes: 0,
            tornBytes: 0,
          });
          if (released === appended)
            expect(log.counters()).toMatchObject({ spooledBytes: 0, oldestAgeMs: undefined });
          else expect(log.counters().oldestAgeMs).toBeGreaterThanOrEqual(0);
        }
        log.rewind();
        expect(await readIds(log)).toEqual(range(released, appended));
        await log.close();
        expect(bytesIn(folder)).toBe(0);
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('tells how old the oldest message is, also after a restart', async () => {
    const folder = newFolder();
    const first = await openLog(folder);
    await appendRange(first.log, 0, 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await appendRange(first.log, 1, 2);
    expect(first.log.counters().oldestAgeMs).toBeGreaterThanOrEqual(55);
    await first.log.close();
    const { log } = await openLog(folder);
    expect(log.counters().oldestAgeMs).toBeGreaterThanOrEqual(55);
    const oldest = (await log.read())!;
    await log.read();
    const before = log.counters().oldestAgeMs!;
    log.release(oldest);
    expect(log.counters().oldestAgeMs).toBeLessThan(before - 40);
  });

  it('takes no more than its bound, and more again when segments are gone', async () => {
    const folder = newFolder();
    let room = 0;
    const { log } = await openLog(folder, { maxBytes: 20_000, onRoom: () => room++ });
    let id = 0;
    for (; log.refusalOf(400) === undefined; id++) await log.append(payloadOf(id), MESSAGES);
    await expect(log.append(payloadOf(id), MESSAGES)).rejects.toMatchObject({
      code: 'SPOOL_FULL',
      details: { folder, limitBytes: 20_000 },
    });
    expect(bytesIn(folder)).toBeLessThanOrEqual(20_000);
    expect(id).toBeGreaterThan(40);
    expect(await readIds(log, 10)).toEqual(range(0, 10));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(room).toBe(1);
    await log.append(payloadOf(id), MESSAGES);
    expect(await readIds(log)).toEqual(range(10, id + 1));
    expect(log.counters().droppedMessages).toBe(0);
  });

  it('keeps its bound with many appends at once', async () => {
    const folder = newFolder();
    const { log } = await openLog(folder, { maxBytes: 20_000 });
    const results = await Promise.allSettled(range(0, 200).map((id) => log.append(payloadOf(id), MESSAGES)));
    const taken = results.filter(({ status }) => status === 'fulfilled').length;
    expect(bytesIn(folder)).toBeLessThanOrEqual(20_000);
    expect(await readIds(log)).toEqual(range(0, taken));
  });

  it('reads all again when the position is lost', async () => {
    const folder = newFolder();
    const first = await openLog(folder);
    await appendRange(first.log, 0, 40);
    await readIds(first.log, 25);
    await first.log.close();
    rmSync(join(folder, 'position'));
    const { log } = await openLog(folder);
    const ids = await readIds(log);
    expect(ids).toEqual(range(ids[0], 40));
    expect(ids[0]).toBeLessThan(25);
    expect(log.counters().droppedMessages).toBe(0);
  });

  it('reads a segment that an operator brought back, and loses nothing over it', async () => {
    const folder = newFolder();
    const first = await openLog(folder);
    await appendRange(first.log, 0, 40);
    await first.log.close();
    const [oldest] = filesIn(folder, '.segment');
    renameSync(oldest, `${oldest}.kept`);
    const second = await openLog(folder);
    await readIds(second.log, 3);
    await second.log.close();
    renameSync(`${oldest}.kept`, oldest);
    const { log } = await openLog(folder);
    expect(await readIds(log)).toEqual(range(0, 40));
    expect(log.counters().droppedMessages).toBe(0);
  });

  it('keeps what cannot be sent in a file and counts it', async () => {
    const folder = newFolder();
    const { log, events } = await openLog(folder);
    await appendRange(log, 0, 1);
    const record = (await log.read())!;
    await log.setAside(Buffer.from('no JSON\n'), 1);
    await log.setAside(Buffer.from('nor this\n'), 2);
    log.release(record);
    expect(readFileSync(join(folder, 'unsendable.corrupt'), 'utf8')).toBe('no JSON\nnor this\n');
    expect(log.counters()).toMatchObject({ droppedMessages: 3, replayedMessages: 7, corruptBytes: 17 });
    expect(events).toHaveLength(2);
  });

  it('refuses a folder that another version wrote, and touches nothing in it', async () => {
    const folder = newFolder();
    const segment = join(folder, '0000000000000001.segment');
    const header = Buffer.alloc(16);
    header.write('npspool');
    header.writeUInt32BE(2, 8);
    header.writeUInt32BE(crc32(header.subarray(0, 12)), 12);
    writeFileSync(segment, header);
    await expect(openLog(folder)).rejects.toMatchObject({ code: 'SPOOL_UNUSABLE', details: { folder } });
    expect(readFileSync(segment)).toEqual(header);
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  it('takes nothing after close()', async () => {
    const { log } = await openLog(newFolder());
    await Promise.all([log.close(), log.close()]);
    await expect(log.append(payloadOf(1), 1)).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
  });

  it('needs memory for one window, not for a file', async () => {
    const { log } = await openLog(newFolder(), { segmentBytes: 2 ** 28 });
    await appendRange(log, 0, 2500, 50_000);
    closeLater(log);
    let peakBytes = 0;
    const before = process.memoryUsage().arrayBuffers;
    for (let record = await log.read(); record; record = await log.read()) {
      log.release(record);
      peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers - before);
    }
    // 125 MB were read; windows that wait for the garbage collector are seen too.
    expect(peakBytes).toBeLessThan(60 * 2 ** 20);
  });
});
