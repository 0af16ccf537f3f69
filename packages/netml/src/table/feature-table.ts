import type { Matrix } from '@antinex/models';

/** Who spoke with whom, and when, as far as a table says; by the names of its columns. */
export type FlowCells = Readonly<Partial<Record<(typeof FLOW_COLUMNS)[number], string | number | null>>>;

/** Rows of features, and what else there is of them. */
export interface FeatureTable {
  readonly columns: readonly string[];
  readonly matrix: Matrix;
  /** 0 for normal rows and 1 for all others. */
  readonly labels: Uint8Array | undefined;
  /** Of each row; undefined where the table has nothing but features. */
  readonly flows?: readonly FlowCells[] | undefined;
}

/** Columns that say which flow a row is of. */
export const FLOW_COLUMNS = [
  'source',
  'source_port',
  'destination',
  'destination_port',
  'protocol',
  'start',
] as const;

/** Numbers of a table: as many as are held at once, 2 GiB of them. */
export const MAX_NUMBERS = 2 ** 28;
