import { type CellValue, cellOf } from './cell.ts';
import type { Group } from './group.ts';
import { Header } from './header.ts';
import { LegacyPlacer } from './legacy-placement.ts';
import type { Refusal } from './limits.ts';
import { type Placer, Schema2Placer } from './placement.ts';
import type { Schema } from './schema.ts';

/** One row: a cell for each of the flattener's columns at the time. */
export interface FlatRow {
  readonly cells: CellValue[];
}

/** Turns messages into rows for sinks that want values instead of CSV text. */
export interface Flattener {
  /** Names of the cells. Fields nobody knows add columns at the end, as they do in a file. */
  readonly columns: readonly string[];
  /** The row of a message, or why it has none. `index` is its `idx`. Never throws. */
  flatten(message: unknown, index: number): FlatRow | Refusal;
}

export function createFlattener(schema: Schema): Flattener {
  const placer = createPlacer(schema);
  let header = new Header(schema);
  return {
    get columns() {
      return header.columns;
    },
    flatten(message, index) {
      const refusal = placer.place(message);
      if (refusal !== undefined) return refusal;
      const missing = header.missing(placer.extras);
      if (missing.length > 0) header = header.widened(missing);
      return { cells: takeCells(placer, header, index) };
    },
  };
}

export function createPlacer(schema: Schema): Placer {
  return schema === 2 ? new Schema2Placer() : new LegacyPlacer();
}

function takeCells(placer: Placer, header: Header, index: number): CellValue[] {
  const cells: CellValue[] = placer.id === null ? [index] : [index, placer.id];
  takeGroup(placer.root, cells);
  for (const value of header.extraCells(placer.extras)) cells.push(cellOf(value, false));
  return cells;
}

function takeGroup({ groups, json, values, widths }: Group, cells: CellValue[]): void {
  for (let i = 0; i < values.length; i++) {
    const inside = groups[i];
    const value = values[i];
    values[i] = undefined;
    if (inside === undefined) cells.push(cellOf(value, json[i]));
    else if (value !== undefined) takeGroup(inside, cells);
    else for (let column = 0; column < widths[i]; column++) cells.push(null);
  }
}
