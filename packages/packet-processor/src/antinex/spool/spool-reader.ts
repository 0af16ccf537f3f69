import { existsSync } from 'node:fs';
import { readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  corruptName,
  type ReadRecord,
  SEGMENT_HEADER_BYTES,
  type Segment,
  SegmentReader,
  segmentName,
  sequenceOf,
} from '@antinex/broker/segments';
import { isSame, type Position, type SpoolEnd } from './spool-end.ts';

const WINDOW_BYTES = 2 ** 20;
const LINE_FEED = 10;
/** The file is gone, or the disk cannot read that place: trying again would not help. */
const UNREADABLE = new Set(['ENOENT', 'EIO']);

/** A row as it was appended. */
export interface SpooledRow {
  /** Its number in the dataset. */
  readonly index: number;
  /** The message it is of. */
  readonly json: string;
  /** Where the row behind it stands. */
  readonly next: Position;
}

/** The next row to be read. */
export interface Head {
  readonly position: Position;
  /** How many rows of the spool are before it. */
  readonly rowsBefore: number;
  /** When it was written, ms since 1970. */
  readonly timeMs: number;
}

export interface ReadLimits {
  readonly rows: number;
  /** Of JSON; one row there is in any case. */
  readonly bytes: number;
}

/** What was committed and cannot be read. */
export interface SpoolDamage {
  readonly path: string;
  readonly rows: number | 'unknown';
}

interface Found {
  readonly at: Position;
  readonly record: ReadRecord;
}

/** Reads what is committed of a spool, whoever writes it, and removes what is done with. */
export class SpoolReader {
  readonly #folder: string;
  readonly #onDamage: (damage: SpoolDamage) => void;
  #file: SegmentReader | undefined;
  /** Nothing is appended to that file any more. */
  #isFinal = false;
  /** Rows of the spool that were read, or seen to be gone; undefined until a record was found. */
  #known: number | undefined;
  /** What could not be read behind them. */
  #damaged: string | undefined;

  constructor(folder: string, onDamage: (damage: SpoolDamage) => void) {
    this.#folder = folder;
    this.#onDamage = onDamage;
  }

  /** The row at a position, or the first behind it; undefined where there is none yet. */
  async head(from: Position | undefined, end: SpoolEnd): Promise<Head | undefined> {
    const found = await this.#find(from, end);
    if (found === undefined) return undefined;
    const { number, timeMs } = found.record.header;
    return { position: found.at, rowsBefore: number + found.at.row, timeMs };
  }

  /** Rows from a position on, as many as there are within the limits, up to `to` if that is given. */
  async read(from: Position, end: SpoolEnd, limits: ReadLimits, to?: Position): Promise<SpooledRow[]> {
    const rows: SpooledRow[] = [];
    let bytes = 0;
    for (let at = from; rows.length < limits.rows && bytes < limits.bytes; at = rows[rows.length - 1].next) {
      const found = await this.#find(at, end);
      if (found === undefined) break;
      const before = rows.length;
      bytes += takeRows(found, rows, { rows: limits.rows, bytes: limits.bytes - bytes });
      this.#reach(found.record.header.number + found.at.row + rows.length - before, true);
      const last = to && rows.findIndex(({ next }) => isSame(next, to));
      if (last !== undefined && last >= 0) return rows.slice(0, last + 1);
    }
    return rows;
  }

  /** Bytes of the files from a position on. */
  async bytes({ segment, offset }: Position, end: SpoolEnd): Promise<number> {
    const sizes = (await this.#sequences())
      .filter((sequence) => sequence >= segment && sequence < end.segment)
      .map((sequence) =>
        stat(this.#path(sequence)).then(
          ({ size }) => size,
          () => 0,
        ),
      );
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, end.offset - offset);
  }

