import { PipelineError } from '@antinex/runtime';

/** Numbers by row and column, row after row. */
export interface Table extends Shape {
  readonly values: Float32Array;
}

/** The same in double precision, for what is scored by the distances of rows. */
export interface Matrix extends Shape {
  readonly values: Float64Array;
}

interface Shape {
  readonly rows: number;
  readonly columns: number;
}

/** The largest finite number of a Float32Array. */
export const FLOAT32_MAX = 3.4028234663852886e38;

const unusable = (what: string, reason: string) => new PipelineError('TABLE_UNUSABLE', { what, reason });

/**
 * The table, if it is one: whole numbers of rows and columns that fit its values, and every value a finite
 * number.
 *
 * @param what names it in the error: 'the training rows'
 * @throws PipelineError TABLE_UNUSABLE
 */
export function checkTable(what: string, table: Table, columns?: number): Table {
  return check(what, table, Float32Array, FLOAT32_MAX, columns);
}

/** Larger numbers no matrix may hold, so that squares of what comes of them are numbers, too. */
const MATRIX_MAX = 1e100;

/**
 * The matrix, if it is one: like a table, and no number is beyond 1e100.
 *
 * @throws PipelineError TABLE_UNUSABLE
 */
export function checkMatrix(what: string, matrix: Matrix, columns?: number): Matrix {
  return check(what, matrix, Float64Array, MATRIX_MAX, columns);
}

function check<T extends Table | Matrix>(
  what: string,
  table: T,
  type: typeof Float32Array | typeof Float64Array,
  limit: number,
  columns: number | undefined,
): T {
  if (!(table?.values instanceof type)) throw unusable(what, `its values are no ${type.name}`);
  checkShape(what, table, columns);
  const bad = firstBeyond(table.values, limit);
  if (bad < 0) return table;
  const place = `row ${Math.floor(bad / table.columns)}, column ${bad % table.columns}`;
  throw unusable(what, `${place} is ${table.values[bad]}`);
}

function checkShape(
  what: string,
  table: Shape & { readonly values: ArrayLike<number> },
  columns: number | undefined,
): void {
  const isCount = (value: number) => Number.isSafeInteger(value) && value > 0;
  if (!isCount(table.rows)) throw unusable(what, 'it has no rows');
  if (!isCount(table.columns)) throw unusable(what, 'it has no columns');
  if (table.rows * table.columns !== table.values.length)
    throw unusable(what, `${table.rows} x ${table.columns} is not its ${table.values.length} values`);
  if (columns !== undefined && table.columns !== columns)
    throw unusable(what, `it has ${table.columns} columns, not ${columns}`);
}

/** Where the first number is that is none, or beyond the limit; -1 for none. */
function firstBeyond(values: Float32Array | Float64Array, limit: number): number {
  for (let i = 0; i < values.length; i++) if (!(values[i] >= -limit && values[i] <= limit)) return i;
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
export function takeRows<T extends Table | Matrix>({ values, columns }: T, rows: ArrayLike<number>): T {
  const size = rows.length * columns;
  const taken = values instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);
  for (let i = 0; i < rows.length; i++)
    taken.set(values.subarray(rows[i] * columns, (rows[i] + 1) * columns), i * columns);
  return { values: taken, rows: rows.length, columns } as Table | Matrix as T;
}
