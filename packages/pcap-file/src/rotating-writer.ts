import type { Writable } from 'node:stream';
import type { Packet } from '@antinex/decoder';
import { CaptureFile } from './capture-file.ts';
import { openFileTarget, streamTarget } from './capture-target.ts';
import { CaptureWriteError } from './errors.ts';
import { FileRing } from './file-ring.ts';
import { pcapRecordLength } from './pcap-encode.ts';
import type { PcapWriterOptions } from './pcap-writer.ts';
import { pcapngPacketLength } from './pcapng-encode.ts';
import type { CaptureFormat } from './record-parser.ts';
import { type Limits, limitsOf, type RotationOptions } from './rotation.ts';

export interface RotatingWriterOptions extends RotationOptions {
  /** By default pcapng for names that end in `.pcapng`, else pcap. */
  readonly container?: CaptureFormat['container'];
  /** Write over an existing file instead of refusing to. */
  readonly overwrite?: boolean;
  readonly pcap?: PcapWriterOptions;
  /** Where `-` writes to; the process's standard output by default. */
  readonly stdout?: Writable;
}

export interface RotatingWriterStats {
  /** Whole packets the system has taken. */
  readonly packets: number;
  /** Size of all files together, deleted ones included. */
  readonly bytes: number;
  /** Files begun. */
  readonly files: number;
  readonly deletedFiles: number;
  /** The file being written. */
  readonly path: string;
}

/**
 * Opens a capture to write packets to, in one file or in one after the other; see `RotatingWriter`.
 *
 * Without limits the file is `path` itself, or standard output for `-`. With limits each file's name
 * carries time and number, see `FileRing`. Files are made with mode 0640 and have their names from the
 * start; a file is complete when there is a later one.
 *
 * @throws CaptureWriteError FILE_EXISTS, DISK_FULL, OUTPUT_UNWRITABLE, BAD_ROTATION.
 */
export async function openRotatingWriter(
  path: string,
  options: RotatingWriterOptions = {},
): Promise<RotatingWriter> {
  const { container = path.endsWith('.pcapng') ? 'pcapng' : 'pcap', overwrite = false } = options;
  const limits = limitsOf(path, options);
  const ring = limits.rotates ? await FileRing.open(path, limits.files) : null;
  const openTarget = async () => {
    if (path === '-') return streamTarget(options.stdout ?? process.stdout);
    return openFileTarget(ring ? await ring.next() : path, overwrite);
  };
  const openNext = async () => new CaptureFile(await openTarget(), container, options.pcap);
  return new RotatingWriter(await openNext(), {
    limits,
    openNext,
    deletedFiles: () => ring?.deletedFiles ?? 0,
    recordLength: container === 'pcap' ? pcapRecordLength : pcapngPacketLength,
  });
}

interface Setup {
  readonly limits: Limits;
  readonly openNext: () => Promise<CaptureFile>;
  readonly deletedFiles: () => number;
  readonly recordLength: (packet: Packet) => number;
}

/**
 * Writes packets to a capture and begins a new file when one is full. A call resolves when the system
 * has the packets: from then on they survive the end of this process, and a file that kill -9 leaves
 * behind has at most its last record cut.
 *
 * A call rejects with a CaptureWriteError: for a packet the format cannot hold, which is left out with
 * those behind it in the batch (the next call goes on); or because the file cannot be written, which
 * is the end, with the file cut to its last whole record. Without packets a file stays empty until
 * close() gives it its header.
 */
export class RotatingWriter {
  private readonly setup: Setup;
  private current: CaptureFile;
  /** Of the files before the current one. */
  private readonly before = { files: 0, packets: 0, bytes: 0 };
  /** Why nothing more can be written. */
  private failure: unknown = null;
  /** Calls are carried out one after the other. */
  private last: Promise<void> = Promise.resolve();
  private closed: Promise<void> | undefined;

  constructor(first: CaptureFile, setup: Setup) {
    this.current = first;
    this.setup = setup;
  }

  /** Await it: what is not awaited piles up in memory. */
  async write(packets: readonly Packet[]): Promise<void> {
    if (this.closed) throw new CaptureWriteError('WRITER_CLOSED', `${this.current.path} is closed`);
    const written = this.last.then(() => this.put(packets));
    this.last = written.catch(() => {});
    await written;
  }

  /** Completes the last file, after the calls before. Safe to call twice. */
  close(): Promise<void> {
    this.closed ??= this.last.then(async () => {
      // A failed file was let go of when it failed.
      if (this.failure === null) await this.current.end();
    });
    return this.closed;
  }

  stats(): RotatingWriterStats {
    const { before, current } = this;
    return {
      packets: before.packets + current.packets,
      bytes: before.bytes + current.bytes,
      files: before.files + 1,
      deletedFiles: this.setup.deletedFiles(),
      path: current.path,
    };
  }

  private async put(packets: readonly Packet[]): Promise<void> {
    if (this.failure !== null) throw this.failure;
    let from = 0;
    while (from < packets.length) {
      if (this.isFull()) await this.rotate();
      const to = this.setup.limits.rotates ? this.lastThatFits(packets, from) : packets.length;
      await this.writeSome(from === 0 && to === packets.length ? packets : packets.slice(from, to));
      from = to;
    }
  }

  private async writeSome(packets: readonly Packet[]): Promise<void> {
    try {
      await this.current.write(packets);
    } catch (error) {
      if (this.current.broken) {
        this.failure = error;
        await this.current.end().catch(() => {});
      }
      throw error;
    }
  }

  private isFull(): boolean {
    const { limits } = this.setup;
    const { packets, bytes } = this.current;
    if (packets === 0) return false;
    return packets >= limits.packets || bytes >= limits.bytes || this.current.ageMs >= limits.ms;
  }

  /** The index behind the last packet of the current file. */
  private lastThatFits(packets: readonly Packet[], from: number): number {
    const { limits, recordLength } = this.setup;
    // Only after the first packet is it known how long the headers are.
    if (this.current.packets === 0) return from + 1;
    let bytes = this.current.bytes;
    const end = Math.min(packets.length, from + limits.packets - this.current.packets);
    let to = from;
    while (to < end && bytes < limits.bytes) bytes += recordLength(packets[to++]);
    return to;
  }

  private async rotate(): Promise<void> {
    const { current, before } = this;
    try {
      await current.end();
      this.current = await this.setup.openNext();
    } catch (error) {
      this.failure = error;
      throw error;
    }
    before.files++;
    before.packets += current.packets;
    before.bytes += current.bytes;
  }
}
