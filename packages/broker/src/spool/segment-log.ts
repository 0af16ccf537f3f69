import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk, PipelineError } from '@antinex/runtime';
import { AppendQueue, type FsyncPolicy } from './append-queue.ts';
import type { SpoolCounters, SpoolEvent } from './events.ts';
import { FolderLock } from './folder-lock.ts';
import { SpoolLedger } from './ledger.ts';
import { LogReader, type SpoolRecord } from './log-reader.ts';
import { makeFolder } from './make-folder.ts';
import { type Position, PositionFile } from './read-position.ts';
import { encodeRecord, MAX_PAYLOAD_BYTES, RECORD_HEADER_BYTES } from './record.ts';
import { type FoundSegments, scanFolder } from './scan.ts';
import { corruptName, SEGMENT_HEADER_BYTES } from './segment.ts';

export interface SegmentLogOptions {
  readonly folder: string;
  /** Bound of all files together, those set aside too. */
  readonly maxBytes: number;
  readonly segmentBytes: number;
  readonly fsync: FsyncPolicy;
  readonly fsyncIntervalMs: number;
  readonly onEvent: (event: SpoolEvent) => void;
  /** There may be room again after an append failed with SPOOL_FULL. */
  readonly onRoom: () => void;
}

/**
 * A queue of records on disk, first in, first out, in a folder that one process uses at a time.
 * Records stay until released: read but not released, they come again after a restart.
 * Bounded memory: what waits to be written, and to read a window of 1 MiB or of one record.
 */
export class SegmentLog {
  readonly #options: SegmentLogOptions;
  readonly #lock: FolderLock;
  readonly #position: PositionFile;
  readonly #ledger = new SpoolLedger();
  readonly #queue: AppendQueue;
  readonly #reader: LogReader;
  /** Number of the next message; those that wait to be written have theirs. */
  #nextNumber: number;
  #closing: Promise<void> | undefined;

  private constructor(
    options: SegmentLogOptions,
    lock: FolderLock,
    file: PositionFile,
    position: Position | undefined,
    found: FoundSegments,
  ) {
    const { onEvent, onRoom } = options;
    this.#options = options;
    this.#lock = lock;
    this.#position = file;
    this.#nextNumber = found.nextNumber ?? position?.number ?? 0;
    this.#startLedger(position, found);
    this.#queue = new AppendQueue(
      options,
      {
        onWritten: (segment, bytes, messages) => {
          this.#ledger.append(messages);
          this.#reader.grown(segment, bytes);
        },
        onRejected: () => {
          this.#nextNumber = this.#ledger.written;
        },
        onSyncFailed: (error) => onEvent({ kind: 'spool-failed', reason: (error as Error).message }),
      },
      // A new segment never takes a number that the remembered position could mean.
      Math.max(found.lastSequence, position?.segment ?? 0),
    );
    this.#reader = new LogReader(found.segments, found.offset, this.#queue, this.#ledger, {
      onEvent,
      onRoom,
      onPosition: (reached) => file.set(reached),
    });
    for (const damage of found.damages) onEvent({ kind: 'spool-damaged', ...damage });
  }

  /**
   * Opens the folder's log; a missing folder is made. What a crash left half written is cut off.
   *
   * @throws PipelineError SPOOL_IN_USE, SPOOL_UNUSABLE, OUTPUT_UNWRITABLE, DISK_FULL.
   */
  static open(options: SegmentLogOptions): Promise<SegmentLog> {
    const { folder } = options;
    return onDisk(folder, async () => {
      await makeFolder(folder);
      const lock = await FolderLock.take(folder);
      let file: PositionFile | undefined;
      try {
        file = await PositionFile.open(folder);
        const position = await file.read();
        return new SegmentLog(options, lock, file, position, await scanFolder(folder, position));
      } catch (error) {
        await file?.close();
        await lock.release();
        throw error;
      }
    });
  }

  /** Nothing is in it, read or not, that was not released. */
  get isEmpty(): boolean {
    return this.#reader.isEmpty && this.#queue.isIdle;
  }

  counters(): SpoolCounters {
    return this.#ledger.counters(this.#reader.bytes);
  }

  /** Why append() would not take a payload of this length now; undefined if it would. */
  refusalOf(payloadBytes: number): PipelineError | undefined {
    const { folder, maxBytes } = this.#options;
    const recordBytes = SEGMENT_HEADER_BYTES + RECORD_HEADER_BYTES + payloadBytes;
    const usedBytes = this.#ledger.diskBytes + this.#queue.waitingBytes;
    if (payloadBytes <= MAX_PAYLOAD_BYTES && usedBytes + recordBytes <= maxBytes) return undefined;
    return new PipelineError('SPOOL_FULL', { folder, limitBytes: maxBytes });
  }

  /**
   * Resolves once the record is in the log, and as durable as the fsync policy says. The payload is copied.
   * What fails is not in the log, nor is what was appended behind it and had not been written.
   *
   * @throws PipelineError SPOOL_FULL when the bound would be passed; DISK_FULL, OUTPUT_UNWRITABLE.
   */
  async append(payload: Uint8Array, messages: number): Promise<void> {
    if (this.#closing) throw new PipelineError('QUEUE_CLOSED', { queue: this.#options.folder });
    const refusal = this.refusalOf(payload.length);
    if (refusal) throw refusal;
    const record = encodeRecord(payload, { messages, number: this.#nextNumber, timeMs: Date.now() });
    this.#nextNumber += messages;
    await this.#queue.add(record, messages);
  }

  /**
   * The oldest record that was not read yet; undefined when there is none now. One call at a time.
   * Damage is stepped over: it is counted, an event tells of it, and the file is kept.
   */
  read(): Promise<SpoolRecord | undefined> {
    return this.#reader.read();
  }

  /** A record and all before it are done with and never come again. */
  release(record: SpoolRecord): void {
    this.#reader.release(record);
  }

  /**
   * Keeps a part of a record that is to be released and cannot be sent on, in a file for inspection.
   *
   * @throws PipelineError DISK_FULL, OUTPUT_UNWRITABLE.
   */
  setAside(bytes: Uint8Array, messages: number): Promise<void> {
    const path = corruptName(join(this.#options.folder, 'unsendable'));
    return onDisk(path, async () => {
      await appendFile(path, bytes);
      this.#ledger.setAside(bytes.length, messages);
      this.#options.onEvent({ kind: 'spool-damaged', damage: 'corrupt', path, bytes: bytes.length });
    });
  }

  /** What was read and not released is read again. */
  rewind(): void {
    this.#reader.rewind();
  }

  /** Waits for what is being written and lets go of the folder. May be called again. */
  close(): Promise<void> {
    this.#closing ??= onDisk(this.#options.folder, async () => {
      await this.#queue.close();
      await this.#reader.close();
      await this.#position.close();
      await this.#lock.release();
    });
    return this.#closing;
  }

  #startLedger(
    position: Position | undefined,
    { segments, head, damages, setAsideBytes }: FoundSegments,
  ): void {
    const ledger = this.#ledger;
    const isKnown = position !== undefined && position.segment === segments[0]?.sequence;
    ledger.written = this.#nextNumber;
    ledger.released = isKnown ? position.number : (head?.number ?? ledger.written);
    ledger.oldestMs = head?.timeMs;
    ledger.diskBytes = segments.reduce((sum, { bytes }) => sum + bytes, setAsideBytes);
    for (const { damage, bytes } of damages)
      ledger[damage === 'torn' ? 'tornBytes' : 'corruptBytes'] += bytes;
  }
}
