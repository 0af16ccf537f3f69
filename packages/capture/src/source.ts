import type { Count, Packet } from '@antinex/decoder';

export type { Count };

/** Where packets come from: a file, standard input, an interface. One consumer iterates over it, once. */
export interface PacketSource extends AsyncIterable<readonly Packet[]> {
  /** What is read, for people: `eth0 (cap, filter "tcp", 256 MB ring, times taken in user space)`. */
  readonly description: string;
  /** Who took the packets' times. User-space times are late by as much as the program was busy. */
  readonly timestamps: TimestampOrigin;
  /** Whether the packets' bytes stay as they are; otherwise later packets may be written over them. */
  readonly keepsBytes?: boolean;
  /** LINKTYPE_ numbers of the packets seen so far; a live source knows its own from the start. */
  readonly linkTypes: readonly number[];
  /** What has come in and what was lost until now. */
  stats(): SourceStats;
  /** What a person should know about the packets so far: missing times, numbers nobody has. */
  notes(): readonly string[];
  /**
   * Takes in nothing more, as aborting the source's signal does. What already came in is still handed
   * out, then the iteration ends. Safe to call twice.
   */
  close(): Promise<void>;
}

export type TimestampOrigin = 'file' | 'kernel' | 'user-space';

/**
 * A source's part of the ledger. At any time
 * `received = delivered + queueDrops + waiting`; drops of kernel and interface come on top of that.
 */
export interface SourceStats {
  readonly receivedPackets: number;
  /** Captured bytes of the received packets. */
  readonly receivedBytes: number;
  /** Packets handed to the consumer. */
  readonly deliveredPackets: number;
  /** Packets thrown away because the consumer was behind and the queue full: always the newest. */
  readonly queueDrops: number;
  /** Packets in the queue; after the end, those the consumer left there. */
  readonly waitingPackets: number;
  /** Packets that did not fit into the kernel's ring. */
  readonly kernelDrops: Count;
  /** Packets the interface or its driver dropped. */
  readonly interfaceDrops: Count;
}
