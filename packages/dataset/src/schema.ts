import { COLUMNS, LEGACY_COLUMNS } from '@antinex/decoder';

/** `2` holds what the packets say, `legacy` what the Python original made of them. */
export type Schema = 2 | 'legacy';

/**
 * The columns every dataset of a schema starts with, in the order of its files: the row number, in
 * schema 2 the packet's id, then the catalogue's columns, sorted.
 */
export function baseColumns(schema: Schema): readonly string[] {
  return schema === 2
    ? ['idx', 'packet_id', ...COLUMNS.map(({ column }) => column)]
    : ['idx', ...LEGACY_COLUMNS];
}
