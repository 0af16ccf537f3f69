import { appendFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SegmentLog } from '../src/spool/segment-log.ts';
import { range } from './notes.ts';
import {
  appendRange,
  filesIn,
  idOf,
  MESSAGES,
  newFolder,
  openLog,
  payloadOf,
  readIds,
} from './spool-support.ts';

const RECORDS = 60;
const PAYLOAD_BYTES = 400;
const HEADER_BYTES = 16;
const RECORD_BYTES = 28 + PAYLOAD_BYTES;
/** With segments of 4096 bytes. */
const RECORDS_PER_SEGMENT = Math.floor((4096 - HEADER_BYTES) / RECORD_BYTES);

type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'overwrite'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'grow'; readonly bytes: Uint8Array };

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.integer({ min: 0, max: 7 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({
    kind: fc.constant('overwrite' as const),
    at: place,
    bytes: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 900 }), fc.constant(new Uint8Array(500))),
  }),
  fc.record({ kind: fc.constant('grow' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 100 }) }),
);

function harm(path: string, damage: Damage): void {
  const bytes = readFileSync(path);
  if (damage.kind === 'grow') return appendFileSync(path, damage.bytes);
  const at = Math.floor(damage.at * bytes.length);
  if (damage.kind === 'cut') return truncateSync(path, at);
  if (damage.kind === 'flip') bytes[at] ^= 1 << damage.bit;
  else bytes.set(damage.bytes.subarray(0, bytes.length - at), at);
  writeFileSync(path, bytes);
}

/** Where two versions of a file begin to differ; undefined if they do not. */
function firstDifference(before: Buffer, after: Buffer): number | undefined {
  const shorter = Math.min(before.length, after.length);
  for (let at = 0; at < shorter; at++) if (before[at] !== after[at]) return at;
  return before.length === after.length ? undefined : shorter;
}

/** How many records at the beginning of a segment are as they were. */
function intactRecords(before: Buffer, after: Buffer): number {
  const end = firstDifference(before, after) ?? before.length;
  return Math.max(0, Math.floor((end - HEADER_BYTES) / RECORD_BYTES));
}

/** Not if it is only shorter and ends as if nothing had been there. */
function isVisiblyDamaged(before: Buffer, after: Buffer): boolean {
  const difference = firstDifference(before, after);
  if (difference === undefined || after.length === 0) return false;
  return difference < after.length || (after.length - HEADER_BYTES) % RECORD_BYTES !== 0;
}

/** Reads all and looks at every byte of it. */
async function readIntact(log: SegmentLog): Promise<number[]> {
  const ids: number[] = [];
  for (let record = await log.read(); record; record = await log.read()) {
    ids.push(idOf(record));
    expect(record.payload.equals(payloadOf(idOf(record)))).toBe(true);
    expect(record.messages).toBe(MESSAGES);
    log.release(record);
  }
  return ids;
}

async function filledFolder(): Promise<string> {
  const folder = newFolder();
  const { log } = await openLog(folder);
  await appendRange(log, 0, RECORDS);
  await log.close();
  return folder;
}

