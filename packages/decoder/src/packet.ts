/**
 * One captured frame, as every packet source hands it out.
 *
 * The frame's bytes are `data[offset .. offset + capturedLength)`. `data` is usually a block of
 * many frames: nobody copies a frame until it has to, and nobody writes into `data`.
 */
export class Packet {
  readonly data: Buffer;
  readonly offset: number;
  /** Bytes of the frame that were captured (at most the snaplen). */
  readonly capturedLength: number;
  /** Bytes the frame had on the wire. */
  readonly originalLength: number;
  /** The LINKTYPE_ number of the interface, see link-types.ts. */
  readonly linkType: number;
  /** Whole seconds since 1970-01-01 UTC. */
  readonly timestampSeconds: number;
  /** The rest of the time, 0..999,999,999 nanoseconds. */
  readonly timestampNanos: number;
  readonly interfaceName: string;

  constructor(
    data: Buffer,
    offset: number,
    capturedLength: number,
    originalLength: number,
    linkType: number,
    timestampSeconds: number,
    timestampNanos: number,
    interfaceName: string,
  ) {
    this.data = data;
    this.offset = offset;
    this.capturedLength = capturedLength;
    this.originalLength = originalLength;
    this.linkType = linkType;
    this.timestampSeconds = timestampSeconds;
    this.timestampNanos = timestampNanos;
    this.interfaceName = interfaceName;
  }

  /** Nanoseconds since 1970-01-01 UTC, exact. Seconds and nanoseconds are kept apart because bigints are slow. */
  get timestampNs(): bigint {
    return BigInt(this.timestampSeconds) * 1_000_000_000n + BigInt(this.timestampNanos);
  }

  /** The frame's bytes, without a copy. */
  get bytes(): Buffer {
    return this.data.subarray(this.offset, this.offset + this.capturedLength);
  }
}
