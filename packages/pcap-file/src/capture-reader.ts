import type { Packet } from '@antinex/decoder';
import { BatchReader, type CaptureOptions } from './batch-reader.ts';
import { PacketBatcher } from './packet-batcher.ts';

/**
 * Reads a pcap or pcapng capture, gzipped or not, as it comes in: `for await (const packets of reader)`.
 *
 * - Batches hold 1 to `maxBatch` packets; what has come is handed out without waiting for more.
 * - Packets refer to the chunks they came in. Nothing writes into these again, but a packet that is
 *   kept keeps its whole chunk in memory.
 * - All that can be read is handed out first. If that was not all there should be, the iteration
 *   then throws a CaptureFileError, which also stays in `problem`.
 * - Memory is bounded by the chunks the source hands out and 64 MiB, whatever the input says.
 */
export class CaptureReader extends BatchReader<Packet[]> {
  /** `input` yields chunks of any size: a Node stream, an array of buffers in a generator. */
  constructor(input: AsyncIterable<Uint8Array>, options: CaptureOptions = {}) {
    super(input, options, () => new PacketBatcher());
  }
}
