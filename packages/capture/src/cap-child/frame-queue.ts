/** Frames that came in, told apart by whether there was room for them. */
export interface FrameCounts {
  readonly admittedPackets: number;
  readonly admittedBytes: number;
  readonly droppedPackets: number;
  readonly droppedBytes: number;
}

/** Writes from `from` to `to` of `bytes`, or less; says how many bytes, 0 when there is no room now. */
export type WriteSome = (bytes: Buffer, from: number, to: number) => number;

const RECORD_HEADER_BYTES = 16;

/**
 * Frames on their way into a pipe, as pcap records with nanoseconds (draft-ietf-opsawg-pcap, little
 * endian), in a ring of fixed size: when the pipe's reader is behind, the newest frames are dropped and
 * counted. Records lie in one piece; where the next does not fit before the ring's end, it starts over.
 */
export class FrameQueue {
  waitingBytes = 0;
  private admittedPackets = 0;
  private admittedBytes = 0;
  private droppedPackets = 0;
  private droppedBytes = 0;
  private readonly ring: Buffer;
  /** The next byte to write, and the next to put. */
  private start = 0;
  private end = 0;
  /** Where the bytes before the last new start at 0 end. */
  private lapEnd = 0;

  /** The system gives the memory page by page, when it is first used. */
  constructor(limitBytes: number) {
    this.ring = Buffer.allocUnsafeSlow(limitBytes);
  }

  get counts(): FrameCounts {
    const { admittedPackets, admittedBytes, droppedPackets, droppedBytes } = this;
    return { admittedPackets, admittedBytes, droppedPackets, droppedBytes };
  }

  /** Puts what comes before all records: a pcap header. */
  begin(header: Buffer): void {
    this.taken(header.copy(this.ring, this.end));
  }

  /** Copies the first `length` bytes of `frame`; false when there is no room for them. */
  add(frame: Buffer, length: number, originalLength: number, seconds: number, nanos: number): boolean {
    const bytes = RECORD_HEADER_BYTES + length;
    if (!this.makeRoom(bytes)) {
      this.droppedPackets++;
      this.droppedBytes += length;
      return false;
    }
    const { ring, end } = this;
    ring.writeUInt32LE(seconds, end);
    ring.writeUInt32LE(nanos, end + 4);
    ring.writeUInt32LE(length, end + 8);
    ring.writeUInt32LE(originalLength, end + 12);
    frame.copy(ring, end + RECORD_HEADER_BYTES, 0, length);
    this.taken(bytes);
    this.admittedPackets++;
    this.admittedBytes += length;
    return true;
  }

  /** Writes what waits until `write` takes no more. */
  drain(write: WriteSome): void {
    while (this.waitingBytes > 0) {
      const lapEnd = this.start < this.end ? this.end : this.lapEnd;
      const written = write(this.ring, this.start, lapEnd);
      if (written === 0) return;
      this.start += written;
      this.waitingBytes -= written;
      if (this.start === lapEnd) this.start = 0;
      if (this.waitingBytes === 0) this.end = this.start = 0;
    }
  }

  /** Sees to it that so many bytes are free behind `end`. A full ring is never empty: start is not end then. */
  private makeRoom(bytes: number): boolean {
    const { start, end, ring } = this;
    if (start > end || (start === end && this.waitingBytes > 0)) return start - end >= bytes;
    if (ring.length - end >= bytes) return true;
    if (start < bytes) return false;
    this.lapEnd = end;
    this.end = 0;
    return true;
  }

  private taken(bytes: number): void {
    this.end += bytes;
    this.waitingBytes += bytes;
  }
}
