/** Where in a slab's memory things are, as native/slab.h lays it out. Made once per slab of the pool. */
export interface SlabViews {
  readonly offsets: Uint32Array;
  readonly capturedLengths: Uint32Array;
  readonly originalLengths: Uint32Array;
  readonly timestampSeconds: Uint32Array;
  readonly timestampNanos: Uint32Array;
  readonly data: Buffer;
}

export function viewSlab(memory: ArrayBuffer, maxPackets: number): SlabViews {
  const columnBytes = maxPackets * Uint32Array.BYTES_PER_ELEMENT;
  const column = (index: number) => new Uint32Array(memory, index * columnBytes, maxPackets);
  return {
    offsets: column(0),
    capturedLengths: column(1),
    originalLengths: column(2),
    timestampSeconds: column(3),
    timestampNanos: column(4),
    data: Buffer.from(memory, 5 * columnBytes),
  };
}

/**
 * Packets in the order they came. Packet `i`, for `i` below `packetCount`, is
 * `data.subarray(offsets[i], offsets[i] + capturedLengths[i])`; the arrays are longer than that.
 *
 * The memory is lent: after release() later packets are written over it, and nothing stops you from
 * reading those. Copy what you want to keep.
 */
export class Slab {
  readonly packetCount: number;
  /** Captured bytes of all its packets. */
  readonly byteCount: number;
  readonly data: Buffer;
  readonly offsets: Uint32Array;
  /** Bytes captured of each packet, at most the snaplen. */
  readonly capturedLengths: Uint32Array;
  /** Bytes it had on the wire. */
  readonly originalLengths: Uint32Array;
  /** The kernel's time of it: whole seconds since 1970-01-01 UTC ... */
  readonly timestampSeconds: Uint32Array;
  /** ... and the rest in nanoseconds. */
  readonly timestampNanos: Uint32Array;
  private giveBack: (() => void) | undefined;

  constructor(views: SlabViews, packetCount: number, byteCount: number, giveBack: () => void) {
    this.packetCount = packetCount;
    this.byteCount = byteCount;
    this.data = views.data;
    this.offsets = views.offsets;
    this.capturedLengths = views.capturedLengths;
    this.originalLengths = views.originalLengths;
    this.timestampSeconds = views.timestampSeconds;
    this.timestampNanos = views.timestampNanos;
    this.giveBack = giveBack;
  }

  /**
   * Gives the memory back to be filled again. Safe to call twice. When all slabs of a capture are out,
   * it waits, and what does not fit into the kernel's ring meanwhile is dropped and counted.
   */
  release(): void {
    this.giveBack?.();
    this.giveBack = undefined;
  }
}
