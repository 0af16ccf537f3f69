import { PipelineError } from '@antinex/runtime';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import type { FeatureTable } from './feature-table.ts';
import { TableBuilder } from './table-builder.ts';

/** Cells of a row group: a few bytes may stand for all of them, and a column of them is read at once. */
const MAX_GROUP_CELLS = 2 ** 26;
/** Cells that are held at once as what they are in JavaScript. */
const SLICE_CELLS = 2 ** 21;

/** Reads a table from a Parquet file of plain columns. */
export async function readParquet(path: string): Promise<FeatureTable> {
  const file = await asyncBufferFromFile(path);
  try {
    const metadata = await parquetMetadataAsync(file);
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    const table = new TableBuilder(path, columns);
    const sliceRows = Math.max(1, Math.floor(SLICE_CELLS / columns.length));
    const onComplete = (cells: unknown[][]) => {
      for (const row of cells) table.add(row);
    };
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const groupEnd = rowStart + Number(num_rows);
      if (!(groupEnd >= rowStart && (groupEnd - rowStart) * columns.length <= MAX_GROUP_CELLS))
        throw new Error('a row group is too large');
      while (rowStart < groupEnd) {
        const rowEnd = Math.min(rowStart + sliceRows, groupEnd);
        await parquetRead({ file, metadata, rowStart, rowEnd, onComplete });
        rowStart = rowEnd;
      }
    }
    return table.finish();
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    const reason = `it is no Parquet file that can be read: ${(error as Error).message}`;
    throw new PipelineError('FEATURE_FILE_UNUSABLE', { path, reason }, { cause: error });
  }
}
