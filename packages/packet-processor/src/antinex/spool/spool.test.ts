import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { segmentName } from '@antinex/broker/segments';
import { RowReader } from '@antinex/dataset';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Message } from '../../messages/message.ts';
import type { Position, SpoolEnd } from './spool-end.ts';
import { type SpoolDamage, type SpooledRow, SpoolReader } from './spool-reader.ts';
import { SpoolUsage } from './spool-usage.ts';
import { SpoolWriter } from './spool-writer.ts';

const root = mkdtempSync(join(tmpdir(), 'antinex-spool-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;

const START: Position = { segment: 0, offset: 0, row: 0 };
const ALL = { rows: 1_000_000, bytes: 1_000_000_000 };
const SEGMENT_BYTES = 700;

/** A dataset that only counts: its rows, of which the manifest tells, and its spool. */
class Dataset {
  readonly folder = join(root, `spool-${++folders}`);
  readonly usage: SpoolUsage;
  manifest: SpoolEnd = { spool: 'x.csv.00000001', segment: 0, offset: 0, rows: 0, predictions: 'p.csv' };
  /** Numbers of the rows that are durable. */
  committed: number[] = [];
  pending: number[] = [];
  writer!: SpoolWriter;
  #next = 1;

  constructor(limitBytes = 1e9) {
    this.usage = new SpoolUsage(this.folder, limitBytes);
  }

  async open(): Promise<this> {
    this.writer = await SpoolWriter.open({
      folder: this.folder,
      end: this.manifest,
      usage: this.usage,
      segmentBytes: SEGMENT_BYTES,
      onCommit: () => {},
      onClose: () => {},
    });
    return this;
  }

  async append(count: number, padding = 0): Promise<void> {
    const numbers = Array.from({ length: count }, () => this.#next++);
    const messages = numbers.map((n) => ({ id: `a-b-${n}`, data: { load: 'x'.repeat(padding) } }) as Message);
    await this.writer.append(messages, this.committed.length + this.pending.length);
    this.pending.push(...numbers);
  }

  async commit(): Promise<void> {
    this.manifest = await this.writer.sync();
    this.committed.push(...this.pending);
    this.pending = [];
    this.writer.commit();
  }

  async rollback(): Promise<void> {
    await this.writer.rollback();
    this.pending = [];
  }

  /** As kill -9 leaves it, some of what was not committed written. */
  async crash(isWritten: boolean): Promise<void> {
    if (isWritten) await this.writer.sync();
    const left = `${this.folder}.left`;
    if (existsSync(this.folder)) cpSync(this.folder, left, { recursive: true });
    await this.writer.close();
    rmSync(this.folder, { recursive: true, force: true });
    if (existsSync(left)) renameSync(left, this.folder);
    this.pending = [];
    await this.open();
  }

  reader(damages: SpoolDamage[] = []): SpoolReader {
    return new SpoolReader(this.folder, (damage) => void damages.push(damage));
  }

  numbersOf(rows: readonly SpooledRow[]): number[] {
    return rows.map(({ json }) => Number(JSON.parse(json).id.slice('a-b-'.length)));
  }
}

const operation = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('append' as const), fc.integer({ min: 0, max: 12 })) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('commit' as const), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('rollback' as const), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('crash' as const), fc.integer({ min: 0, max: 1 })) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('read' as const), fc.integer({ min: 1, max: 20 })) },
);

