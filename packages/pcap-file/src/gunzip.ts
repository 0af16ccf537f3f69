import { createGunzip } from 'node:zlib';
import { CaptureFileError } from './errors.ts';

/**
 * Largest piece of compressed bytes inflated at once. 16 KiB can become 16 MiB, which bounds the
 * memory a decompression bomb can take.
 */
const MAX_PIECE = 16 * 1024;
const MIN_PIECE = 256;
/** A gzip member ends with a checksum and a length of 4 bytes each. */
const TRAILER = 8;

/** Whether bytes begin as a gzip file does (RFC 1952). */
export const isGzip = (data: Buffer): boolean => data.length >= 2 && data[0] === 0x1f && data[1] === 0x8b;

/**
 * Decompresses gzip, also of several members. At damage all that came before it is yielded, then it
 * throws a CaptureFileError: CUT_SHORT or CORRUPT_GZIP.
 *
 * zlib drops what it inflated of a piece when it meets an error in it. So pieces grow with what is
 * already safe, and the last bytes, which hold the checksum, make a piece of their own.
 */
export async function* gunzip(input: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const inflater = new Inflater();
  let held: Buffer = Buffer.alloc(0);
  let total = 0;
  try {
    for await (const chunk of input) {
      const data = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
      const end = Math.max(0, data.length - TRAILER);
      for (let at = 0; at < end; ) {
        const size = Math.min(end - at, MAX_PIECE, Math.max(MIN_PIECE, total >> 4));
        yield* await inflater.write(data.subarray(at, at + size));
        if (inflater.error) throw gzipError(inflater.error, name);
        at += size;
        total += size;
      }
      // A copy: the source may use its buffer again.
      held = Buffer.from(data.subarray(end));
    }
    yield* await inflater.write(held);
    yield* await inflater.end();
    if (inflater.error) throw gzipError(inflater.error, name);
  } finally {
    inflater.close();
  }
}

/**
 * zlib's stream, a piece at a time. Piping through it would lose what it still holds when it fails.
 */
class Inflater {
  error: NodeJS.ErrnoException | null = null;
  private readonly stream = createGunzip();
  private inflated: Buffer[] = [];
  private wake: () => void = () => {};

  constructor() {
    this.stream.on('data', (bytes: Buffer) => this.inflated.push(bytes));
    this.stream.on('error', (error) => {
      this.error = error;
    });
    this.stream.on('close', () => this.wake());
  }

  /** What has been inflated when the piece is used up, or has turned out to be damaged. */
  write(piece: Buffer): Promise<Buffer[]> {
    return this.settled(() => this.stream.write(piece, () => this.wake()));
  }

  end(): Promise<Buffer[]> {
    return this.settled(() => this.stream.end());
  }

  close(): void {
    this.stream.destroy();
  }

  private async settled(start: () => void): Promise<Buffer[]> {
    if (!this.stream.destroyed) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        start();
      });
    }
    const { inflated } = this;
    this.inflated = [];
    return inflated;
  }
}

function gzipError(error: NodeJS.ErrnoException, name: string): CaptureFileError {
  return error.code === 'Z_BUF_ERROR'
    ? new CaptureFileError('CUT_SHORT', `${name}: the gzip data is cut short`, -1, error)
    : new CaptureFileError('CORRUPT_GZIP', `${name}: the gzip data is damaged (${error.message})`, -1, error);
}
