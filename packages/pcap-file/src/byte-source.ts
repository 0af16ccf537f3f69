import { open } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { gunzip, isGzip } from './gunzip.ts';

/** Bytes read from a regular file at once. */
const FILE_CHUNK = 1024 * 1024;
/** Pipes hand out no more. */
const PIPE_CHUNK = 64 * 1024;
const MIN_CHUNK = 4 * 1024;

/** The contents of an open file. The file is closed behind the last chunk. */
export class FileSource implements AsyncIterable<Buffer> {
  private readonly file: FileHandle;
  private readonly oneBuffer: boolean;

  /** With `oneBuffer` each chunk is good until the next one is asked for; else buffers are never used again. */
  constructor(file: FileHandle, oneBuffer: boolean) {
    this.file = file;
    this.oneBuffer = oneBuffer;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    try {
      const stats = await this.file.stat();
      const size = stats.isFile() ? Math.min(FILE_CHUNK, Math.max(MIN_CHUNK, stats.size)) : PIPE_CHUNK;
      let buffer = Buffer.allocUnsafeSlow(size);
      for (;;) {
        const { bytesRead } = await this.file.read(buffer, 0, size, null);
        if (bytesRead === 0) return;
        yield bytesRead === size ? buffer : buffer.subarray(0, bytesRead);
        if (!this.oneBuffer) buffer = Buffer.allocUnsafeSlow(size);
      }
    } finally {
      await this.file.close();
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
