import { BatchReader, type CaptureOptions } from './batch-reader.ts';
import { type RecordBatch, RecordBatcher } from './record-batch.ts';

/**
 * Reads a capture as CaptureReader does, but without an object for each packet. A batch, and the bytes it
 * speaks of, are used again for the next one: who needs them longer copies them.
 */
export class RecordReader extends BatchReader<RecordBatch> {
  /** `input` may use its buffers again: when the next chunk is asked for, nobody needs the last one. */
  constructor(input: AsyncIterable<Uint8Array>, options: CaptureOptions = {}) {
    super(input, options, (maxBatch) => new RecordBatcher(maxBatch));
  }
}
