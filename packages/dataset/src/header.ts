import { MAX_EXTRA_COLUMNS, MAX_NAME_LENGTH } from './limits.ts';
import type { Extra } from './placement.ts';
import { emptyRest, putDeep, type Rest } from './rest.ts';
import { baseColumns, type Schema } from './schema.ts';

/** JSON column for what neither the catalogue nor the extra columns have room for. */
const REST_COLUMN = 'rest';

/** Names that need no quotes and stay on one line. Labels are given by people, never by messages. */
const PLAIN_NAME = /^(?!label_)\w[\w.:-]*$/;

/** The columns of a dataset: its schema's, then those foreign messages added, in the order they came. */
export class Header {
  readonly columns: readonly string[];
  readonly schema: Schema;
  /** Columns of the schema itself. */
  readonly baseLength: number;
  /** The first line of a file; names never need quotes. */
  readonly line: Buffer;
  readonly #index: Map<string, number>;

  constructor(schema: Schema, extraColumns: readonly string[] = []) {
    const base = baseColumns(schema);
    this.schema = schema;
    this.baseLength = base.length;
    this.columns = [...base, ...extraColumns];
    this.line = Buffer.from(`${this.columns.join(',')}\n`);
    this.#index = new Map(this.columns.map((column, at) => [column, at]));
  }

  /** A header with more columns behind these. */
  widened(columns: readonly string[]): Header {
    return new Header(this.schema, [...this.columns.slice(this.baseLength), ...columns]);
  }

  /**
   * The columns to add so that the extras of a message have one each. The first time `rest` comes
   * with them, so that there is always a place for what may have no column.
   */
  missing(extras: readonly Extra[]): string[] {
    const added = new Set<string>();
    if (extras.length > 0 && !this.#index.has(REST_COLUMN)) added.add(REST_COLUMN);
    const room = MAX_EXTRA_COLUMNS + 1 - (this.columns.length - this.baseLength);
    for (const { column } of extras) {
      if (added.size >= room) break;
      if (!this.#index.has(column) && isColumnName(column)) added.add(column);
    }
    return [...added];
  }

  /**
   * The cells behind the schema's own, for the extras of one message. A value whose column belongs
   * to the schema, is taken or does not exist goes to `rest`.
   */
  extraCells(extras: readonly Extra[]): unknown[] {
    const cells = new Array<unknown>(this.columns.length - this.baseLength).fill(undefined);
    let rest: Rest | undefined;
    for (const { column, path, value } of extras) {
      const at = (this.#index.get(column) ?? -1) - this.baseLength;
      if (at >= 0 && column !== REST_COLUMN && cells[at] === undefined) cells[at] = value;
      else {
        rest ??= emptyRest();
        putDeep(rest, path, value);
      }
    }
    const at = (this.#index.get(REST_COLUMN) ?? -1) - this.baseLength;
    if (at >= 0) cells[at] = rest;
    return cells;
  }
}

const isColumnName = (name: string): boolean => name.length <= MAX_NAME_LENGTH && PLAIN_NAME.test(name);
