import type { Table } from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import { columnOf, type Frame } from '../rows/frame.ts';

/** Stands for what a row does not have, outside of compat mode: what clients send for it, too. */
export const MISSING_VALUE = -1;

/** Columns of a frame as what networks take; `missing` stands for what a row does not have. */
export function tableOf(frame: Frame, columns: readonly string[], missing: number): Table {
  const places = columns.map((name) => frame.columns.indexOf(name));
  const width = frame.columns.length;
  const values = new Float32Array(frame.rows * columns.length);
  for (let row = 0, at = 0; row < frame.rows; row++) {
    for (const place of places) {
      const value = frame.values[row * width + place];
      values[at++] = Number.isNaN(value) ? missing : value;
    }
  }
  return { values, rows: frame.rows, columns: columns.length };
}

/** One column as a table. */
export const columnTable = (values: ArrayLike<number>): Table => ({
  values: Float32Array.from(values),
  rows: values.length,
  columns: 1,
});

/**
 * The rows' numbers in the order of some columns' values, rows without one last, equal rows as they came.
 *
 * @throws PipelineError JOB_INVALID for a column that no row has
 */
export function sortedRows(frame: Frame, by: readonly string[]): Uint32Array {
  const order = Uint32Array.from({ length: frame.rows }, (_, row) => row);
  if (by.length === 0) return order;
  const keys = by.map((name) => {
    const values = columnOf(frame, name);
    if (values?.some((value) => !Number.isNaN(value))) return values;
    const reason = `names the column "${name}", which no row has`;
    throw new PipelineError('JOB_INVALID', { problems: [{ field: 'sort_values', reason }] });
  });
  return order.sort((a, b) => {
    for (const values of keys) {
      const difference = compare(values[a], values[b]);
      if (difference !== 0) return difference;
    }
    return a - b;
  });
}

const compare = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b;
