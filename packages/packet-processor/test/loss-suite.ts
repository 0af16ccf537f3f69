import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { COMPLETE, compare, csvFiles, durableRows, idsOf, newFolder } from './datasets.ts';
import { packets, publish, type Target } from './feed.ts';
import { startProcessor } from './processor-child.ts';

/** LONG=1 kills twenty times, with as many packets as that takes. */
const isLong = process.env.LONG === '1';
const KILLS = isLong ? 20 : 2;
export const PACKETS = isLong ? 60_000 : 6000;
/** Rows that should not come have so much time to come, where the queue does not tell. */
const LATE_MS = 1500;
const LIMIT_MS = 60_000;
/** Each time a client of the broker is started to ask. */
const POLL_MS = 100;

/**
 * Waits until the datasets of a folder have so many rows and no more can come: `left` tells how many
 * broker messages wait or are with somebody.
 */
export async function allRows(folder: string, count: number, left?: () => Promise<number>): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  const until = async (isSo: () => boolean | Promise<boolean>) => {
    for (; !(await isSo()); await sleep(POLL_MS)) {
      if (Date.now() > deadline) throw new Error(`${durableRows(folder)} rows of ${count}`);
    }
  };
  await until(() => durableRows(folder) >= count);
  if (left === undefined) await sleep(LATE_MS);
  else await until(async () => (await left()) === 0);
}

/** The queue of a loss test. */
export interface LossTarget extends Target {
  readonly left?: () => Promise<number>;
}

/** Where a processor writes: to a file, or to a new one each time it starts, or to several. */
export const PLACES: Readonly<Record<string, (folder: string) => string[]>> = {
  'one file': (folder) => ['--output-csv', join(folder, 'x.csv')],
  'a new file each time': (folder) => ['--dataset-dir', folder],
  'files that rotate': (folder) => ['--dataset-dir', folder, '--rotate-rows', '2500'],
};

/** What has to hold for every broker: no packet is lost and none has two rows, whenever a processor dies. */
export function itSurvivesKills(place: string, newTarget: () => LossTarget): void {
  it(`loses and doubles nothing when it is killed ${KILLS} times, writing ${place}`, async () => {
    const folder = newFolder();
    const target = newTarget();
    const args = PLACES[place](folder);
    for (let round = 0; round < KILLS; round++) {
      const [from, to] = [round, round + 1].map((part) => Math.floor((PACKETS * part) / KILLS));
      await publish(target, packets(from + 1, to));
      const before = durableRows(folder);
      const processor = await startProcessor(target, args);
      while (durableRows(folder) === before) await sleep(10);
      await sleep(Math.random() * 150);
      await processor.kill9();
    }
    const last = await startProcessor(target, args);
    // It may find nothing to do, and would be told to end before it listens to that.
    await last.isReady();
    await allRows(folder, PACKETS, target.left);
    expect((await last.stop()).code).toBe(0);
    expect(compare(idsOf(csvFiles(folder)), PACKETS)).toEqual(COMPLETE);
  });
}

/** The same of several processors: another one gets what the dead one had, and knows what of it has rows. */
export function itSurvivesTheDeathOfOneOfTwo(newTarget: () => LossTarget): void {
  it('loses and doubles nothing when one of two processors is killed', async () => {
    const folder = newFolder();
    const target = newTarget();
    const args = PLACES['a new file each time'](folder);
    const [one, other] = [await startProcessor(target, args), await startProcessor(target, args)];
    await Promise.all([one.isReady(), other.isReady()]);
    const publishing = publish(target, packets(1, PACKETS));
    await one.until(({ rows }) => rows > 0);
    await sleep(Math.random() * 100);
    await one.kill9();
    await publishing;
    await allRows(folder, PACKETS, target.left);
    expect((await other.stop()).code).toBe(0);
    const files = csvFiles(folder);
    expect(files).toHaveLength(2);
    expect(compare(idsOf(files), PACKETS)).toEqual(COMPLETE);
  });
}
