import type { Batcher } from './batch.ts';
import { plainBytes } from './byte-source.ts';
import { CaptureFileError } from './errors.ts';
import { pcapHeaderLength } from './pcap-header.ts';
import { PcapParser } from './pcap-parser.ts';
import { Block } from './pcapng-blocks.ts';
import { PcapngParser } from './pcapng-parser.ts';
import { RecordFeed } from './record-feed.ts';
import type { CaptureFormat, Fault, RecordParser } from './record-parser.ts';

export interface CaptureOptions {
  /** What messages call the capture; `capture` by default. */
  name?: string;
  /** For packets whose interface the capture does not name; empty by default. */
  interfaceName?: string;
  /** Packets in a batch, at most; 1024 by default. */
  maxBatch?: number;
}

const MAGIC_BYTES = 4;

/** What else people try, by its first bytes. */
const COMPRESSIONS: readonly (readonly [magic: string, name: string])[] = [
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['\xfd7zX', 'xz'],
  ['BZh', 'bzip2'],
  ['PK\x03\x04', 'zip'],
  ['\x04\x22\x4d\x18', 'lz4'],
];

/** Reads a capture as it comes in, a batch of packets at a time, of the kind that `batcher` makes. */
export class BatchReader<B> implements AsyncIterable<B> {
  readonly name: string;
  /** Whether the input is gzip; known from the first batch on. */
  compressed = false;
  /** Why the capture could not be read, or not wholly. */
  problem: CaptureFileError | null = null;
  /** Packets handed out. */
  packets = 0;
  /** Captured bytes of these. */
  capturedBytes = 0;
  /** Bytes of the capture taken in, after decompression. */
  bytesRead = 0;
  private readonly input: AsyncIterable<Uint8Array>;
  private readonly interfaceName: string;
  private readonly maxBatch: number;
  private readonly batcher: Batcher<B>;
  private parser: RecordParser | null = null;
  private started = false;
  private stopping = false;

  protected constructor(
    input: AsyncIterable<Uint8Array>,
    options: CaptureOptions,
    newBatcher: (maxBatch: number) => Batcher<B>,
  ) {
    this.input = input;
    this.name = options.name ?? 'capture';
    this.interfaceName = options.interfaceName ?? '';
    this.maxBatch = Math.max(1, options.maxBatch ?? 1024);
    this.batcher = newBatcher(this.maxBatch);
  }

  /** What kind of capture it is; known from the first batch on. */
  get format(): CaptureFormat | null {
    return this.parser?.format ?? null;
  }

  /** pcapng blocks that hold no packet and were passed over. */
  get skippedBlocks(): number {
    return this.parser?.skippedBlocks ?? 0;
  }

  /** pcapng packet blocks that contradict themselves; their packets are missing. */
  get damagedBlocks(): number {
    return this.parser?.damagedBlocks ?? 0;
  }

  /** Packets whose time the capture does not say, or that no date can hold; theirs is 0. */
  get packetsWithoutTime(): number {
    return this.parser?.packetsWithoutTime ?? 0;
  }

  /** Oddities that cost no packet, for instance a broken option; the first ten. */
  get warnings(): readonly string[] {
    return this.parser?.warnings ?? [];
  }

  /**
   * Ends the reading, also while it waits for a pipe. The iteration then ends as if the capture did,
   * and without an error.
   */
  stop(): void {
    this.stopping = true;
    const { destroy } = this.input as { destroy?: () => void };
    if (typeof destroy === 'function') destroy.call(this.input);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<B, void> {
    if (this.started) throw new Error(`${this.name} is already being read`);
    this.started = true;
    try {
      yield* this.read();
    } catch (error) {
      if (this.stopping) return;
      this.problem = this.asProblem(error);
      throw this.problem;
    }
  }

  private async *read(): AsyncGenerator<B, void> {
    const chunks = plainBytes(this.input, this.name, () => {
      this.compressed = true;
    });
    let feed: RecordFeed<B> | null = null;
    let start: Buffer = Buffer.alloc(0);
    let broken: unknown = null;
    try {
      for await (const chunk of chunks) {
        if (this.stopping) return;
        this.bytesRead += chunk.length;
        let data = chunk;
        if (feed === null) {
          // A copy of a chunk too short to tell: the source may use its buffer again.
          start = start.length > 0 || chunk.length < MAGIC_BYTES ? Buffer.concat([start, chunk]) : chunk;
          if (start.length < MAGIC_BYTES) continue;
          this.parser = this.recognise(start);
          feed = new RecordFeed(this.parser, this.batcher, this.maxBatch);
          data = start;
        }
        for (const batch of feed.feed(data)) yield this.count(batch);
        if (this.parser?.fault) break;
      }
    } catch (error) {
      broken = error;
    }
    if (feed !== null) for (const batch of feed.end()) yield this.count(batch);
    if (broken !== null) throw broken;
    this.checkEnd(feed);
  }

  private count(batch: B): B {
    this.packets += this.batcher.length;
    this.capturedBytes += this.batcher.capturedBytes;
    return batch;
  }

  private recognise(data: Buffer): RecordParser {
    const headerLength = pcapHeaderLength(data);
    if (headerLength > 0) return new PcapParser(headerLength, this.interfaceName);
    if (data.readUInt32LE(0) === Block.SECTION_HEADER) return new PcapngParser(this.interfaceName);
    throw this.notACapture(data);
  }

  private notACapture(data: Buffer): CaptureFileError {
    const compression = COMPRESSIONS.find(([magic]) => data.toString('latin1', 0, magic.length) === magic);
    const why = compression ? `: it looks like ${compression[1]}, decompress it first` : '';
    return new CaptureFileError('NOT_A_CAPTURE', `${this.name}: not a pcap or pcapng capture${why}`, 0);
  }

  /** Throws unless the capture ended where and how a whole one does. */
  private checkEnd(feed: RecordFeed<B> | null): void {
    if (this.bytesRead === 0) throw new CaptureFileError('EMPTY_FILE', `${this.name}: empty`, 0);
    if (feed === null || this.parser === null) throw this.notACapture(Buffer.alloc(0));
    const { fault, damagedBlocks, firstDamage } = this.parser;
    if (fault) throw this.errorOf(fault, fault.reason);
    const { unfinished } = feed;
    if (unfinished) {
      const reason = `cut short in the middle of ${unfinished.what}`;
      throw this.errorOf({ code: 'CUT_SHORT', reason, offset: unfinished.offset }, reason);
    }
    if (firstDamage) {
      const blocks = damagedBlocks === 1 ? '1 damaged block' : `${damagedBlocks} damaged blocks`;
      throw this.errorOf(firstDamage, `${blocks} left out, the first: ${firstDamage.reason}`);
    }
  }

  private errorOf({ code, offset }: Fault, reason: string): CaptureFileError {
    return new CaptureFileError(code, `${this.name}: ${reason}, at byte ${offset}`, offset);
  }

  private asProblem(error: unknown): CaptureFileError {
    if (error instanceof CaptureFileError) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new CaptureFileError('READ_FAILED', `${this.name}: reading failed: ${reason}`, -1, error);
  }
}
