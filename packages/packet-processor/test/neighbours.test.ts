import { appendFileSync, chownSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '@antinex/dataset';
import { describe, expect, it, vi } from 'vitest';
import { toLedger, type WriterState } from '../src/dedupe/dataset-ledger.ts';
import { Elsewhere } from '../src/dedupe/elsewhere.ts';
import { NumberSet } from '../src/dedupe/number-set.ts';
import { AbandonedDatasets } from '../src/sinks/abandoned.ts';
import { lockDataset } from '../src/sinks/dataset-lock.ts';
import { KernelLock } from '../src/sinks/kernel-lock.ts';
import { writerPlace } from '../src/sinks/writer-place.ts';
import { manifestOf, newFolder, rowsOf } from './datasets.ts';
import { packets } from './feed.ts';

interface Left {
  readonly queue?: string;
  readonly place?: string;
  readonly state?: WriterState;
  /** Bytes behind the last commit. */
  readonly tail?: string;
}

/** A dataset with the packets 1 to 10, as a processor leaves it. */
async function leave(
  path: string,
  { queue = 'Q', place, state = 'open', tail = '' }: Left = {},
): Promise<void> {
  const dataset = await openDataset({ schema: 2, name: 'x', csvPath: path });
  await dataset.append(packets(1, 10));
  const writer = { place: place ?? writerPlace(), saveMs: 1000, state };
  await dataset.close(
    toLedger({ queue, duplicates: 0, missing: {}, seen: [{ 'host-a-s1': '1-10' }], agents: {}, writer }),
  );
  appendFileSync(path, tail);
}

const YEARS_AGO = new Date('2020-01-01');
const makeOld = (path: string) => utimesSync(`${path}.manifest.json`, YEARS_AGO, YEARS_AGO);
const pending = [['host-a-s1', NumberSet.parse('10-20')!]] as const;

async function look(folder: string): Promise<Elsewhere> {
  const elsewhere = new Elsewhere(folder, 'Q');
  await elsewhere.refresh(true);
  return elsewhere;
}

describe('Elsewhere', () => {
  it('knows the packets of other datasets of the queue', async () => {
    const folder = newFolder();
    const elsewhere = new Elsewhere(folder, 'Q');
    await leave(join(folder, 'a.csv'));
    await elsewhere.refresh(true);
    expect([elsewhere.has('host-a-s1-10'), elsewhere.has('host-a-s1-11')]).toEqual([true, false]);
    expect(elsewhere.hasAny(pending)).toBe(true);
  });

  it('leaves out our own, those of other queues, and what is no dataset', async () => {
    const folder = newFolder();
    await leave(join(folder, 'a.csv'));
    await leave(join(folder, 'b.csv'), { queue: 'R' });
    writeFileSync(join(folder, 'c.csv.manifest.json'), '{"format":"x"}');
    writeFileSync(join(folder, 'd.csv.manifest.json'), 'nothing');
    const elsewhere = new Elsewhere(folder, 'Q');
    elsewhere.leaveOut(join(folder, 'a.csv'));
    await elsewhere.refresh(true);
    expect(elsewhere.has('host-a-s1-1')).toBe(false);
    expect(elsewhere.hasAny(pending)).toBe(false);
  });

  it('asks one of an earlier run only what was delivered before, and not if that ended in peace', async () => {
    const folder = newFolder();
    await leave(join(folder, 'a.csv'));
    makeOld(join(folder, 'a.csv'));
    const died = await look(folder);
    expect([died.has('host-a-s1-1'), died.hasAny(pending)]).toEqual([true, false]);
    await leave(join(folder, 'a.csv'), { state: 'ended' });
    makeOld(join(folder, 'a.csv'));
    const ended = await look(folder);
    expect([ended.has('host-a-s1-1'), ended.hasAny(pending)]).toEqual([false, false]);
  });

  it.each([
    ['open', true],
    ['ended', true],
    ['full', false],
  ] as const)('looks at one that is %s each time: %s', async (state, isSeen) => {
    const folder = newFolder();
    await leave(join(folder, 'a.csv'), { state });
    makeOld(join(folder, 'a.csv'));
    const elsewhere = await look(folder);
    expect(elsewhere.hasAny(pending)).toBe(false);
    await leave(join(folder, 'a.csv'));
    await elsewhere.refresh(false);
    expect(elsewhere.hasAny(pending)).toBe(isSeen);
    await elsewhere.refresh(true);
    expect(elsewhere.hasAny(pending)).toBe(true);
  });

  it('sees new datasets at once', async () => {
    const folder = newFolder();
    const elsewhere = await look(folder);
    await leave(join(folder, 'b.csv'));
    await elsewhere.refresh(false);
    expect(elsewhere.has('host-a-s1-1')).toBe(true);
    expect((await look('/no/such/folder')).datasets).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)('trusts nobody else (needs root, to be somebody else)', async () => {
    const folder = newFolder();
    await leave(join(folder, 'a.csv'));
    chownSync(join(folder, 'a.csv.manifest.json'), 65_534, 65_534);
    expect((await look(folder)).datasets).toEqual([]);
  });

  it('knows a bounded number of them', async () => {
    const folder = newFolder();
    await leave(join(folder, 'a.csv'));
    const manifest = JSON.stringify(manifestOf(join(folder, 'a.csv')));
    for (let i = 0; i < 100; i++) writeFileSync(join(folder, `${i}.csv.manifest.json`), manifest);
    expect((await look(folder)).datasets).toHaveLength(64);
  });
});

describe('AbandonedDatasets', () => {
  const TAIL = '10,host-a-s1-11,half a row';

  async function repair(folder: string, abandoned = new AbandonedDatasets()) {
    return abandoned.repair((await look(folder)).datasets);
  }

  it('cuts off what a dead processor had not committed', async () => {
    const folder = newFolder();
    const path = join(folder, 'a.csv');
    await leave(path, { tail: TAIL });
    const ledger = manifestOf(path).ledger;
    makeOld(path);
    expect(await repair(folder)).toEqual([{ path, removedBytes: TAIL.length }]);
    expect(rowsOf(path)).toHaveLength(10);
    expect((await look(folder)).hasAny(pending)).toBe(false);
    expect(manifestOf(path)).toMatchObject({ rows: 10, ledger });
    expect(await repair(folder)).toEqual([]);
  });

  it('leaves one alone whose processor lives', async () => {
    const folder = newFolder();
    const path = join(folder, 'a.csv');
    await leave(path, { tail: TAIL });
    const lock = await lockDataset(path);
    expect(await repair(folder)).toEqual([]);
    await lock.release();
    expect(await repair(folder)).toHaveLength(1);
  });

  it('waits for one of another place to stand still', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const folder = newFolder();
      const path = join(folder, 'a.csv');
      await leave(path, { tail: TAIL, place: 'another container' });
      const abandoned = new AbandonedDatasets();
      expect(await repair(folder, abandoned)).toEqual([]);
      vi.advanceTimersByTime(11_000);
      appendFileSync(path, 'it goes on');
      expect(await repair(folder, abandoned)).toEqual([]);
      vi.advanceTimersByTime(11_000);
      expect(await repair(folder, abandoned)).toEqual([]);
      vi.advanceTimersByTime(2000);
      expect(await repair(folder, abandoned)).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe.skipIf(process.platform !== 'linux')('KernelLock', () => {
  const NAME = `packet-processor-test-${process.pid}`;

  it('has one holder, and the next when that lets go', async () => {
    const lock = await KernelLock.tryTake(NAME);
    expect(await KernelLock.tryTake(NAME)).toBeUndefined();
    expect(await KernelLock.take(NAME, 30)).toBeUndefined();
    const others = [1, 2, 3].map(async () => {
      const other = (await KernelLock.take(NAME, 5000))!;
      expect(await KernelLock.tryTake(NAME)).toBeUndefined();
      await other.release();
    });
    await lock!.release();
    await Promise.all(others);
    const last = await KernelLock.tryTake(NAME);
    expect(last).toBeDefined();
    await last!.release();
  });
});
