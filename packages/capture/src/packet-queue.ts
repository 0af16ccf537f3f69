import type { Packet } from '@antinex/decoder';

/** A batch this full is handed over at once. */
const FULL_BATCH = 1024;
/** What a Packet and its place in a batch cost besides the frame's bytes. */
const PACKET_OVERHEAD_BYTES = 128;

/**
 * Lies between a producer that cannot wait and one consumer that takes its time. Bounded: when the
 * consumer is behind, the newest packets are dropped and counted.
 */
export class PacketQueue implements AsyncIterable<readonly Packet[]> {
  receivedPackets = 0;
  receivedBytes = 0;
  deliveredPackets = 0;
  droppedPackets = 0;
  waitingPackets = 0;
  private readonly limitBytes: number;
  private waitingBytes = 0;
  private full: Packet[][] = [];
  private filling: Packet[] = [];
  private ended = false;
  private wake: (() => void) | undefined;
  private wakeIsPlanned = false;

  /** `limitBytes` bounds the memory of all packets that wait. */
  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Counts a frame as received and says whether there is room for it; if not, it counts as dropped. */
  admit(capturedLength: number): boolean {
    this.receivedPackets++;
    this.receivedBytes += capturedLength;
    const cost = capturedLength + PACKET_OVERHEAD_BYTES;
    if (!this.ended && this.waitingBytes + cost <= this.limitBytes) {
      this.waitingBytes += cost;
      return true;
    }
    this.droppedPackets++;
    return false;
  }

  /** Adds a packet that was admitted. */
  push(packet: Packet): void {
    this.waitingPackets++;
    if (this.filling.push(packet) === FULL_BATCH) {
      this.full.push(this.filling);
      this.filling = [];
      // Not later: a producer that holds the event loop lets nothing but promises run.
      this.wakeConsumer();
    } else if (this.wake && !this.wakeIsPlanned) {
      this.wakeIsPlanned = true;
      setImmediate(this.wakeConsumer);
    }
  }

  /** Nothing more will be pushed: the consumer gets what waits, then the end. */
  end(): void {
    this.ended = true;
    this.wakeConsumer();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Packet[]> {
    for (;;) {
      const batch = this.take();
      if (batch) yield batch;
      else if (this.ended) return;
      else await this.arrival();
    }
  }

  private take(): Packet[] | undefined {
    let batch = this.full.shift();
    if (!batch) {
      if (this.filling.length === 0) return undefined;
      batch = this.filling;
      this.filling = [];
    }
    this.waitingPackets -= batch.length;
    this.deliveredPackets += batch.length;
    for (const packet of batch) this.waitingBytes -= packet.capturedLength + PACKET_OVERHEAD_BYTES;
    return batch;
  }

  private arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private readonly wakeConsumer = (): void => {
    this.wakeIsPlanned = false;
    const wake = this.wake;
    this.wake = undefined;
    wake?.();
  };
}
