import { COLUMNS } from '@antinex/decoder';
import { csvCell } from './csv-cell.ts';
import { MessageRow } from './message-row.ts';
import { CATALOGUE_COLUMNS, RowScanner, Way } from './row-scanner.ts';

const [QUOTE, COMMA, SPACE, ZERO, ONE] = Buffer.from('", 01');
/** The bytes of eight commas. */
const EIGHT_COMMAS = Buffer.alloc(8, COMMA).readDoubleBE();
/** Above it, what else there is to do hardly counts beside moving the bytes. */
const MOST_LINE_BYTES = 16 * 2 ** 10;
/** In a cell every quote stands twice; rows are written and read some bytes beyond their end. */
const MOST_ROW_BYTES = 2 * MOST_LINE_BYTES + 4 * CATALOGUE_COLUMNS + 8;
const CELLS_BYTES = 2 ** 20;
/** Longer texts are quicker copied by native code. */
const LONG_TEXT = 32;
const TIME = COLUMNS.findIndex(({ path }) => path.join('.') === 'frame.time');

/**
 * Writes rows straight from the JSON of messages, several times faster than by way of JSON.parse and
 * objects; byte for byte the same rows. Where it cannot (RowScanner), it makes none.
 */
export class RowReader {
  readonly #scanner = new RowScanner();
  /** Filled with one row behind the other; replaced when full, as rows refer to it. */
  #cells = Buffer.alloc(0);
  #words = new DataView(this.#cells.buffer);
  #used = 0;
  #source = '';
  #sourceBytes = Buffer.alloc(0);

  /** The row of the message that stands in `text` from `from` to `to`; undefined for one that has to be parsed. */
  read(text: Buffer, from: number, to: number): MessageRow | undefined {
    const scanner = this.#scanner;
    if (to - from > MOST_LINE_BYTES || !scanner.scan(text, from, to) || !this.#hasTime(text))
      return undefined;
    if (this.#cells.length - this.#used < MOST_ROW_BYTES) this.#makeRoom();
    const start = this.#used;
    const end = this.#write(text);
    this.#used = end;
    return new MessageRow({
      id: text.toString('latin1', scanner.idFrom, scanner.idTo),
      source: this.#sourceIn(text),
      time: text.toString('latin1', scanner.from[TIME], scanner.to[TIME]),
      cells: this.#words,
      start,
      end,
      text,
      from,
      to,
    });
  }

  #hasTime(text: Buffer): boolean {
    const { filled, from, ways } = this.#scanner;
    const isFilled = (filled[TIME >>> 5] & (1 << (TIME & 31))) !== 0;
    return isFilled && ways[TIME] === Way.COPY && text[from[TIME] - 1] === QUOTE;
  }

  #makeRoom(): void {
    this.#cells = Buffer.allocUnsafeSlow(CELLS_BYTES);
    this.#words = new DataView(this.#cells.buffer);
    this.#used = 0;
  }

  /** Writes the cells, from the id on, with the commas between them. */
  #write(text: Buffer): number {
    const { filled, idFrom, idTo } = this.#scanner;
    let at = this.#copy(text, idFrom, idTo, this.#used);
    let column = -1;
    for (let word = 0; word < filled.length; word++) {
      for (let bits = filled[word]; bits !== 0; bits &= bits - 1) {
        const next = word * 32 + 31 - Math.clz32(bits & -bits);
        at = this.#cell(text, next, this.#separate(at, next - column));
        column = next;
      }
    }
    return this.#separate(at, CATALOGUE_COLUMNS - 1 - column);
  }

  /** Eight commas at a time: those that are too many are in front of what is written next. */
  #separate(at: number, count: number): number {
    for (let i = 0; i < count; i += 8) this.#words.setFloat64(at + i, EIGHT_COMMAS);
    return at + count;
  }

  #cell(text: Buffer, column: number, at: number): number {
    const { from, to, ways } = this.#scanner;
    const way = ways[column];
    if (way === Way.COPY) return this.#copy(text, from[column], to[column], at);
    if (way === Way.LIST) return this.#list(text, from[column], to[column], at);
    if (way === Way.QUOTE) return at + this.#quote(text.toString('latin1', from[column], to[column]), at);
    this.#cells[at] = way === Way.ONE ? ONE : ZERO;
    return at + 1;
  }

  #copy(text: Buffer, from: number, to: number, at: number): number {
    if (to - from > LONG_TEXT) return at + text.copy(this.#cells, at, from, to);
    const cells = this.#cells;
    for (let i = from, j = at; i < to; i++, j++) cells[j] = text[i];
    return at + to - from;
  }

  #quote(text: string, at: number): number {
    return this.#cells.write(csvCell(text), at, 'latin1');
  }

  /** The items of a list with spaces between them. */
  #list(text: Buffer, from: number, to: number, start: number): number {
    let at = start;
    for (let i = from; i < to; i++) {
      if (text[i] !== QUOTE) this.#cells[at++] = text[i] === COMMA ? SPACE : text[i];
    }
    return at;
  }

  /** Most messages come from the same host as the one before. */
  #sourceIn(text: Buffer): string {
    const { sourceFrom, sourceTo } = this.#scanner;
    if (text.compare(this.#sourceBytes, 0, this.#sourceBytes.length, sourceFrom, sourceTo) !== 0) {
      this.#sourceBytes = Buffer.from(text.subarray(sourceFrom, sourceTo));
      this.#source = this.#sourceBytes.toString('latin1');
    }
    return this.#source;
  }
}
