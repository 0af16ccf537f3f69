import { Packet } from '@antinex/decoder';
import { CAP_SNAPLEN, type OpenCap, openCap } from './cap-handle.ts';
import { FrameStore } from './frame-store.ts';
import { PacketQueue } from './packet-queue.ts';
import type { PacketSource, SourceStats } from './source.ts';
import { WallClock } from './wall-clock.ts';
import { wireLength } from './wire-length.ts';

const MB = 1024 * 1024;
/**
 * cap's ring has slots of 64 KiB whatever the frame's size: 256 MB hold 4,096 packets, the 10 MB of
 * its README 160.
 */
const DEFAULT_RING_MB = 256;
/** cap takes a signed 32-bit number of bytes. */
export const MAX_RING_MB = 2047;
const DEFAULT_QUEUE_MB = 64;

export interface CapSourceOptions {
  readonly device: string;
  /** A BPF filter in libpcap's language. */
  readonly filter?: string;
  /** The kernel's ring, 1 to MAX_RING_MB; 256 by default. It is kernel memory, taken at once. */
  readonly bufferMb?: number;
  /** Memory for captured packets the consumer has not taken yet; 64 by default. */
  readonly queueMb?: number;
  /** Aborting it ends the capture; the iteration ends behind the packets that already came in. */
  readonly signal?: AbortSignal;
}

/**
 * Captures live with the npm package cap, in this process. The device is open, and nothing is missed
 * any more, once this resolves; opening blocks for about a second with the default ring.
 *
 * What cap cannot do shows: times are taken in user space, the kernel's drops are unknown, a frame
 * above 65,535 bytes is cut (its length on the wire is read from the IP header). Its read loop does
 * not return while packets wait, so timers and I/O stand still under load: what then overflows the
 * queue is counted. The process aborts, inside cap, when the device goes down. libpcap leaves out one
 * of the two copies of each loopback packet, so each is seen once.
 *
 * @throws PipelineError as openCap() says.
 */
export async function openCapSource(options: CapSourceOptions): Promise<PacketSource> {
  return new CapSource(options);
}

class CapSource implements PacketSource {
  readonly description: string;
  readonly timestamps = 'user-space';
  readonly linkTypes: readonly number[];
  private readonly queue: PacketQueue;
  private readonly cap: OpenCap;
  private readonly signal: AbortSignal | undefined;

  constructor({ device, filter = '', bufferMb = DEFAULT_RING_MB, queueMb, signal }: CapSourceOptions) {
    const queue = new PacketQueue((queueMb ?? DEFAULT_QUEUE_MB) * MB);
    const store = new FrameStore();
    const clock = new WallClock();
    let linkType = -1;
    this.cap = openCap({ device, filter, ringBytes: bufferMb * MB }, (shared, length) => {
      if (!queue.admit(length)) return;
      clock.read();
      const offset = store.copy(shared, length);
      const original = length < CAP_SNAPLEN ? length : wireLength(shared, length, linkType);
      const { slab } = store;
      queue.push(new Packet(slab, offset, length, original, linkType, clock.seconds, clock.nanos, device));
    });
    linkType = this.cap.linkType;
    this.queue = queue;
    this.linkTypes = [linkType];
    this.signal = signal;
    const chosen = filter === '' ? '' : `filter "${filter}", `;
    this.description = `${device} (cap, ${chosen}${bufferMb} MB ring, times taken in user space)`;
    if (signal?.aborted) this.stop();
    else signal?.addEventListener('abort', this.stop, { once: true });
  }

  async *[Symbol.asyncIterator]() {
    try {
      yield* this.queue;
    } finally {
      this.stop();
    }
  }

  stats(): SourceStats {
    const { queue } = this;
    return {
      receivedPackets: queue.receivedPackets,
      receivedBytes: queue.receivedBytes,
      deliveredPackets: queue.deliveredPackets,
      queueDrops: queue.droppedPackets,
      waitingPackets: queue.waitingPackets,
      kernelDrops: 'unknown',
      interfaceDrops: 'unknown',
    };
  }

  notes(): readonly string[] {
    return ['cap does not say how many packets the kernel dropped'];
  }

  async close(): Promise<void> {
    this.stop();
  }

  private readonly stop = (): void => {
    this.signal?.removeEventListener('abort', this.stop);
    this.cap.close();
    this.queue.end();
  };
}
