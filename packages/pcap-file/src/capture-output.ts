import { Writable } from 'node:stream';
import type { CaptureTarget } from './capture-target.ts';
import type { CaptureFormat } from './record-parser.ts';
import { wholeRecords } from './whole-records.ts';

/**
 * The stream under a capture writer. A chunk is done when the system has it, so that killing this
 * process loses nothing that was awaited. When a write fails, what is left is a capture of whole
 * records, and the counts are of these.
 */
export class CaptureOutput extends Writable {
  /** Whole records in the file, the headers in front of them included. */
  bytes = 0;
  packets = 0;
  private readonly target: CaptureTarget;
  private readonly container: CaptureFormat['container'];

  constructor(target: CaptureTarget, container: CaptureFormat['container']) {
    // Never takes more than is being written: writers wait for each chunk.
    super({ highWaterMark: 1 });
    this.target = target;
    this.container = container;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.put(chunk).then(
      () => done(),
      (error) => done(error),
    );
  }

  private async put(chunk: Buffer): Promise<void> {
    let written = 0;
    try {
      while (written < chunk.length) written += await this.target.write(chunk, written);
    } catch (error) {
      this.count(chunk, written);
      // The first error is the one to report.
      await this.target.keep(this.bytes).catch(() => {});
      throw error;
    }
    this.count(chunk, written);
  }

  private count(chunk: Buffer, written: number): void {
    // pcap's header is no record; our writer hands it over by itself, first.
    if (this.container === 'pcap' && this.bytes === 0) {
      this.bytes = written === chunk.length ? written : 0;
      return;
    }
    const { bytes, packets } = wholeRecords(this.container, chunk, written);
    this.bytes += bytes;
    this.packets += packets;
  }
}
