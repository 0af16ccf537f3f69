import { PipelineError } from '@antinex/runtime';
import type { JobLimits } from '../types.ts';
import { type CellReader, readNumber } from './cell.ts';
import { type CsvFile, csvRecords } from './csv-records.ts';
import { type Frame, FrameBuilder } from './frame.ts';

export interface CsvFrame {
  readonly frame: Frame;
  /** Cells that are no numbers and so count as missing, by column. */
  readonly notNumbers: Readonly<Record<string, number>>;
}

/**
 * Columns of a CSV file as numbers. Recorded packets have columns of text (`icmp_gw` is an address), and
 * no client ever sent those: they count as missing, and how many is told.
 *
 * @param choose says which columns to read, given those that the file has; the last one is the label
 * @throws PipelineError JOB_DATASET_REFUSED, JOB_TOO_LARGE, as of a file that cannot be read; the signal's
 * reason
 */
export async function frameOfCsv(
  csv: CsvFile,
  choose: (header: readonly string[]) => readonly string[],
  limits: JobLimits,
  options: { readonly readLabel?: CellReader | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<CsvFrame> {
  const { readLabel = readNumber, signal } = options;
  let reader: RecordReader | undefined;
  for await (const records of csvRecords(csv, signal)) {
    const from = reader === undefined ? 1 : 0;
    reader ??= new RecordReader(csv, records[0], choose(records[0]), limits, readLabel);
    for (let i = from; i < records.length; i++) reader.read(records[i]);
  }
  const frame = reader?.builder.frame();
  if (frame === undefined || frame.rows === 0)
    throw new PipelineError('JOB_DATASET_REFUSED', { name: csv.name, reason: 'it has no rows' });
  return { frame, notNumbers: Object.fromEntries(reader!.notNumbers) };
}

class RecordReader {
  readonly builder: FrameBuilder;
  readonly notNumbers = new Map<string, number>();
  readonly #csv: CsvFile;
  readonly #columns: readonly string[];
  /** Where each column is in a record; -1 for nowhere. */
  readonly #places: readonly number[];
  readonly #width: number;
  readonly #readLabel: CellReader;

  constructor(
    csv: CsvFile,
    header: readonly string[],
    columns: readonly string[],
    limits: JobLimits,
    readLabel: CellReader,
  ) {
    this.#csv = csv;
    this.#columns = columns;
    this.#places = columns.map((name) => header.indexOf(name));
    this.#width = header.length;
    this.#readLabel = readLabel;
    this.builder = new FrameBuilder(`the dataset "${csv.name}"`, columns, limits);
  }

  read(record: readonly string[]): void {
    if (record.length > this.#width) {
      const reason = `row ${this.builder.rows + 1} has ${record.length} cells, and the header ${this.#width}`;
      throw new PipelineError('JOB_DATASET_REFUSED', { name: this.#csv.name, reason });
    }
    const row = this.builder.nextRow();
    for (let column = 0; column < row.length; column++) {
      const text = record[this.#places[column]];
      const number = (column === row.length - 1 ? this.#readLabel : readNumber)(text);
      if (number !== undefined) row[column] = number;
      else {
        const name = this.#columns[column];
        this.notNumbers.set(name, (this.notNumbers.get(name) ?? 0) + 1);
      }
    }
  }
}
