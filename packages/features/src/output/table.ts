/** A value of a table: text, number, truth, or unknown. */
export type Cell = string | number | boolean | null;

export interface Column {
  readonly name: string;
  /** `integer` for whole numbers below 2^53. */
  readonly type: 'text' | 'integer' | 'number' | 'boolean';
}

/** Rows as the bytes of a file, from its first one on. */
export interface TableFormat {
  /** What stands in front of the rows. */
  begin(): Uint8Array;
  /** The bytes of rows, good until the next ones; formats that gather many rows first may answer none. */
  encode(rows: readonly (readonly Cell[])[]): Uint8Array;
  /** What stands behind them; and, with `head`, what takes the place of the file's first bytes. */
  end(): { readonly tail: Uint8Array; readonly head?: Uint8Array };
}
