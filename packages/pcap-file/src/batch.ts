/** What a parser puts the packets into that it finds. */
export interface PacketTarget {
  /** Packets in it. */
  readonly length: number;
  add(
    data: Buffer,
    offset: number,
    capturedLength: number,
    originalLength: number,
    linkType: number,
    seconds: number,
    nanos: number,
    interfaceName: string,
  ): void;
}

/** Packets on their way to the reader's user, a batch at a time. */
export interface Batcher<B> extends PacketTarget {
  /** Captured bytes of the packets in it. */
  readonly capturedBytes: number;
  /** What is in it. */
  readonly batch: B;
  /** Whether packets of `data` may join those in it. */
  takes(data: Buffer): boolean;
  /** Begins a new batch; the user is done with the last one, or keeps it. */
  clear(): void;
}
