import { PipelineError } from '@antinex/runtime';
import { checkTable, FLOAT32_MAX, type Table } from './table.ts';

/** What columns are scaled with: value * factor + offset, kept within the range if there is one. */
export interface Scaler {
  readonly factors: Float64Array;
  readonly offsets: Float64Array;
  readonly range: readonly [low: number, high: number] | undefined;
}

const SCALED_RANGE = [-1, 1] as const;

/**
 * A scaler that takes each column's smallest value to -1 and its largest to 1; a constant column to -1.
 * What later lies outside of what was fitted is kept at the ends. Fit it on the training part alone.
 */
export function fitMinMax(table: Table): Scaler {
  checkTable('what the scaler is fitted on', table);
  const [low, high] = SCALED_RANGE;
  const factors = new Float64Array(table.columns);
  const offsets = new Float64Array(table.columns);
  extremes(table).forEach(({ min, max }, column) => {
    factors[column] = max > min ? (high - low) / (max - min) : 1;
    offsets[column] = low - min * factors[column];
  });
  return { factors, offsets, range: SCALED_RANGE };
}

/** A scaler to mean 0 and standard deviation 1 (of all rows, not of a sample), as StandardScaler does. */
export function fitStandard(table: Table): Scaler {
  checkTable('what the scaler is fitted on', table);
  const { values, rows, columns } = table;
  const factors = new Float64Array(columns);
  const offsets = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let at = column; at < values.length; at += columns) sum += values[at];
    const mean = sum / rows;
    let squares = 0;
    for (let at = column; at < values.length; at += columns) squares += (values[at] - mean) ** 2;
    const deviation = Math.sqrt(squares / rows);
    // Rounding leaves constant columns of large numbers a deviation that means nothing.
    factors[column] = deviation > 1e-9 * Math.abs(mean) ? 1 / deviation : 1;
    offsets[column] = -mean * factors[column];
  }
  return { factors, offsets, range: undefined };
}

/** @throws PipelineError TABLE_UNUSABLE for another number of columns, and for what is no finite number. */
export function scale(scaler: Scaler, table: Table): Table {
  const { factors, offsets, range } = scaler;
  checkTable('what is to be scaled', table, factors.length);
  const [low, high] = range ?? [-FLOAT32_MAX, FLOAT32_MAX];
  const values = new Float32Array(table.values.length);
  for (let at = 0, column = 0; at < values.length; at++) {
    const value = table.values[at] * factors[column] + offsets[column];
    values[at] = Math.min(Math.max(value, low), high);
    if (++column === factors.length) column = 0;
  }
  return { ...table, values };
}

const FLOAT32_EPSILON = 2 ** -23;

/**
 * Scales a batch by its own extremes with every step rounded to float32, as AntiNex core does: one row
 * alone becomes -1 throughout, and large constant columns 0.
 *
 * @throws PipelineError TABLE_UNUSABLE
 */
export function scaleLikeAntinex(batch: Table): Table {
  checkTable('the batch', batch);
  const { fround } = Math;
  const [low, high] = SCALED_RANGE;
  const values = new Float32Array(batch.values.length);
  extremes(batch).forEach(({ min, max }, column) => {
    const spread = fround(max - min);
    if (!Number.isFinite(spread))
      throw new PipelineError('TABLE_UNUSABLE', {
        what: 'the batch',
        reason: `column ${column} spreads too wide`,
      });
    const factor = fround((high - low) / (spread < 10 * FLOAT32_EPSILON ? 1 : spread));
    const offset = fround(low - fround(min * factor));
    for (let at = column; at < values.length; at += batch.columns)
      values[at] = fround(batch.values[at] * factor) + offset;
  });
  return { ...batch, values };
}

function extremes({ values, rows, columns }: Table): { min: number; max: number }[] {
  return Array.from({ length: columns }, (_, column) => {
    let min = values[column];
    let max = min;
    for (let row = 1; row < rows; row++) {
      const value = values[row * columns + column];
      if (value < min) min = value;
      else if (value > max) max = value;
    }
    return { min, max };
  });
}
