import { performance } from 'node:perf_hooks';
import type { Packet } from '@antinex/decoder';
import { CaptureOutput } from './capture-output.ts';
import type { CaptureTarget } from './capture-target.ts';
import { CaptureWriteError } from './errors.ts';
import { PcapWriter, type PcapWriterOptions } from './pcap-writer.ts';
import { PcapngWriter } from './pcapng-writer.ts';
import type { CaptureFormat } from './record-parser.ts';

/** One capture being written to one place. */
export class CaptureFile {
  readonly path: string;
  private readonly target: CaptureTarget;
  private readonly output: CaptureOutput;
  private readonly writer: PcapWriter | PcapngWriter;
  private readonly openedMs = performance.now();

  constructor(target: CaptureTarget, container: CaptureFormat['container'], options?: PcapWriterOptions) {
    this.path = target.path;
    this.target = target;
    this.output = new CaptureOutput(target, container);
    this.writer = container === 'pcap' ? new PcapWriter(this.output, options) : new PcapngWriter(this.output);
  }

  get bytes(): number {
    return this.output.bytes;
  }

  get packets(): number {
    return this.output.packets;
  }

  get ageMs(): number {
    return performance.now() - this.openedMs;
  }

  /** Whether a write failed, so that nothing more can be written. */
  get broken(): boolean {
    return this.output.errored !== null;
  }

  /** Resolves when the system has the packets; rejects as the writers do. */
  async write(packets: readonly Packet[]): Promise<void> {
    try {
      await this.writer.writeBatch(packets);
    } catch (error) {
      if (!(error instanceof CaptureWriteError) || error.code !== 'LINK_TYPE_DIFFERS') throw error;
      throw new CaptureWriteError(error.code, `${this.path}: ${error.message}: name the file .pcapng`, error);
    }
  }

  /** Completes the capture unless it is broken, and lets the file go. */
  async end(): Promise<void> {
    try {
      if (!this.broken) await this.writer.end();
    } finally {
      await this.target.close();
    }
  }
}
