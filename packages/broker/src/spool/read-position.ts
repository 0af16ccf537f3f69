import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Up to where a spool was read and everything confirmed. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
  /** Number of the first message that was not confirmed yet. */
  readonly number: number;
}

const FILE_NAME = 'position';
/** Always the same length and below a disk sector: it is overwritten in place, in one piece. */
const FILE_BYTES = 80;
const SAVE_AFTER_MS = 50;

/**
 * The file that remembers a Position. It may lag behind by what was confirmed during the last 50 ms:
 * that much is read again after a crash.
 */
export class PositionFile {
  readonly #handle: FileHandle;
  #unsaved: Position | undefined;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Opens the file of a folder, creating it where there is none. */
  static async open(folder: string): Promise<PositionFile> {
    return new PositionFile(await open(join(folder, FILE_NAME), constants.O_RDWR | constants.O_CREAT, 0o666));
  }

  /** Undefined when there is none or it is damaged: then all is read again. */
  async read(): Promise<Position | undefined> {
    const bytes = Buffer.alloc(FILE_BYTES);
    await this.#handle.read(bytes, 0, FILE_BYTES, 0);
    return parsePosition(bytes.toString('latin1'));
  }

  /** Remembers a position soon. */
  set(position: Position): void {
    this.#unsaved = position;
    this.#timer ??= setTimeout(() => {
      this.#saving = this.#saving.then(() => this.#save());
    }, SAVE_AFTER_MS).unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#saving;
    await this.#save();
    await this.#handle.close();
  }

  /** Never fails: an old position only means that more is read again. */
  async #save(): Promise<void> {
    this.#timer = undefined;
    if (this.#unsaved === undefined) return;
    const bytes = Buffer.from(formatPosition(this.#unsaved));
    this.#unsaved = undefined;
    await this.#handle.write(bytes, 0, bytes.length, 0).catch(() => {});
  }
}

/** `segment offset number crc`, padded with blanks. */
export function formatPosition({ segment, offset, number }: Position): string {
  const text = `${segment} ${offset} ${number}`;
  return `${text} ${checksum(text)}`.padEnd(FILE_BYTES - 1).concat('\n');
}

export function parsePosition(text: string): Position | undefined {
  const match = /^((\d{1,16}) (\d{1,16}) (\d{1,16})) ([0-9a-f]{8}) *\n$/.exec(text);
  if (!match || checksum(match[1]) !== match[5]) return undefined;
  return { segment: Number(match[2]), offset: Number(match[3]), number: Number(match[4]) };
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');
