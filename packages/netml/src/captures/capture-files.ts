import { access, constants } from 'node:fs/promises';
import { readerNotes } from '@antinex/capture';
import { type BatchReader, CaptureFileError } from '@antinex/pcap-file';
import { describeError, ExitCode, type Progress, toPipelineError } from '@antinex/runtime';
import { STDIN } from '../options/captures.ts';

type OpenReader<Batch> = (path: string) => Promise<BatchReader<Batch>>;

/**
 * Captures, read one after another. Where one is damaged, or none at all, its packets up to there count:
 * the fault is kept, and the next one is read. If no packet is in any, the first fault is thrown.
 */
export class CaptureFiles<Batch> implements AsyncIterable<Batch> {
  /** Packets read so far, and their captured bytes. */
  packets = 0;
  bytes = 0;
  readonly faults: CaptureFileError[] = [];
  readonly notes: string[] = [];
  private readonly openReader: OpenReader<Batch>;
  private readonly paths: readonly string[];
  private readonly signal: AbortSignal;
  private readonly progress: Progress | undefined;

  private constructor(
    openReader: OpenReader<Batch>,
    paths: readonly string[],
    signal: AbortSignal,
    progress: Progress | undefined,
  ) {
    this.openReader = openReader;
    this.paths = paths;
    this.signal = signal;
    this.progress = progress;
  }

  /**
   * Looks whether all are there before any is read, by `openRecords` or `openCapture`.
   *
   * @throws PipelineError as of a file that cannot be read
   */
  static async open<Batch>(
    openReader: OpenReader<Batch>,
    paths: readonly string[],
    signal: AbortSignal,
    progress?: Progress,
  ): Promise<CaptureFiles<Batch>> {
    for (const path of paths) {
      if (path === STDIN) continue;
      await access(path, constants.R_OK).catch((error: unknown) => {
        throw toPipelineError(error, { path, access: 'read' });
      });
    }
    return new CaptureFiles(openReader, paths, signal, progress);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void> {
    try {
      for (const path of this.paths) {
        for await (const batch of this.read(path)) {
          this.progress?.update({ packets: this.packets, bytes: this.bytes });
          yield batch;
        }
        this.signal.throwIfAborted();
      }
      if (this.packets === 0 && this.faults.length > 0) throw this.faults[0];
    } finally {
      this.progress?.stop();
    }
  }

  private async *read(path: string): AsyncGenerator<Batch, void> {
    const reader = await this.openReader(path);
    const { packets, bytes } = this;
    const stop = () => reader.stop();
    this.signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const batch of reader) {
        this.packets = packets + reader.packets;
        this.bytes = bytes + reader.capturedBytes;
        yield batch;
      }
    } catch (error) {
      if (!(error instanceof CaptureFileError)) throw error;
      this.faults.push(error);
    } finally {
      this.signal.removeEventListener('abort', stop);
      this.notes.push(...readerNotes(reader).map((note) => `${reader.name}: ${note}`));
    }
  }
}

/** Tells of captures that were not read to their end; answers the exit code that goes with it. */
export function reportFaults(faults: readonly CaptureFileError[]): number {
  for (const fault of faults) process.stderr.write(`netml: ${describeError(fault).line}\n`);
  return faults.length > 0 ? ExitCode.FAILURE : ExitCode.OK;
}
