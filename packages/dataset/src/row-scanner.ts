import { COLUMNS } from '@antinex/decoder';
import { endOfInteger, endOfText, NOT_SIMPLE } from './json-bytes.ts';
import { schema2Groups } from './layout.ts';
import { MAX_NAME_LENGTH } from './limits.ts';
import { MessageHead } from './message-head.ts';
import { isTimeAt } from './packet-time.ts';
import { endOfPlainJson } from './plain-json.ts';
import { Kind, type RowShape, rowShape } from './row-shape.ts';

/** How the bytes of a value become a cell. */
export const Way = { COPY: 0, QUOTE: 1, LIST: 2, ONE: 3, ZERO: 4 } as const;

const [COMMA, COLON, QUOTE, OPEN, CLOSE, LIST_OPEN, LIST_CLOSE] = Buffer.from(',:"{}[]');
const [NULL, TRUE, FALSE] = ['null', 'true', 'false'].map((word) => Buffer.from(word));
const [HEAD, SOURCE, CREATED, DATA] = ['{"schema":2,"id":"', ',"source":"', ',"created":', ',"data":{'].map(
  (part) => Buffer.from(part),
);
const MOST_LIST_ITEMS = 64;

/** The manifest counts these, by the objects they are. */
const isLeftToOthers = (path: readonly string[]): boolean => path.join('.') === 'frame.error';
const { shape: ROOT, columns, marks: MARKS } = rowShape(schema2Groups(), isLeftToOthers);

/** Columns of the catalogue. */
export const CATALOGUE_COLUMNS = columns;

/** The column of the packet's time. */
export const TIME = COLUMNS.findIndex(({ path }) => path.join('.') === 'frame.time');

/** A bit for each of so many things. */
const bitsFor = (count: number): Int32Array => new Int32Array((count + 31) >>> 5);

/**
 * Finds where the values of a message's JSON stand, column by column, if it is of the kind our agents
 * write: keys of the catalogue, each once, no spaces between them, no escapes, no numbers but integers, and
 * the packet's time.
 */
export class RowScanner {
  readonly from = new Int32Array(columns);
  readonly to = new Int32Array(columns);
  readonly ways = new Uint8Array(columns);
  /** A bit for each column that has a value. */
  readonly filled = bitsFor(columns);
  readonly head = new MessageHead();
  /** 0 for a message without the text of its time. */
  createdFrom = 0;
  createdTo = 0;
  /** Whether no value is a list, or has to stand in quotes. */
  isPlain = true;
  readonly #seen = bitsFor(MARKS);
  #text: Buffer = NULL;
  #view: DataView = new DataView(NULL.buffer);
  #end = 0;

  /**
   * False when it is no such message, which says nothing about what else it may be. `view` is of the same
   * bytes as `text`.
   */
  scan(text: Buffer, view: DataView, start: number, end: number): boolean {
    this.#text = text;
    this.#view = view;
    this.#end = end;
    this.isPlain = true;
    this.filled.fill(0);
    this.#seen.fill(0);
    const { head } = this;
    head.idFrom = this.#behind(HEAD, start);
    head.idTo = this.#endOfName(head.idFrom);
    head.sourceFrom = this.#behind(SOURCE, head.idTo + 1);
    head.sourceTo = this.#endOfName(head.sourceFrom);
    const createdAt = this.#behind(CREATED, head.sourceTo + 1);
    const dataAt = this.#behind(DATA, this.#endOfCreated(createdAt));
    const behind = dataAt < 0 ? -1 : this.#object(ROOT, dataAt);
    return behind === end - 1 && text[behind] === CLOSE && this.#hasTime();
  }

