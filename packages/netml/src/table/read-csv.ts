import { createReadStream } from 'node:fs';
import Papa from 'papaparse';
import type { FeatureTable } from './feature-table.ts';
import { TableBuilder } from './table-builder.ts';

/** Reads a table from CSV whose first row has the columns' names. */
export async function readCsv(path: string): Promise<FeatureTable> {
  const file = createReadStream(path);
  const parser = Papa.parse(Papa.NODE_STREAM_INPUT, { skipEmptyLines: true });
  file.on('error', (error) => parser.destroy(error));
  let table: TableBuilder | undefined;
  try {
    for await (const row of file.pipe(parser) as AsyncIterable<string[]>) {
      if (table === undefined) table = new TableBuilder(path, row);
      else table.add(row);
    }
  } finally {
    file.destroy();
  }
  return (table ?? new TableBuilder(path, [])).finish();
}
