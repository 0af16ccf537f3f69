import type { Bytes } from './bytes.ts';
import { TIME_BYTES } from './packet-time.ts';

interface Parts {
  /** The packet's id is `<session>-<number>`; one of another form is all session, and its number 0. */
  readonly session: string;
  readonly number: number;
  readonly source: string;
  /** Where the cells stand, from the packet's id to the catalogue's last; up to three bytes more can be read. */
  readonly cells: DataView;
  readonly start: number;
  readonly end: number;
  /** Where the message stands, and in it the packet's time. */
  readonly text: Bytes;
  readonly from: number;
  readonly to: number;
  readonly timeFrom: number;
}

/**
 * A message of schema 2 whose row was written straight from its JSON, without making objects of it: see
 * RowReader. Its bytes stand in buffers that many share; nobody may write into them.
 */
export class MessageRow {
  readonly schema = 2;
  readonly session: string;
  readonly number: number;
  /** The host that captured. */
  readonly source: string;
  readonly #cells: DataView;
  readonly #start: number;
  readonly #end: number;
  readonly #text: Bytes;
  readonly #from: number;
  readonly #to: number;
  readonly #timeFrom: number;

  constructor({ session, number, source, cells, start, end, text, from, to, timeFrom }: Parts) {
    this.session = session;
    this.number = number;
    this.source = source;
    this.#cells = cells;
    this.#start = start;
    this.#end = end;
    this.#text = text;
    this.#from = from;
    this.#to = to;
    this.#timeFrom = timeFrom;
  }

  get id(): string {
    return this.number === 0 ? this.session : `${this.session}-${this.number}`;
  }

  /** When the packet was captured, as the message writes it. */
  get time(): string {
    return this.#text.bytes.toString('latin1', this.#timeFrom, this.#timeFrom + TIME_BYTES);
  }

  /** Whether its packet was captured later than that of another row. */
  isLaterThan(other: MessageRow): boolean {
    const mine = this.#text.words;
    const others = other.#text.words;
    for (let i = 0; i < TIME_BYTES; i += 4) {
      const difference = mine.getUint32(this.#timeFrom + i) - others.getUint32(other.#timeFrom + i);
      if (difference !== 0) return difference > 0;
    }
    return false;
  }

  /** Length of the cells. */
  get bytes(): number {
    return this.#end - this.#start;
  }

  /**
   * Copies the cells to `at`, four bytes at a time, and answers the position behind them. The caller has
   * made room, for three bytes more.
   */
  copyTo(target: DataView, at: number): number {
    const cells = this.#cells;
    const start = this.#start;
    const end = this.#end;
    for (let from = start, to = at; from < end; from += 4, to += 4) target.setInt32(to, cells.getInt32(from));
    return at + end - start;
  }

  /** The JSON of the message, as it came. */
  get json(): Buffer {
    return this.#text.bytes.subarray(this.#from, this.#to);
  }

  /** The message as objects; what JSON.stringify writes is the message again. */
  toJSON(): unknown {
    return JSON.parse(this.json.toString());
  }
}
