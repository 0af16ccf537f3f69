import { PipelineError } from '@antinex/runtime';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { type FeatureTable, MAX_NUMBERS } from './feature-table.ts';
import { TableBuilder } from './table-builder.ts';

/** Reads a table from a Parquet file of plain columns. */
export async function readParquet(path: string): Promise<FeatureTable> {
  const file = await asyncBufferFromFile(path);
  try {
    const metadata = await parquetMetadataAsync(file);
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    const table = new TableBuilder(path, columns);
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const rows = Number(num_rows);
      if (!(rows >= 0 && rows * columns.length <= MAX_NUMBERS)) throw new Error('a row group is too large');
      const rowEnd = rowStart + rows;
      const onComplete = (cells: unknown[][]) => {
        for (const row of cells) table.add(row);
      };
      await parquetRead({ file, metadata, rowStart, rowEnd, onComplete });
      rowStart = rowEnd;
    }
    return table.finish();
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    const reason = `it is no Parquet file that can be read: ${(error as Error).message}`;
    throw new PipelineError('FEATURE_FILE_UNUSABLE', { path, reason }, { cause: error });
  }
}
