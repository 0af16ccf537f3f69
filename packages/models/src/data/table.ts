import { PipelineError } from '@antinex/runtime';

/** Numbers by row and column, row after row. */
export interface Table {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

const unusable = (what: string, reason: string) => new PipelineError('TABLE_UNUSABLE', { what, reason });

/**
 * The table, if it is one: whole numbers of rows and columns that fit its values, and every value a finite
 * number.
 *
 * @param what names it in the error: 'the training rows'
 * @throws PipelineError TABLE_UNUSABLE
 */
export function checkTable(what: string, table: Table, columns?: number): Table {
  if (!(table?.values instanceof Float32Array)) throw unusable(what, 'its values are no Float32Array');
  checkShape(what, table, columns);
  const bad = firstNotFinite(table.values);
  if (bad < 0) return table;
  const place = `row ${Math.floor(bad / table.columns)}, column ${bad % table.columns}`;
  throw unusable(what, `${place} is ${table.values[bad]}`);
}

function checkShape(what: string, table: Table, columns: number | undefined): void {
  const isCount = (value: number) => Number.isSafeInteger(value) && value > 0;
  if (!isCount(table.rows)) throw unusable(what, 'it has no rows');
  if (!isCount(table.columns)) throw unusable(what, 'it has no columns');
  if (table.rows * table.columns !== table.values.length)
    throw unusable(what, `${table.rows} x ${table.columns} is not its ${table.values.length} values`);
  if (columns !== undefined && table.columns !== columns)
    throw unusable(what, `it has ${table.columns} columns, not ${columns}`);
}

/** Where the first NaN or infinity is; -1 for none. */
function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) return i;
  return -1;
}

/**
 * Two tables that belong together, row by row.
 *
 * @throws PipelineError TABLE_UNUSABLE
 */
export function checkSameRows(what: string, table: Table, others: Table): void {
  if (table.rows !== others.rows)
    throw unusable(what, `there are ${table.rows} rows and ${others.rows} results of them`);
}

/** Rows of a table, copied, in the order asked for. */
export function takeRows(table: Table, rows: ArrayLike<number>): Table {
  const { columns } = table;
  const values = new Float32Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++)
    values.set(table.values.subarray(rows[i] * columns, (rows[i] + 1) * columns), i * columns);
  return { values, rows: rows.length, columns };
}
