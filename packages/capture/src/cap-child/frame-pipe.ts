import { readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { WriteSome } from './frame-queue.ts';
import { FRAMES_FD } from './messages.ts';

/**
 * The child's end of the pipe for frames. Its calls do not wait and do not need the event loop, which
 * stands still while cap has packets.
 */
export class FramePipe {
  /** Nobody reads any more. */
  broken = false;
  private readonly scratch = Buffer.alloc(1);

  /** `onClosed` is called when the parent has closed its side or is gone, once the event loop has time for it. */
  constructor(onClosed: () => void) {
    // It also makes the file descriptor one that does not block.
    const socket = new Socket({ fd: FRAMES_FD, readable: true, writable: true, allowHalfOpen: true });
    socket.once('end', onClosed).once('error', onClosed).resume();
  }

  /** Whether the parent has closed its side or is gone. */
  get isClosed(): boolean {
    try {
      return readSync(FRAMES_FD, this.scratch) === 0;
    } catch (error) {
      return !isAgain(error);
    }
  }

  readonly write: WriteSome = (bytes, from, to) => {
    if (this.broken) return 0;
    try {
      return writeSync(FRAMES_FD, bytes, from, to - from);
    } catch (error) {
      this.broken = !isAgain(error);
      return 0;
    }
  };
}

const isAgain = (error: unknown) => (error as NodeJS.ErrnoException).code === 'EAGAIN';
