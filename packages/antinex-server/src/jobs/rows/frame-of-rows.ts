import { setImmediate } from 'node:timers/promises';
import { PipelineError } from '@antinex/runtime';
import type { JobLimits } from '../types.ts';
import { type CellReader, readNumber } from './cell.ts';
import { checkSize, type Frame, LARGEST_NUMBER } from './frame.ts';

/** How long the thread that answers requests may be kept from it. */
const SLICE_MS = 3;
const ROWS_A_LOOK = 32;

/**
 * The columns of a request's rows as numbers; for a column that no row has all are NaN.
 *
 * @param readLabel reads the column named last
 * @throws PipelineError JOB_INVALID, naming the row and column of what is no number, or too large a one, and
 * a row that has none of the columns but the last; JOB_TOO_LARGE
 */
export async function frameOfRows(
  rows: readonly unknown[],
  columns: readonly string[],
  limits: JobLimits,
  readLabel: CellReader = readNumber,
): Promise<Frame> {
  const width = columns.length;
  checkSize('predict_rows', rows.length, width, limits);
  const values = new Float64Array(rows.length * width);
  let sliceEnd = performance.now() + SLICE_MS;
  for (let row = 0, at = 0; row < rows.length; row++) {
    if (row % ROWS_A_LOOK === 0 && performance.now() >= sliceEnd) {
      await setImmediate();
      sliceEnd = performance.now() + SLICE_MS;
    }
    const cells = rows[row] as Readonly<Record<string, unknown>>;
    for (let column = 0; column < width; column++, at++) {
      const value = cells[columns[column]];
      if (typeof value === 'number' && value <= LARGEST_NUMBER && value >= -LARGEST_NUMBER)
        values[at] = value;
      else values[at] = readCell(cells, row, columns[column], column === width - 1 ? readLabel : readNumber);
    }
    if (width > 1 && values.subarray(at - width, at - 1).every(Number.isNaN))
      throw invalid(`predict_rows[${row}]`, 'has none of the columns that are asked for');
  }
  return { columns, rows: rows.length, values };
}

function readCell(cells: object, row: number, column: string, read: CellReader): number {
  // What an object inherits (constructor, __proto__) is no cell.
  const value = Object.getOwnPropertyDescriptor(cells, column)?.value;
  const number = read(value);
  if (number !== undefined) return number;
  const field = `predict_rows[${row}]["${column}"]`;
  const reason = typeof value === 'number' ? 'is too large a number' : 'is no number';
  throw invalid(field, reason);
}

const invalid = (field: string, reason: string) =>
  new PipelineError('JOB_INVALID', { problems: [{ field, reason }] });

/** The columns among those wanted that rows have, in the order in which pandas would have them. */
export function columnsOfRows(rows: readonly unknown[], wanted: readonly string[]): string[] {
  const isWanted = new Set(wanted);
  const found = new Set<string>();
  for (const row of rows)
    for (const name of Object.keys(row as object)) if (isWanted.has(name)) found.add(name);
  return [...found];
}