  #hasTime(): boolean {
    if ((this.filled[TIME >>> 5] & (1 << (TIME & 31))) === 0 || this.ways[TIME] !== Way.COPY) return false;
    const from = this.from[TIME];
    this.head.timeFrom = from;
    return this.#text[from - 1] === QUOTE && isTimeAt(this.#text, from, this.to[TIME]);
  }

  /** The position behind `part`, if it stands at `at`; -1 if not. */
  #behind(part: Uint8Array, at: number): number {
    const text = this.#text;
    if (at < 0 || at + part.length > this.#end) return -1;
    for (let i = 0; i < part.length; i++) if (text[at + i] !== part[i]) return -1;
    return at + part.length;
  }

  /** Answers -2, which nothing can stand behind, when it is no plain name. */
  #endOfName(start: number): number {
    const to = start < 0 ? NOT_SIMPLE : endOfText(this.#text, start, this.#end);
    return to > start && to - start <= MAX_NAME_LENGTH ? to : -2;
  }

  #endOfCreated(start: number): number {
    this.createdFrom = 0;
    if (start < 0 || this.#text[start] !== QUOTE) return this.#behind(NULL, start);
    const to = endOfText(this.#text, start + 1, this.#end);
    if (to === NOT_SIMPLE) return -1;
    this.createdFrom = start + 1;
    this.createdTo = Math.abs(to);
    return this.createdTo + 1;
  }

  /** Reads an object from behind its brace, and answers the position behind it; -1 when it is not plain. */
  #object(shape: RowShape, start: number): number {
    const text = this.#text;
    if (text[start] === CLOSE) return start + 1;
    let before = 0;
    for (let at = start; ; at++) {
      let slot = shape.next[before];
      if (!shape.keys[slot].isAt(this.#view, at)) {
        slot = this.#find(shape, at);
        if (slot < 0) return -1;
        shape.next[before] = slot;
      }
      before = slot + 1;
      if (this.#isSeen(shape.marks[slot])) return -1;
      at = this.#value(shape, slot, at + shape.keys[slot].length);
      if (at < 0 || text[at] === CLOSE) return at < 0 ? -1 : at + 1;
      if (text[at] !== COMMA) return -1;
    }
  }

  #find({ index }: RowShape, at: number): number {
    const to = this.#text[at] === QUOTE ? endOfText(this.#text, at + 1, this.#end) : NOT_SIMPLE;
    if (to <= at || this.#text[to + 1] !== COLON) return -1;
    return index.get(this.#text.toString('latin1', at + 1, to)) ?? -1;
  }

  /** Whether the key came before; from now on it did. */
  #isSeen(mark: number): boolean {
    const bit = 1 << (mark & 31);
    const word = this.#seen[mark >>> 5];
    this.#seen[mark >>> 5] = word | bit;
    return (word & bit) !== 0;
  }

  #value(shape: RowShape, slot: number, at: number): number {
    const kind = shape.kinds[slot];
    const column = shape.columns[slot];
    if (kind === Kind.VALUE) return this.#cell(column, at);
    if (kind === Kind.JSON) return this.#json(column, at);
    if (kind === Kind.OBJECT && this.#text[at] === OPEN) return this.#object(shape.inside[slot]!, at + 1);
    if (kind === Kind.PAIR && this.#text[at] === LIST_OPEN) return this.#pair(column, at + 1);
    return -1;
  }

  #cell(column: number, at: number): number {
    const text = this.#text;
    const first = text[at];
    if (first === QUOTE) {
      const to = endOfText(text, at + 1, this.#end);
      if (to > 0) return this.#fill(column, at + 1, to, Way.COPY) + 1;
      return to === NOT_SIMPLE ? -1 : this.#fill(column, at + 1, -to, Way.QUOTE) + 1;
    }
    if (first === LIST_OPEN) return this.#list(column, at + 1);
    const to = endOfInteger(text, at, this.#end);
    if (to !== NOT_SIMPLE) return this.#fill(column, at, to, Way.COPY);
    return this.#word(column, at);
  }

  #json(column: number, at: number): number {
    const to = endOfPlainJson(this.#text, at, this.#end);
    return to === NOT_SIMPLE ? this.#behind(NULL, at) : this.#fill(column, at, to, Way.QUOTE);
  }

  #word(column: number, at: number): number {
    const behindNull = this.#behind(NULL, at);
    if (behindNull > 0) return behindNull;
    const behindTrue = this.#behind(TRUE, at);
    if (behindTrue > 0) return this.#fill(column, at, behindTrue, Way.ONE);
    const behindFalse = this.#behind(FALSE, at);
    return behindFalse > 0 ? this.#fill(column, at, behindFalse, Way.ZERO) : -1;
  }

  /** A list of integers and of texts that no cell puts in quotes. */
  #list(column: number, start: number): number {
    const text = this.#text;
    if (text[start] === LIST_CLOSE) return start + 1;
    for (let at = start, items = 0; items < MOST_LIST_ITEMS; items++, at++) {
      at = this.#item(at);
      if (at < 0) return -1;
      if (text[at] === LIST_CLOSE) return this.#fill(column, start, at, Way.LIST) + 1;
      if (text[at] !== COMMA) return -1;
    }
    return -1;
  }

  #item(at: number): number {
    const text = this.#text;
    if (text[at] !== QUOTE) return endOfInteger(text, at, this.#end) || -1;
    const to = endOfText(text, at + 1, this.#end);
    return to > at + 1 ? to + 1 : -1;
  }

  #pair(column: number, at: number): number {
    const text = this.#text;
    const comma = endOfInteger(text, at, this.#end);
    if (comma === NOT_SIMPLE || text[comma] !== COMMA) return -1;
    const to = endOfInteger(text, comma + 1, this.#end);
    if (to === NOT_SIMPLE || text[to] !== LIST_CLOSE) return -1;
    this.#fill(column, at, comma, Way.COPY);
    return this.#fill(column + 1, comma + 1, to, Way.COPY) + 1;
  }

  /** Answers `to`. */
  #fill(column: number, from: number, to: number, way: number): number {
    this.from[column] = from;
    this.to[column] = to;
    this.ways[column] = way;
    if (way === Way.QUOTE || way === Way.LIST) this.isPlain = false;
    this.filled[column >>> 5] |= 1 << (column & 31);
    return to;
  }
}