describe('a spool', () => {
  it('gives what was committed, each row once and in order, whatever happens to the rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
        const dataset = await new Dataset().open();
        const damages: SpoolDamage[] = [];
        const reader = dataset.reader(damages);
        let next = START;
        const read: SpooledRow[] = [];
        const readSome = async (rows: number) => {
          const head = await reader.head(next, dataset.manifest);
          expect(head?.rowsBefore).toBe(read.length < dataset.committed.length ? read.length : undefined);
          if (head === undefined) return;
          const some = await reader.read(head.position, dataset.manifest, { rows, bytes: 1e6 });
          expect(some.length).toBe(Math.min(rows, dataset.committed.length - read.length));
          read.push(...some);
          next = some[some.length - 1].next;
          await reader.removeBefore(next);
        };
        for (const [kind, count] of operations) {
          if (kind === 'append') await dataset.append(count, count * 7);
          else if (kind === 'commit') await dataset.commit();
          else if (kind === 'rollback') await dataset.rollback();
          else if (kind === 'crash') await dataset.crash(count === 1);
          else await readSome(count);
        }
        await readSome(100_000);
        expect(dataset.numbersOf(read)).toEqual(dataset.committed);
        expect(read.map(({ index }) => index)).toEqual(dataset.committed.map((_, i) => i));
        expect(damages).toEqual([]);
        await reader.close();
        await dataset.writer.close();
      }),
      { seed: 5, numRuns: 150 },
    );
  });

  it('is read from any position on', async () => {
    const dataset = await new Dataset().open();
    for (let i = 0; i < 6; i++) {
      await dataset.append(5);
      await dataset.commit();
    }
    const reader = dataset.reader();
    const rows = await reader.read(START, dataset.manifest, ALL);
    expect(readdirSync(dataset.folder).length).toBeGreaterThan(1);
    await dataset.writer.close();
    for (const [i, { next }] of rows.entries()) {
      const rest = await reader.read(next, dataset.manifest, ALL);
      expect(dataset.numbersOf(rest)).toEqual(dataset.committed.slice(i + 1));
      const upTo = await reader.read(START, dataset.manifest, ALL, next);
      expect(dataset.numbersOf(upTo)).toEqual(dataset.committed.slice(0, i + 1));
    }
    await reader.close();
  });

  it('takes rows that were read from JSON as they came', async () => {
    const json =
      '{"schema":2,"id":"a-b-1","source":"a","created":null,"data":{"frame":{"time":"2026-01-01T00:00:00.000000000Z"}}}';
    const text = Buffer.from(`garbage${json}\n`);
    const row = new RowReader().read(text, 7, text.length - 1)!;
    const dataset = await new Dataset().open();
    await dataset.writer.append([row], 41);
    const end = await dataset.writer.sync();
    const reader = dataset.reader();
    expect(await reader.read(START, end, ALL)).toMatchObject([{ index: 41, json }]);
    await reader.close();
    await dataset.writer.close();
  });

  it('stays below its bound, and goes on when there is room', async () => {
    const dataset = await new Dataset(3000).open();
    const rounds = async () => {
      for (let i = 0; i < 100; i++) {
        await dataset.append(5);
        await dataset.commit();
      }
    };
    await expect(rounds()).rejects.toMatchObject({ code: 'ANTINEX_SPOOL_FULL' });
    await dataset.rollback();
    const reader = dataset.reader();
    const bytes = await reader.bytes(START, dataset.manifest);
    expect(bytes).toBeGreaterThan(2000);
    expect(bytes).toBeLessThanOrEqual(3000);
    const rows = await reader.read(START, dataset.manifest, ALL);
    expect(dataset.numbersOf(rows)).toEqual(dataset.committed);
    await reader.removeBefore(rows[rows.length - 1].next);
    await dataset.append(5);
    await dataset.commit();
    await reader.close();
    await dataset.writer.close();
  });

  it('is removed when all of it is done with, and can go on after that', async () => {
    const dataset = await new Dataset().open();
    await dataset.append(50);
    await dataset.commit();
    await dataset.writer.close();
    const reader = dataset.reader();
    expect(await reader.remove(dataset.manifest)).toBe(true);
    expect(existsSync(dataset.folder)).toBe(false);
    await dataset.open();
    await dataset.append(3);
    await dataset.commit();
    const again = dataset.reader();
    expect(await again.head(START, dataset.manifest)).toMatchObject({ rowsBefore: 50 });
    expect(await again.read(START, dataset.manifest, ALL)).toHaveLength(3);
    await again.close();
    await dataset.writer.close();
  });

  describe('that is damaged', () => {
    /** Ten segments of rows, and a reader that has read the first. */
    async function prepare() {
      const dataset = await new Dataset().open();
      for (let i = 0; i < 10; i++) {
        await dataset.append(10, 20);
        await dataset.commit();
      }
      await dataset.writer.close();
      const damages: SpoolDamage[] = [];
      const reader = dataset.reader(damages);
      const [first] = await reader.read(START, dataset.manifest, { rows: 1, bytes: 1 });
      return {
        dataset,
        damages,
        reader,
        next: first.next,
        path: (n: number) => join(dataset.folder, segmentName(n)),
      };
    }

    it.each([
      ['torn', (path: string) => truncateSync(path, 40)],
      ['empty', (path: string) => truncateSync(path, 0)],
      ['overwritten', (path: string) => writeFileSync(path, 'x'.repeat(5000))],
    ])('by a %s segment: says how many rows that costs, and gives the others', async (_, damage) => {
      const { dataset, damages, reader, next, path } = await prepare();
      damage(path(3));
      const rows = await reader.read(next, dataset.manifest, ALL);
      const numbers = dataset.numbersOf(rows);
      expect(numbers[0]).toBe(2);
      expect(numbers.at(-1)).toBe(100);
      expect(damages).toHaveLength(1);
      expect(damages[0].rows).toBe(99 - numbers.length);
      await reader.close();
    });

    it('by a segment that is gone: says how many rows that costs', async () => {
      const { dataset, damages, reader, next, path } = await prepare();
      rmSync(path(2));
      const rows = await reader.read(next, dataset.manifest, ALL);
      expect(damages).toEqual([{ path: dataset.folder, rows: 99 - rows.length }]);
      await reader.close();
    });

    it('at its end: says so as well', async () => {
      const { dataset, damages, reader, next, path } = await prepare();
      writeFileSync(path(dataset.manifest.segment), 'x'.repeat(5000));
      const rows = await reader.read(next, dataset.manifest, ALL);
      expect(await reader.head(rows.at(-1)!.next, dataset.manifest)).toBeUndefined();
      expect(damages).toMatchObject([{ rows: 99 - rows.length }]);
      await reader.close();
    });
  });
});
