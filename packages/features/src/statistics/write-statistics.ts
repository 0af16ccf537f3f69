import type { FlowCounts } from '../flow/flow-table.ts';
import type { PacketBatch } from '../flow/packet-batch.ts';
import type { Cell } from '../output/table.ts';
import { TableFile, tableKindOf } from '../output/table-file.ts';
import type { StatisticsSetName } from './catalogue.ts';
import { flowStatistics } from './flow-statistics.ts';
import type { StatisticsOptions } from './statistics-options.ts';

export interface WriteStatisticsOptions extends StatisticsOptions {
  /** The files that the packets come from: they must not be written to. */
  readonly inputs?: readonly string[];
}

/** Cells written at once. */
const BATCH_CELLS = 100_000;

/**
 * Reads packets to their end and writes a row for each flow, in the order of their ends, to a file of the
 * format its ending names. A numpy array (.npy) has the columns that are no texts. The file appears when it
 * is whole; after an error what was there before is there still.
 *
 * @throws PipelineError FEATURES_INVALID, OUTPUT_UNWRITABLE, DISK_FULL; and what reading the packets throws
 */
export async function writeStatistics(
  path: string,
  batches: AsyncIterable<PacketBatch>,
  set: StatisticsSetName,
  options: WriteStatisticsOptions = {},
): Promise<Readonly<FlowCounts>> {
  const { inputs, ...rest } = options;
  const statistics = flowStatistics(set, rest);
  const isArray = tableKindOf(path) === 'npy';
  const isKept = statistics.columns.map(({ type }) => !isArray || type !== 'text');
  const keep = <T>(values: readonly T[]): T[] => values.filter((_, i) => isKept[i]);
  const table = await TableFile.create(path, keep(statistics.columns), inputs);
  try {
    for await (const batch of batches) {
      statistics.add(batch);
      await write(statistics.takeEnded());
    }
    await write(statistics.finish());
    await table.commit();
  } catch (error) {
    await table.abort();
    throw error;
  }
  return statistics.counts;

  async function write(rows: Iterable<Cell[]>): Promise<void> {
    let some: Cell[][] = [];
    for (const row of rows) {
      some.push(isArray ? keep(row) : row);
      if (some.length * row.length < BATCH_CELLS) continue;
      await table.add(some);
      some = [];
    }
    if (some.length > 0) await table.add(some);
  }
}
