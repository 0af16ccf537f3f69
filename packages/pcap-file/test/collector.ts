import { Writable } from 'node:stream';

/** Keeps what is written to it; takes its time, so that writers meet backpressure. */
export class Collector extends Writable {
  readonly parts: Buffer[] = [];
  /** The most that waited in the stream when a write came in. */
  mostWaiting = 0;
  private readonly failAfter: number;

  /** With `failAfter`, the disk is full after so many bytes. */
  constructor({ highWaterMark = 64 * 1024, failAfter = Number.POSITIVE_INFINITY } = {}) {
    super({ highWaterMark });
    this.failAfter = failAfter;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.mostWaiting = Math.max(this.mostWaiting, this.writableLength);
    this.parts.push(Buffer.from(chunk));
    if (this.bytes.length > this.failAfter) {
      setImmediate(() =>
        done(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })),
      );
    } else setImmediate(done);
  }
}
