import type { Packet } from '@antinex/decoder';
import type { Lengths } from '../flow/flow-recorder.ts';
import type { Cell } from '../output/table.ts';
import { TableFile } from '../output/table-file.ts';
import { PACKET_COLUMNS } from './packet-columns.ts';

export interface PacketTableOptions {
  /** Which length of a packet is given: the wire's by default. */
  readonly lengths?: Lengths;
}

/** The rows of a table of packets (see PacketTable), cells as PACKET_COLUMNS has them, a batch at a time. */
export async function* packetRows(
  batches: AsyncIterable<readonly Packet[]>,
  options: PacketTableOptions = {},
): AsyncGenerator<Cell[][], void> {
  // It brings the decoder with it, which nothing else here needs.
  const { PacketTable } = await import('./packet-table.ts');
  const table = new PacketTable(options.lengths);
  for await (const packets of batches) yield packets.map((packet) => table.row(packet));
}

export interface PacketFileOptions extends PacketTableOptions {
  /** The files that the packets come from: they must not be written to. */
  readonly inputs?: readonly string[];
}

/**
 * Writes a table of packets to a file of the format its ending names: csv, ndjson or parquet. Answers how
 * many rows there are. The file appears when it is whole.
 *
 * @throws PipelineError FEATURES_INVALID, OUTPUT_UNWRITABLE, DISK_FULL; and what reading the packets throws
 */
export async function writePacketTable(
  path: string,
  batches: AsyncIterable<readonly Packet[]>,
  options: PacketFileOptions = {},
): Promise<number> {
  const file = await TableFile.create(path, PACKET_COLUMNS, options.inputs);
  try {
    for await (const rows of packetRows(batches, options)) await file.add(rows);
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
  return file.rows;
}
