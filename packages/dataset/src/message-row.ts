interface Parts {
  readonly id: string;
  readonly source: string;
  readonly time: string;
  /** Where the cells stand, from the packet's id to the catalogue's last; up to three bytes more can be read. */
  readonly cells: DataView;
  readonly start: number;
  readonly end: number;
  /** Where the message stands. */
  readonly text: Buffer;
  readonly from: number;
  readonly to: number;
}

/**
 * A message of schema 2 whose row was written straight from its JSON, without making objects of it: see
 * RowReader. Its bytes stand in buffers that many share; nobody may write into them.
 */
export class MessageRow {
  readonly schema = 2;
  readonly id: string;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.id = parts.id;
    this.#parts = parts;
  }

  /** The host that captured. */
  get source(): string {
    return this.#parts.source;
  }

  /** When the packet was captured, as the message writes it. */
  get time(): string {
    return this.#parts.time;
  }

  /** Length of the cells. */
  get bytes(): number {
    return this.#parts.end - this.#parts.start;
  }

  /**
   * Copies the cells to `at`, four bytes at a time, and answers the position behind them. The caller has
   * made room, for three bytes more.
   */
  copyTo(target: DataView, at: number): number {
    const { cells, start, end } = this.#parts;
    for (let from = start, to = at; from < end; from += 4, to += 4) target.setInt32(to, cells.getInt32(from));
    return at + end - start;
  }

  /** The JSON of the message, as it came. */
  get json(): Buffer {
    const { text, from, to } = this.#parts;
    return text.subarray(from, to);
  }

  /** The message as objects; what JSON.stringify writes is the message again. */
  toJSON(): unknown {
    return JSON.parse(this.json.toString());
  }
}
