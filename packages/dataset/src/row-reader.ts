import { type Bytes, bytesOf } from './bytes.ts';
import { putCommas } from './commas.ts';
import { csvCell } from './csv-cell.ts';
import { IdReader } from './id-reader.ts';
import type { MessageHead } from './message-head.ts';
import { MessageRow } from './message-row.ts';
import { RecentText } from './recent-text.ts';
import { CATALOGUE_COLUMNS, RowScanner, Way } from './row-scanner.ts';
import { WRITTEN_BEYOND } from './row-template.ts';
import { RowTemplates } from './row-templates.ts';

const [QUOTE, COMMA, SPACE, ZERO, ONE] = Buffer.from('", 01');
/** Above it, what else there is to do hardly counts beside moving the bytes. */
const MOST_LINE_BYTES = 16 * 2 ** 10;
/** In a cell every quote stands twice; rows are written and read some bytes beyond their end. */
const MOST_ROW_BYTES = 2 * MOST_LINE_BYTES + 4 * CATALOGUE_COLUMNS + WRITTEN_BEYOND;
const CELLS_BYTES = 2 ** 20;
const NOTHING = bytesOf(Buffer.alloc(0));

/**
 * Writes rows straight from the JSON of messages, several times faster than by way of JSON.parse and
 * objects; byte for byte the same rows. Where it cannot (RowScanner), it makes none.
 */
export class RowReader {
  readonly #scanner = new RowScanner();
  readonly #templates = new RowTemplates();
  #text: Bytes = NOTHING;
  /** Filled with one row behind the other; replaced when full, as rows refer to it. */
  #cells: Bytes = NOTHING;
  #used = 0;
  readonly #id = new IdReader();
  readonly #source = new RecentText();

  /** The row of the message that stands in `text` from `from` to `to`; undefined for one that has to be parsed. */
  read(text: Buffer, from: number, to: number): MessageRow | undefined {
    if (to - from > MOST_LINE_BYTES) return undefined;
    if (text !== this.#text.bytes) this.#text = bytesOf(text);
    if (this.#cells.bytes.length - this.#used < MOST_ROW_BYTES) this.#makeRoom();
    return this.#readKnown(from, to) ?? this.#readNew(from, to);
  }

  /** Of a form that was read before. */
  #readKnown(from: number, to: number): MessageRow | undefined {
    const templates = this.#templates;
    const end = templates.write(this.#text, from, to, this.#cells.words, this.#used);
    return end < 0 ? undefined : this.#row(templates.head, end, from, to);
  }

  #readNew(from: number, to: number): MessageRow | undefined {
    const { bytes, words } = this.#text;
    const scanner = this.#scanner;
    if (!scanner.scan(bytes, words, from, to)) return undefined;
    this.#templates.learn(bytes, from, to, scanner);
    return this.#row(scanner.head, this.#writeNew(), from, to);
  }

  /** The row whose cells were just written, up to `end`. */
  #row(head: MessageHead, end: number, from: number, to: number): MessageRow {
    const text = this.#text;
    const start = this.#used;
    this.#used = end;
    this.#id.read(text, head.idFrom, head.idTo);
    const { session, number } = this.#id;
    const source = this.#source.read(text, head.sourceFrom, head.sourceTo);
    const { words: cells } = this.#cells;
    return new MessageRow({
      session,
      number,
      source,
      cells,
      start,
      end,
      text,
      from,
      to,
      timeFrom: head.timeFrom,
    });
  }

  #makeRoom(): void {
    this.#cells = bytesOf(Buffer.allocUnsafeSlow(CELLS_BYTES));
    this.#used = 0;
  }

  /** Writes the cells of a message that was scanned, from its id on, with the commas between them. */
  #writeNew(): number {
    const { filled, head } = this.#scanner;
    const { words } = this.#cells;
    let at = this.#copy(head.idFrom, head.idTo, this.#used);
    let column = -1;
    for (let word = 0; word < filled.length; word++) {
      for (let bits = filled[word]; bits !== 0; bits &= bits - 1) {
        const next = word * 32 + 31 - Math.clz32(bits & -bits);
        at = this.#cell(next, putCommas(words, at, next - column));
        column = next;
      }
    }
    return putCommas(words, at, CATALOGUE_COLUMNS - 1 - column);
  }

  #cell(column: number, at: number): number {
    const { from, to, ways } = this.#scanner;
    const way = ways[column];
    if (way === Way.COPY) return this.#copy(from[column], to[column], at);
    if (way === Way.LIST) return this.#list(from[column], to[column], at);
    if (way === Way.QUOTE)
      return at + this.#quote(this.#text.bytes.toString('latin1', from[column], to[column]), at);
    this.#cells.bytes[at] = way === Way.ONE ? ONE : ZERO;
    return at + 1;
  }

  #copy(from: number, to: number, at: number): number {
    const text = this.#text.bytes;
    const cells = this.#cells.bytes;
    return at + text.copy(cells, at, from, to);
  }

  #quote(text: string, at: number): number {
    return this.#cells.bytes.write(csvCell(text), at, 'latin1');
  }

  /** The items of a list with spaces between them. */
  #list(from: number, to: number, start: number): number {
    const text = this.#text.bytes;
    let at = start;
    for (let i = from; i < to; i++) {
      if (text[i] !== QUOTE) this.#cells.bytes[at++] = text[i] === COMMA ? SPACE : text[i];
    }
    return at;
  }
}
