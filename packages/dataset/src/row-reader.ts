import { COLUMNS } from '@antinex/decoder';
import { csvCell } from './csv-cell.ts';
import { MessageRow } from './message-row.ts';
import { CATALOGUE_COLUMNS, RowScanner, Way } from './row-scanner.ts';
import { Known, type RowTemplate, RowTemplates } from './row-templates.ts';

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
const NOTHING = Buffer.alloc(0);
const TIME = COLUMNS.findIndex(({ path }) => path.join('.') === 'frame.time');

/**
 * Writes rows straight from the JSON of messages, several times faster than by way of JSON.parse and
 * objects; byte for byte the same rows. Where it cannot (RowScanner), it makes none.
 */
export class RowReader {
  readonly #scanner = new RowScanner();
  readonly #templates = new RowTemplates();
  #text: Buffer = NOTHING;
  #view: DataView = new DataView(NOTHING.buffer);
  /** Filled with one row behind the other; replaced when full, as rows refer to it. */
  #cells: Buffer = NOTHING;
  #words: DataView = this.#view;
  #used = 0;
  #source = '';
  #sourceBytes: Buffer = NOTHING;

  /** The row of the message that stands in `text` from `from` to `to`; undefined for one that has to be parsed. */
  read(text: Buffer, from: number, to: number): MessageRow | undefined {
    if (to - from > MOST_LINE_BYTES) return undefined;
    if (text !== this.#text) {
      this.#text = text;
      this.#view = new DataView(text.buffer, text.byteOffset, text.length);
    }
    if (this.#cells.length - this.#used < MOST_ROW_BYTES) this.#makeRoom();
    return this.#readKnown(from, to) ?? this.#readNew(from, to);
  }

  /** Of a form that was read before. */
  #readKnown(from: number, to: number): MessageRow | undefined {
    const text = this.#text;
    const template = this.#templates.match(text, this.#view, from, to);
    if (template === undefined) return undefined;
    const { from: starts, to: ends } = this.#templates;
    const end = this.#writeKnown(template);
    const source = this.#sourceIn(starts[Known.SOURCE], ends[Known.SOURCE]);
    const time = text.toString('latin1', starts[template.time], ends[template.time]);
    return this.#row(starts[Known.ID], ends[Known.ID], source, time, end, from, to);
  }

  #readNew(from: number, to: number): MessageRow | undefined {
    const text = this.#text;
    const scanner = this.#scanner;
    if (!scanner.scan(text, this.#view, from, to) || !this.#hasTime()) return undefined;
    this.#templates.learn(text, from, to, scanner, TIME);
    const end = this.#writeNew();
    const source = this.#sourceIn(scanner.sourceFrom, scanner.sourceTo);
    const time = text.toString('latin1', scanner.from[TIME], scanner.to[TIME]);
    return this.#row(scanner.idFrom, scanner.idTo, source, time, end, from, to);
  }

  /** The row whose cells were just written, up to `end`. */
  #row(
    idFrom: number,
    idTo: number,
    source: string,
    time: string,
    end: number,
    from: number,
    to: number,
  ): MessageRow {
    const text = this.#text;
    const start = this.#used;
    this.#used = end;
    const id = text.toString('latin1', idFrom, idTo);
    return new MessageRow({ id, source, time, cells: this.#words, start, end, text, from, to });
  }

  #hasTime(): boolean {
    const { filled, from, ways } = this.#scanner;
    const isFilled = (filled[TIME >>> 5] & (1 << (TIME & 31))) !== 0;
    return isFilled && ways[TIME] === Way.COPY && this.#text[from[TIME] - 1] === QUOTE;
  }

  #makeRoom(): void {
    this.#cells = Buffer.allocUnsafeSlow(CELLS_BYTES);
    this.#words = new DataView(this.#cells.buffer);
    this.#used = 0;
  }

  /** Writes the cells, from the id on, with the commas between them. */
  #writeKnown({ cells, lastCommas }: RowTemplate): number {
    const { from, to } = this.#templates;
    let at = this.#copy(from[Known.ID], to[Known.ID], this.#used);
    for (let i = 0; i < cells.length; i++) {
      const { value, commas, constant } = cells[i];
      at = this.#separate(at, commas);
      if (value >= 0) at = this.#copy(from[value], to[value], at);
      else this.#cells[at++] = constant;
    }
    return this.#separate(at, lastCommas);
  }

  /** The same of a message that was scanned. */
  #writeNew(): number {
    const { filled, idFrom, idTo } = this.#scanner;
    let at = this.#copy(idFrom, idTo, this.#used);
    let column = -1;
    for (let word = 0; word < filled.length; word++) {
      for (let bits = filled[word]; bits !== 0; bits &= bits - 1) {
        const next = word * 32 + 31 - Math.clz32(bits & -bits);
        at = this.#cell(next, this.#separate(at, next - column));
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

  #cell(column: number, at: number): number {
    const { from, to, ways } = this.#scanner;
    const way = ways[column];
    if (way === Way.COPY) return this.#copy(from[column], to[column], at);
    if (way === Way.LIST) return this.#list(from[column], to[column], at);
    if (way === Way.QUOTE)
      return at + this.#quote(this.#text.toString('latin1', from[column], to[column]), at);
    this.#cells[at] = way === Way.ONE ? ONE : ZERO;
    return at + 1;
  }

  #copy(from: number, to: number, at: number): number {
    const text = this.#text;
    const cells = this.#cells;
    if (to - from > LONG_TEXT) return at + text.copy(cells, at, from, to);
    for (let i = from, j = at; i < to; i++, j++) cells[j] = text[i];
    return at + to - from;
  }

  #quote(text: string, at: number): number {
    return this.#cells.write(csvCell(text), at, 'latin1');
  }

  /** The items of a list with spaces between them. */
  #list(from: number, to: number, start: number): number {
    const text = this.#text;
    let at = start;
    for (let i = from; i < to; i++) {
      if (text[i] !== QUOTE) this.#cells[at++] = text[i] === COMMA ? SPACE : text[i];
    }
    return at;
  }

  /** Most messages come from the same host as the one before. */
  #sourceIn(from: number, to: number): string {
    const known = this.#sourceBytes;
    if (this.#text.compare(known, 0, known.length, from, to) !== 0) {
      this.#sourceBytes = Buffer.from(this.#text.subarray(from, to));
      this.#source = this.#sourceBytes.toString('latin1');
    }
    return this.#source;
  }
}
