import { CaptureReader } from '@antinex/pcap-file';
import { type DroppedPrivileges, within } from '@antinex/runtime';
import { whyDied } from './cap-death.ts';
import { type CapEnd, CapProcess } from './cap-process.ts';
import type { PacketSource, SourceStats } from './source.ts';

const MB = 1024 * 1024;
/**
 * cap's ring has slots of 64 KiB whatever the frame's size, each in a block of 128 KiB: 256 MB hold 4,096
 * packets, the 10 MB of its README 160.
 */
const DEFAULT_RING_MB = 256;
/** cap takes a signed 32-bit number of bytes. */
export const MAX_RING_MB = 2047;
const DEFAULT_QUEUE_MB = 64;
/** For the capture process to end where nobody reads what it may still have. */
const CLOSE_MS = 1000;

export interface CapSourceOptions {
  readonly device: string;
  /** A BPF filter in libpcap's language. */
  readonly filter?: string;
  /** The kernel's ring, 1 to MAX_RING_MB; 256 by default. The kernel takes twice as much, and at once. */
  readonly bufferMb?: number;
  /** Memory for captured packets the consumer has not taken yet; 64 by default. */
  readonly queueMb?: number;
  /** Whom the capture process becomes when it was root, see dropPrivileges(). */
  readonly user?: string;
  /** Aborting it ends the capture; the iteration ends behind the packets that already came in. */
  readonly signal?: AbortSignal;
}

/** A source whose packets come from a process of its own. */
export interface CapSource extends PacketSource {
  /** What that process gave up once the device was open. */
  readonly privileges: DroppedPrivileges;
}

/**
 * Captures live with the npm package cap, in a small process of its own: cap's read loop does not
 * return while packets wait, and aborts the process when the device goes down. The device is open,
 * privileges are dropped there, and nothing is missed any more, once this resolves: after about a
 * second with the default ring.
 *
 * Packets wait in that process; those that do not fit into `queueMb` are dropped and counted. When the
 * process dies the iteration hands out what had arrived, then throws DEVICE_DOWN, DEVICE_GONE or
 * CAPTURE_PROCESS_DIED. A source that is closed should be iterated to its end, or the process stays
 * with what is left until this one ends.
 *
 * What cap cannot do shows: times are taken in user space, the kernel's drops are unknown, a frame
 * above 65,535 bytes is cut (its length on the wire is read from the IP header). libpcap leaves out one
 * of the two copies of each loopback packet, so each is seen once.
 *
 * @throws PipelineError NO_PERMISSION_TO_CAPTURE, NO_SUCH_DEVICE, BAD_FILTER with libpcap's text,
 * CAPTURE_UNAVAILABLE, PRIVILEGES_NOT_DROPPED, CONFIG_INVALID for a user that does not exist, or
 * SYSTEM_ERROR for anything else libpcap says.
 */
export async function openCapSource(options: CapSourceOptions): Promise<CapSource> {
  const { device, filter = '', bufferMb = DEFAULT_RING_MB, queueMb = DEFAULT_QUEUE_MB, user } = options;
  const child = await CapProcess.start({
    device,
    filter,
    ringBytes: bufferMb * MB,
    queueBytes: queueMb * MB,
    user,
  });
  const chosen = filter === '' ? '' : `filter "${filter}", `;
  const description = `${device} (cap, ${chosen}${bufferMb} MB ring, times taken in user space)`;
  return new ChildSource(child, device, description, options.signal);
}

class ChildSource implements CapSource {
  readonly description: string;
  readonly timestamps = 'user-space';
  readonly linkTypes: readonly number[];
  readonly privileges: DroppedPrivileges;
  private readonly child: CapProcess;
  private readonly device: string;
  private readonly reader: CaptureReader;
  private readonly signal: AbortSignal | undefined;
  private iterating = false;
  private died = false;

  constructor(child: CapProcess, device: string, description: string, signal: AbortSignal | undefined) {
    this.child = child;
    this.device = device;
    this.description = description;
    this.linkTypes = [child.linkType];
    this.privileges = child.privileges;
    this.reader = new CaptureReader(child.frames, { name: device, interfaceName: device });
    this.signal = signal;
    if (signal?.aborted) this.stop();
    else signal?.addEventListener('abort', this.stop, { once: true });
  }

  async *[Symbol.asyncIterator]() {
    this.iterating = true;
    this.child.hold(true);
    let broken: unknown;
    let end: CapEnd;
    try {
      yield* this.reader;
    } catch (error) {
      broken = error;
    } finally {
      this.signal?.removeEventListener('abort', this.stop);
      this.child.abandon();
      end = await this.child.ended;
    }
    this.died = !end.bye;
    if (this.died) throw whyDied(this.device, end);
    if (broken !== undefined) throw broken;
  }

  /** Between two reports of the process more may have been handed out than it has told of. */
  stats(): SourceStats {
    const { packets: deliveredPackets, capturedBytes } = this.reader;
    const { admittedPackets, admittedBytes, droppedPackets, droppedBytes } = this.child.counts;
    const admitted = Math.max(admittedPackets, deliveredPackets);
    return {
      receivedPackets: admitted + droppedPackets,
      receivedBytes: Math.max(admittedBytes, capturedBytes) + droppedBytes,
      deliveredPackets,
      queueDrops: droppedPackets,
      waitingPackets: admitted - deliveredPackets,
      kernelDrops: 'unknown',
      interfaceDrops: 'unknown',
    };
  }

  notes(): readonly string[] {
    const notes = ['cap does not say how many packets the kernel dropped'];
    if (this.died)
      notes.push('the capture process died: packets it held since its last report are not counted');
    return notes;
  }

  /** Without a consumer it also waits until the device is free again, for a second at most. */
  async close(): Promise<void> {
    this.stop();
    if (!this.iterating) await within(CLOSE_MS, this.child.ended);
  }

  private readonly stop = (): void => {
    this.signal?.removeEventListener('abort', this.stop);
    this.child.stop();
    if (!this.iterating) this.child.hold(false);
  };
}
