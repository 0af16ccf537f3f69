import { type CaptureReader, openCapture } from '@antinex/pcap-file';
import { readerNotes } from './reader-notes.ts';
import type { PacketSource, SourceStats } from './source.ts';

export interface FileSourceOptions {
  /** Aborting it ends the reading; the iteration then ends as at the end of the file. */
  readonly signal?: AbortSignal;
}

/**
 * A source that reads a pcap or pcapng file, or standard input for `-`. Rejects with a CaptureFileError
 * when the file cannot be opened. The iteration throws one when the capture is damaged or cut short,
 * after all packets that can be read.
 */
export async function openFileSource(path: string, options: FileSourceOptions = {}): Promise<PacketSource> {
  return new FileSource(await openCapture(path), options.signal);
}

class FileSource implements PacketSource {
  readonly timestamps = 'file';
  readonly keepsBytes = true;
  readonly linkTypes: number[] = [];
  private readonly reader: CaptureReader;
  private readonly signal: AbortSignal | undefined;
  private receivedPackets = 0;
  private receivedBytes = 0;

  constructor(reader: CaptureReader, signal: AbortSignal | undefined) {
    this.reader = reader;
    this.signal = signal;
    if (signal?.aborted) reader.stop();
    else signal?.addEventListener('abort', this.stop, { once: true });
  }

  get description(): string {
    const { name, format, compressed } = this.reader;
    if (!format) return name;
    const kind = compressed ? `${format.container}, gzip` : format.container;
    return `${name} (${kind})`;
  }

  async *[Symbol.asyncIterator]() {
    let lastLinkType = -1;
    try {
      for await (const batch of this.reader) {
        for (const { linkType, capturedLength } of batch) {
          this.receivedBytes += capturedLength;
          if (linkType === lastLinkType) continue;
          lastLinkType = linkType;
          if (!this.linkTypes.includes(linkType)) this.linkTypes.push(linkType);
        }
        this.receivedPackets += batch.length;
        yield batch;
      }
    } finally {
      this.signal?.removeEventListener('abort', this.stop);
    }
  }

  stats(): SourceStats {
    return {
      receivedPackets: this.receivedPackets,
      receivedBytes: this.receivedBytes,
      deliveredPackets: this.receivedPackets,
      queueDrops: 0,
      waitingPackets: 0,
      kernelDrops: 0,
      interfaceDrops: 0,
    };
  }

  notes(): readonly string[] {
    return readerNotes(this.reader);
  }

  async close(): Promise<void> {
    this.stop();
  }

  private readonly stop = (): void => this.reader.stop();
}