  /** Removes the segments before a position. */
  async removeBefore({ segment }: Position): Promise<void> {
    for (const sequence of await this.#sequences()) {
      if (sequence < segment) await rm(this.#path(sequence), { force: true });
    }
  }

  /** Removes all that is committed, and the folder unless there is more. Answers whether it is gone. */
  async remove(end: SpoolEnd): Promise<boolean> {
    await this.close();
    await this.removeBefore({ segment: end.segment + 1, offset: 0, row: 0 });
    await rmdir(this.#folder).catch(() => {});
    return !existsSync(this.#folder);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** The record that holds a position, or the next one. */
  async #find(from: Position | undefined, end: SpoolEnd): Promise<Found | undefined> {
    let at = from ?? { segment: 0, offset: 0, row: 0 };
    while (at.segment <= end.segment) {
      const file = await this.#open(at.segment, end);
      const offset = Math.max(at.offset, SEGMENT_HEADER_BYTES);
      if (file !== undefined && offset < file.segment.end) {
        const record = await this.#record(file, offset);
        if (record !== undefined) {
          this.#reach(record.header.number + at.row);
          return { at: { ...at, offset }, record };
        }
      }
      const next = (await this.#sequences()).find((sequence) => sequence > at.segment);
      if (next === undefined || next > end.segment) break;
      at = { segment: next, offset: SEGMENT_HEADER_BYTES, row: 0 };
    }
    this.#reach(end.rows);
    return undefined;
  }

  /** Is at a row with so many before it, and tells of those that are gone; with `isRead`, it has read them. */
  #reach(rowsBefore: number, isRead = false): void {
    const known = this.#known;
    const isGap = !isRead && known !== undefined && rowsBefore > known;
    if (isGap || this.#damaged !== undefined) {
      const rows = known === undefined ? 'unknown' : Math.max(0, rowsBefore - known);
      this.#onDamage({ path: this.#damaged ?? this.#folder, rows });
      this.#damaged = undefined;
    }
    this.#known = Math.max(known ?? 0, rowsBefore);
  }

  async #open(sequence: number, end: SpoolEnd): Promise<SegmentReader | undefined> {
    const isFinal = sequence < end.segment;
    const known = this.#file;
    if (known?.segment.sequence === sequence && this.#isFinal === isFinal) {
      if (!isFinal) known.segment.end = end.offset;
      return known;
    }
    await this.close();
    const path = this.#path(sequence);
    const status = await stat(path).catch(() => undefined);
    if (status === undefined) return undefined;
    const length = isFinal ? status.size : end.offset;
    const segment: Segment = { sequence, path, end: length, bytes: status.size, isDamaged: false };
    this.#file = await SegmentReader.open(segment, WINDOW_BYTES);
    this.#isFinal = isFinal;
    return this.#file;
  }

  /** Undefined for what cannot be read: then nothing behind it can, and the file is kept for inspection. */
  async #record(file: SegmentReader, offset: number): Promise<ReadRecord | undefined> {
    try {
      const record = await file.record(offset);
      if (typeof record !== 'string') return record;
    } catch (error) {
      if (!UNREADABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    const { path } = file.segment;
    await this.close();
    await rename(path, corruptName(path)).catch(() => {});
    this.#damaged = corruptName(path);
    return undefined;
  }

  async #sequences(): Promise<number[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return names.flatMap((name) => sequenceOf(name) ?? []).sort((a, b) => a - b);
  }

  #path(sequence: number): string {
    return join(this.#folder, segmentName(sequence));
  }
}

/** Takes the rows of a record from a position on; answers the bytes of their JSON. */
function takeRows({ at, record }: Found, rows: SpooledRow[], limits: ReadLimits): number {
  const { payload, header, end } = record;
  const first = Number(payload.toString('latin1', 0, payload.indexOf(LINE_FEED)));
  let start = payload.indexOf(LINE_FEED) + 1;
  let bytes = 0;
  for (let row = 0; row < header.messages; row++) {
    const to = payload.indexOf(LINE_FEED, start);
    if (row >= at.row) {
      if (rows.length >= limits.rows || bytes >= limits.bytes) break;
      const isLast = row + 1 === header.messages;
      const { segment, offset } = at;
      const next = isLast ? { segment, offset: end, row: 0 } : { segment, offset, row: row + 1 };
      rows.push({ index: first + row, json: payload.toString('utf8', start, to), next });
      bytes += to - start;
    }
    start = to + 1;
  }
  return bytes;
}
