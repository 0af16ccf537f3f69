/** Holds four of the largest frames without waste. */
const SLAB_BYTES = 256 * 1024;

/**
 * Copies frames out of a buffer that is about to be overwritten, many into one block of memory.
 * A block is freed when no packet refers to it any more.
 */
export class FrameStore {
  /** The block that holds the last copied frame. */
  slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  private used = 0;

  /** Copies the first `length` bytes of `frame`, at most 64 KiB, and returns where in `slab` they are. */
  copy(frame: Buffer, length: number): number {
    if (this.used + length > SLAB_BYTES) {
      this.slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.used = 0;
    }
    const offset = this.used;
    frame.copy(this.slab, offset, 0, length);
    this.used += length;
    return offset;
  }
}
