import { rm } from 'node:fs/promises';
import { lockDataset } from '../../sinks/dataset-lock.ts';
import { isSamePlace, writerPlace } from '../../sinks/writer-place.ts';
import type { SpoolDepth } from '../counts.ts';
import { isSame, type Position, type SpoolEnd } from '../spool/spool-end.ts';
import { type Head, type SpoolDamage, type SpooledRow, SpoolReader } from '../spool/spool-reader.ts';
import type { KnownSpool, Spools } from '../spool/spools.ts';
import type { StateFolder } from '../state-folder.ts';
import type { BatchUnderWay, CursorState } from './cursor.ts';

/** Rows are read from the disk up to this much JSON at a time. */
const MOST_BYTES = 16 * 2 ** 20;
const ALL = Number.POSITIVE_INFINITY;
const START: Position = { segment: 0, offset: 0, row: 0 };

interface Entry {
  readonly reader: SpoolReader;
  next: Position;
  /** The row at `next`; undefined when there was none up to `lookedEnd`. */
  head: Head | undefined;
  lookedEnd: SpoolEnd | undefined;
}

/** Rows that may be posted now. */
export interface Waiting {
  readonly spool: string;
  readonly end: SpoolEnd;
  readonly head: Head;
}

export interface DueRule {
  readonly rows: number;
  /** How long a row waits for others. */
  readonly ms: number;
}

/** All spools of a folder as one queue, the oldest rows first. */
export class SpoolQueue {
  readonly #folder: StateFolder;
  readonly #spools: Spools;
  readonly #onDamage: (damage: SpoolDamage) => void;
  readonly #place = writerPlace();
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(folder: StateFolder, spools: Spools, onDamage: (damage: SpoolDamage) => void) {
    this.#folder = folder;
    this.#spools = spools;
    this.#onDamage = onDamage;
  }

  /** Goes on where the cursor stands. */
  restore(spools: CursorState['spools']): void {
    for (const [name, { next }] of Object.entries(spools)) this.#entry(name).next = next;
  }

  state(): CursorState['spools'] {
    const known = [...this.#spools.all].map(([name, { end }]) => [
      name,
      { next: this.#entry(name).next, end },
    ]);
    return Object.fromEntries(known);
  }

  /** Finds out how far each spool is done with, for `depth`. */
  async look(): Promise<void> {
    for (const [spool, { end }] of this.#spools.all) await this.#headOf(spool, end);
  }

  /** The oldest rows that are due; else the time until some are, undefined when there are none. */
  async next(rule: DueRule): Promise<Waiting | number | undefined> {
    let oldest: Waiting | undefined;
    let soonestMs: number | undefined;
    for (const [spool, { end }] of this.#spools.all) {
      const head = await this.#headOf(spool, end);
      if (head === undefined) continue;
      const ageMs = Date.now() - head.timeMs;
      // A clock may have been set back.
      const isDue = end.rows - head.rowsBefore >= rule.rows || ageMs >= rule.ms || ageMs < 0;
      if (!isDue) soonestMs = Math.min(soonestMs ?? ALL, rule.ms - ageMs);
      else if (oldest === undefined || head.timeMs < oldest.head.timeMs) oldest = { spool, end, head };
    }
    return oldest ?? soonestMs;
  }

  /** Rows from a position on. */
  peek(spool: string, from: Position, end: SpoolEnd, rows: number): Promise<SpooledRow[]> {
    return this.#entry(spool).reader.read(from, end, { rows, bytes: MOST_BYTES });
  }

  /** The rows of a batch that was posted before; undefined when they are not all there any more. */
  async reread({ spool, from, to }: BatchUnderWay): Promise<SpooledRow[] | undefined> {
    const known = this.#spools.all.get(spool);
    if (known === undefined) return undefined;
    const { reader } = this.#entry(spool);
    const rows = await reader.read(from, known.end, { rows: ALL, bytes: 2 * MOST_BYTES }, to);
    const last = rows.at(-1)?.next;
    return last !== undefined && isSame(last, to) ? rows : undefined;
  }

  /** All before `to` is done with. Call `removeDone` when that is durable. */
  advance(spool: string, to: Position): void {
    const entry = this.#entry(spool);
    entry.next = to;
    entry.head = undefined;
    entry.lookedEnd = undefined;
  }

  /** Removes the files of a spool that are done with. */
  async removeDone(spool: string): Promise<void> {
    const { reader, next } = this.#entry(spool);
    await reader.removeBefore(next);
  }

  /** Removes spools that are done with as a whole. */
  async tidy(): Promise<void> {
    for (const [name, known] of this.#spools.all) {
      const entry = this.#entries.get(name);
      const isThrough = entry !== undefined && entry.head === undefined && entry.lookedEnd === known.end;
      if (!isThrough || !(await this.#isRemoved(name, known, entry))) continue;
      this.#entries.delete(name);
      this.#spools.forget(name);
    }
  }

  /** What waits, with the bytes of the last `measure`. */
  depth(): SpoolDepth {
    let [rows, oldestMs] = [0, ALL];
    for (const [name, { end }] of this.#spools.all) {
      const { head, lookedEnd } = this.#entry(name);
      const waiting = end.rows - (head?.rowsBefore ?? lookedEnd?.rows ?? 0);
      if (waiting <= 0) continue;
      rows += waiting;
      oldestMs = Math.min(oldestMs, head?.timeMs ?? Date.now());
    }
    if (rows === 0) return { rows, bytes: 0, oldestSeconds: null };
    return { rows, bytes: this.#bytes, oldestSeconds: Math.max(0, Date.now() - oldestMs) / 1000 };
  }

  async measure(): Promise<void> {
    let bytes = 0;
    for (const [name, { end }] of this.#spools.all) {
      const { reader, next, head } = this.#entry(name);
      bytes += await reader.bytes(head?.position ?? next, end);
    }
    this.#bytes = bytes;
  }

  async close(): Promise<void> {
    for (const { reader } of this.#entries.values()) await reader.close();
    this.#entries.clear();
  }

  async #headOf(name: string, end: SpoolEnd): Promise<Head | undefined> {
    const entry = this.#entry(name);
    if (entry.head === undefined && entry.lookedEnd !== end) {
      entry.head = await entry.reader.head(entry.next, end);
      entry.lookedEnd = end;
    }
    return entry.head;
  }

  #entry(name: string): Entry {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const reader = new SpoolReader(this.#folder.spool(name), this.#onDamage);
    const entry: Entry = { reader, next: START, head: undefined, lookedEnd: undefined };
    this.#entries.set(name, entry);
    return entry;
  }

  /** What is posted as a whole goes, unless somebody may still write to it. */
  async #isRemoved(name: string, { end, writer, isOver }: KnownSpool, { reader }: Entry): Promise<boolean> {
    if (isOver) return reader.remove(end);
    if (writer === undefined || !isSamePlace(writer.place, this.#place)) return false;
    const lock = await lockDataset(this.#spools.datasetOf(name)).catch(() => undefined);
    if (lock === undefined) return false;
    try {
      // Its processor died; unless another had it in between.
      await this.#spools.refresh();
      if (this.#spools.all.get(name)?.end !== end) return false;
      await reader.close();
      await rm(this.#folder.spool(name), { recursive: true, force: true });
      return true;
    } finally {
      await lock.release();
    }
  }
}
