import { open, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, isGzip } from './gunzip.ts';

/** Bytes read at once into a buffer that is used again: a cache of the processor holds them until they are parsed. */
const PIECE = 128 * 1024;
/** The same into buffers that packets refer to. */
const LARGE_PIECE = 1024 * 1024;
/** Bytes of a file after which others have their turn. */
const BYTES_IN_A_ROW = 1024 * 1024;
/** Pipes hand out no more. */
const PIPE_PIECE = 64 * 1024;
const MIN_PIECE = 4 * 1024;

/** The contents of an open file. The file is closed behind the last chunk. */
export class FileSource implements AsyncIterable<Buffer> {
  private readonly file: FileHandle;
  private readonly oneBuffer: boolean;

  /** With `oneBuffer` each chunk is good until the next one is asked for; else no bytes are written again. */
  constructor(file: FileHandle, oneBuffer: boolean) {
    this.file = file;
    this.oneBuffer = oneBuffer;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    try {
      const stats = await this.file.stat();
      // What has no size, as in /proc, may make its reader wait like a pipe.
      if (stats.isFile() && stats.size > 0) yield* this.pieces(stats.size);
      else yield* this.arrivals();
    } finally {
      await this.file.close();
    }
  }

  /** Of a regular file: reading it here costs a fifth of the time it takes to have another thread do it. */
  private async *pieces(fileSize: number): AsyncGenerator<Buffer, void> {
    const size = Math.min(this.oneBuffer ? PIECE : LARGE_PIECE, Math.max(MIN_PIECE, fileSize));
    let buffer = Buffer.allocUnsafeSlow(size);
    for (let inARow = 0; ; ) {
      const bytes = readSync(this.file.fd, buffer, 0, size, null);
      if (bytes === 0) return;
      yield bytes === size ? buffer : buffer.subarray(0, bytes);
      if (!this.oneBuffer) buffer = Buffer.allocUnsafeSlow(size);
      inARow += bytes;
      if (inARow < BYTES_IN_A_ROW) continue;
      inARow = 0;
      await setImmediate();
    }
  }

  /** Of anything else, as it comes. */
  private async *arrivals(): AsyncGenerator<Buffer, void> {
    let buffer = Buffer.allocUnsafeSlow(PIPE_PIECE);
    for (;;) {
      const { bytesRead } = await this.file.read(buffer, 0, PIPE_PIECE, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      if (!this.oneBuffer) buffer = Buffer.allocUnsafeSlow(PIPE_PIECE);
    }
  }

  /** Closes the file, read or not. */
  destroy(): void {
    this.file.close().catch(() => {});
  }
}

/**
 * A named pipe as a stream. Read like a file, it would hold a thread, and with it the process at its end,
 * until the writer has something to say. Only for the main thread: a worker would close the descriptor
 * a second time when it ends.
 */
export async function openPipe(path: string): Promise<Socket> {
  const fd = await promisify(open)(path, 'r');
  return new Socket({ fd, readable: true, writable: false });
}

/** The bytes of `input`, decompressed if they turn out to be gzip. */
export async function* plainBytes(
  input: AsyncIterable<Uint8Array>,
  name: string,
  onGzip: () => void,
): AsyncGenerator<Buffer> {
  const chunks = buffers(input);
  try {
    let first = await chunks.next();
    if (!first.done && first.value.length === 1) {
      const [byte] = first.value;
      const second = await chunks.next();
      if (!second.done) first = { done: false, value: Buffer.concat([Buffer.from([byte]), second.value]) };
    }
    if (first.done) return;
    const all = startingWith(first.value, chunks);
    if (!isGzip(first.value)) yield* all;
    else {
      onGzip();
      yield* gunzip(all, name);
    }
  } finally {
    await chunks.return(undefined);
  }
}

/** Chunks as Buffers, without empty ones. */
async function* buffers(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    if (chunk.length === 0) continue;
    yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

async function* startingWith(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
