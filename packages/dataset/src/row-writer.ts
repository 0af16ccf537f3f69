import { putNumber, type TextWriter } from '@antinex/decoder';
import { cellOf } from './cell.ts';
import { putCommas } from './commas.ts';
import { csvCell, putLongSafe, putSafe } from './csv-cell.ts';
import type { Group } from './group.ts';
import type { MessageRow } from './message-row.ts';
import type { Placer } from './placement.ts';

const NEWLINE = 0x0a;
const ZERO = 0x30;
/** Longer texts are quicker left to native code. */
const LONG_TEXT = 64;

/**
 * Writes rows as CSV lines: RFC 4180, but `\n` ends a line, as in the original's files.
 *
 * This is where a dataset's time goes. Methods pass the position along instead of storing it, and
 * room for a row of short cells is made once, so only long texts have to ask for more.
 */
export class RowWriter {
  readonly #roomyRow: number;
  #out: TextWriter;
  #buffer: Buffer;
  #words: DataView;
  /** Commas to come before the next cell that is not empty. */
  #commas = 0;

  constructor(out: TextWriter, columns: number) {
    this.#out = out;
    this.#buffer = out.buffer;
    this.#words = out.words;
    this.#roomyRow = (columns + 1) * (LONG_TEXT + 1);
  }

  /** Writes the row that was placed last to `out`, and empties the placer's groups. */
  write(out: TextWriter, index: number, placer: Placer, extraCells: readonly unknown[]): void {
    this.#out = out;
    let at = putNumber(this.#reserve(out.length, 0), out.length, index);
    this.#commas = 1;
    if (placer.id !== null) {
      at = this.#cell(at, placer.id, false);
      this.#commas = 1;
    }
    at = this.#group(at, placer.root);
    for (const value of extraCells) {
      if (value !== undefined) at = this.#cell(at, value, false);
      this.#commas++;
    }
    this.#commas--;
    at = this.#separate(at);
    this.#buffer[at] = NEWLINE;
    out.length = at + 1;
  }

  /** Writes a row whose cells are written already; `extraColumns` is how many are behind these. */
  writeRow(out: TextWriter, index: number, row: MessageRow, extraColumns: number): void {
    this.#out = out;
    const at = putNumber(this.#reserve(out.length, row.bytes), out.length, index);
    this.#commas = 1;
    const behind = row.copyTo(this.#words, this.#separate(at));
    this.#commas = extraColumns;
    const end = this.#separate(behind);
    this.#buffer[end] = NEWLINE;
    out.length = end + 1;
  }

  #group(from: number, { groups, json, values, widths }: Group): number {
    let at = from;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value === undefined) {
        this.#commas += widths[i];
        continue;
      }
      values[i] = undefined;
      const inside = groups[i];
      if (inside !== undefined) at = this.#group(at, inside);
      else {
        at = this.#cell(at, value, json[i]);
        this.#commas++;
      }
    }
    return at;
  }

  /** One cell with the commas in front of it. */
  #cell(from: number, value: unknown, json: boolean): number {
    const at = this.#separate(from);
    if (typeof value === 'string' && !json) return this.#text(at, value);
    if (typeof value === 'number' && Number.isFinite(value)) return putNumber(this.#buffer, at, value);
    if (typeof value === 'boolean' && !json) {
      this.#buffer[at] = value ? ZERO + 1 : ZERO;
      return at + 1;
    }
    const cell = cellOf(value, json);
    return cell === null ? at : this.#text(at, String(cell));
  }

  /** Writes the commas that are to come. */
  #separate(at: number): number {
    const count = this.#commas;
    this.#commas = 0;
    return putCommas(this.#words, at, count);
  }

  #text(at: number, text: string): number {
    const { length } = text;
    if (length <= LONG_TEXT) {
      const end = putSafe(this.#buffer, at, text);
      return end >= 0 ? end : this.#anyText(at, text);
    }
    const end = putLongSafe(this.#reserve(at, length * 3), at, text);
    return end >= 0 ? end : this.#anyText(at, text);
  }

  #anyText(at: number, text: string): number {
    const cell = csvCell(text);
    return at + this.#reserve(at, cell.length * 3).write(cell, at);
  }

  /** Room for a long text and for the rest of the row behind it. */
  #reserve(at: number, bytes: number): Buffer {
    this.#out.length = at;
    this.#buffer = this.#out.reserve(bytes + this.#roomyRow);
    this.#words = this.#out.words;
    return this.#buffer;
  }
}