describe('a damaged segment log', () => {
  it('gives back in order all that is intact before the damage, and counts the rest', async () => {
    const harms = fc.array(fc.record({ file: fc.nat({ max: 6 }), damage }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(harms, async (all) => {
        const folder = await filledFolder();
        const paths = filesIn(folder, '.segment');
        expect(paths).toHaveLength(7);
        const before = paths.map((path) => readFileSync(path));
        for (const { file, damage } of all) harm(paths[file], damage);
        const after = paths.map((path) => readFileSync(path));
        const intact = before.map((bytes, segment) => intactRecords(bytes, after[segment]));
        const expected = intact.flatMap((count, segment) => {
          const first = segment * RECORDS_PER_SEGMENT;
          return range(first, first + count);
        });
        const isVisible = after.some((bytes, segment) => isVisiblyDamaged(before[segment], bytes));

        const { log, events } = await openLog(folder);
        expect(await readIntact(log)).toEqual(expected);
        expect(log.isEmpty).toBe(true);
        const { droppedMessages, replayedMessages, tornBytes, corruptBytes, spooledMessages } =
          log.counters();
        expect(replayedMessages).toBe(expected.length * MESSAGES);
        expect(spooledMessages).toBe(0);
        // What is missing between intact records is known to the message, at the ends it may not be.
        const between = expected.length === 0 ? 0 : expected.at(-1)! - expected[0] + 1 - expected.length;
        expect(droppedMessages).toBeGreaterThanOrEqual(between * MESSAGES);
        expect(droppedMessages).toBeLessThanOrEqual((RECORDS - expected.length) * MESSAGES);
        const told = events.map((event) => (event.kind === 'spool-damaged' ? event.bytes : 0));
        expect(told.reduce((sum, bytes) => sum + bytes, 0)).toBe(tornBytes + corruptBytes);
        expect(tornBytes + corruptBytes > 0).toBe(isVisible);

        await appendRange(log, RECORDS, RECORDS + 5);
        await log.close();
        const kept = filesIn(folder, '.corrupt').reduce((sum, path) => sum + statSync(path).size, 0);
        expect(kept).toBeGreaterThanOrEqual(corruptBytes);
        const again = await openLog(folder);
        expect(await readIntact(again.log)).toEqual(range(RECORDS, RECORDS + 5));
        expect(again.log.counters()).toMatchObject({ droppedMessages: 0, tornBytes: 0, corruptBytes: 0 });
        await again.log.close();
      }),
      { seed: 4, numRuns: process.env.LONG ? 150 : 50 },
    );
  });

  it('cuts off a record that a loss of power left half written, at any byte', async () => {
    for (let length = HEADER_BYTES; length <= HEADER_BYTES + 2 * RECORD_BYTES; length += 7) {
      const folder = newFolder();
      const first = await openLog(folder);
      await appendRange(first.log, 0, 2);
      await first.log.close();
      const [path] = filesIn(folder, '.segment');
      truncateSync(path, length);
      const torn = (length - HEADER_BYTES) % RECORD_BYTES;
      const { log, events } = await openLog(folder);
      expect(await readIntact(log)).toEqual(range(0, Math.floor((length - HEADER_BYTES) / RECORD_BYTES)));
      expect(log.counters()).toMatchObject({ tornBytes: torn, corruptBytes: 0, droppedMessages: 0 });
      expect(events).toEqual(torn ? [{ kind: 'spool-damaged', damage: 'torn', path, bytes: torn }] : []);
      await log.close();
      expect(filesIn(folder, '.corrupt')).toEqual([]);
    }
  });

  it('keeps a segment with garbage in its middle for inspection, whole', async () => {
    const folder = await filledFolder();
    const path = filesIn(folder, '.segment')[2];
    harm(path, { kind: 'overwrite', at: 0.5, bytes: Buffer.from('garbage') });
    const bytes = readFileSync(path);
    const { log, events } = await openLog(folder);
    const ids = await readIntact(log);
    const missing = range(0, RECORDS).filter((id) => !ids.includes(id));
    expect(missing.length).toBeGreaterThan(3);
    expect(missing).toEqual(range(missing[0], 3 * RECORDS_PER_SEGMENT));
    expect(log.counters().droppedMessages).toBe(missing.length * MESSAGES);
    expect(log.counters().corruptBytes).toBe(missing.length * RECORD_BYTES);
    expect(events).toMatchObject([{ kind: 'spool-damaged', damage: 'corrupt', path: `${path}.corrupt` }]);
    await log.close();
    expect(filesIn(folder, '.segment')).toEqual([]);
    expect(readFileSync(`${path}.corrupt`)).toEqual(bytes);
  });

  it('that decays while it is being written takes nothing with it that comes later', async () => {
    const folder = newFolder();
    const { log } = await openLog(folder, { segmentBytes: 2 ** 20 });
    await appendRange(log, 0, 10);
    harm(filesIn(folder, '.segment')[0], { kind: 'overwrite', at: 0.55, bytes: Buffer.from('garbage') });
    await appendRange(log, 10, 20);
    expect(await readIntact(log)).toEqual(range(0, 5));
    await appendRange(log, 20, 30);
    expect(await readIntact(log)).toEqual(range(20, 30));
    expect(log.counters()).toMatchObject({ droppedMessages: 15 * MESSAGES, spooledMessages: 0 });
    expect(log.counters().corruptBytes).toBe(15 * RECORD_BYTES);
  });

  it('goes on when a segment is taken away from under it', async () => {
    const folder = await filledFolder();
    const { log } = await openLog(folder);
    rmSync(filesIn(folder, '.segment')[3]);
    const ids = await readIntact(log);
    expect(ids).toHaveLength(RECORDS - RECORDS_PER_SEGMENT);
    expect(log.counters().droppedMessages).toBe(RECORDS_PER_SEGMENT * MESSAGES);
    expect(log.isEmpty).toBe(true);
  });

  it('reads more again, never less, when its position is damaged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 120 }), async (bytes) => {
        const folder = newFolder();
        const first = await openLog(folder);
        await appendRange(first.log, 0, 20);
        await readIds(first.log, 12);
        await first.log.close();
        writeFileSync(join(folder, 'position'), bytes);
        const { log } = await openLog(folder);
        expect(await readIds(log)).toEqual(range(RECORDS_PER_SEGMENT, 20));
        await log.close();
      }),
      { seed: 4, numRuns: 30 },
    );
  });
});
