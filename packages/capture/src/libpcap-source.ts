import { setImmediate as nextTurn } from 'node:timers/promises';
import { Packet } from '@antinex/decoder';
import {
  type Capture,
  type CaptureHandlers,
  type LibpcapError,
  openCapture,
  type Slab,
} from '@antinex/libpcap';
import { toCaptureError } from './libpcap-error.ts';
import type { PacketSource, SourceStats } from './source.ts';

const MB = 1024 * 1024;
const DEFAULT_RING_MB = 32;
const BATCH = 1024;

export interface LibpcapSourceOptions {
  /** An interface, or `any`. */
  readonly device: string;
  /** A BPF filter in libpcap's language. */
  readonly filter?: string;
  /** Bytes to keep of each packet; 262,144 by default. */
  readonly snaplen?: number;
  /** The kernel's ring, 1 to 2047; 32 by default. It is kernel memory, taken at once. */
  readonly bufferMb?: number;
  /** Whether to take in frames for other hosts; true by default. */
  readonly promiscuous?: boolean;
  /** Packets received, sent, or both; both by default. */
  readonly direction?: 'in' | 'out' | 'inout';
  /** Sources with the same number, 0 to 65,535, share the device's packets out by flow. */
  readonly fanoutGroup?: number;
  /** Aborting it ends the capture; the iteration ends behind the packets that already came in. */
  readonly signal?: AbortSignal;
}

/**
 * Captures live with libpcap, in a thread of its own. The device is open, and nothing is missed any more,
 * once this resolves; it blocks the event loop for some milliseconds meanwhile.
 *
 * **Packets are lent.** Their bytes stay as they are until the consumer asks for the next batch or leaves
 * the iteration; later packets are written over them. Whoever keeps one longer has to copy its bytes.
 *
 * While the consumer is behind, packets wait in the kernel's ring, and what does not fit is counted as
 * kernel drops. They and the interface's drops are up to a second old until the capture has ended.
 * The capture goes on when the link goes down and comes back; notes() tells. When the device is removed,
 * the iteration throws DEVICE_GONE behind the last packet.
 *
 * @throws PipelineError CAPTURE_UNAVAILABLE, CONFIG_INVALID, NO_PERMISSION_TO_CAPTURE, NO_SUCH_DEVICE,
 * DEVICE_DOWN, BAD_FILTER with libpcap's text, or SYSTEM_ERROR for anything else libpcap says.
 */
export async function openLibpcapSource(options: LibpcapSourceOptions): Promise<PacketSource> {
  return new LibpcapSource(options);
}

class LibpcapSource implements PacketSource {
  readonly description: string;
  readonly timestamps = 'kernel';
  readonly linkTypes: readonly number[];
  private readonly capture: Capture;
  private readonly options: LibpcapSourceOptions;
  private receivedPackets = 0;
  private receivedBytes = 0;
  private deliveredPackets = 0;
  private linkIsUp: boolean;
  private timesDown = 0;
  /** Handed over by the capture, and not yet taken by the consumer. */
  private waiting: Slab[] = [];
  private ended = false;
  private failure: LibpcapError | undefined;
  private left = false;
  private wake: (() => void) | undefined;

  constructor(options: LibpcapSourceOptions) {
    const { device, filter = '', bufferMb = DEFAULT_RING_MB, signal, ...others } = options;
    this.options = options;
    try {
      this.capture = openCapture({ ...others, device, filter, bufferBytes: bufferMb * MB }, this.handlers);
    } catch (error) {
      throw toCaptureError(error as LibpcapError, { device, filter });
    }
    // Whether the process stays alive is up to who waits for packets.
    this.capture.unref();
    this.linkIsUp = this.capture.link === 'up';
    this.linkTypes = [this.capture.linkType];
    const chosen = filter === '' ? '' : `filter "${filter}", `;
    this.description = `${device} (libpcap, ${chosen}${bufferMb} MB ring)`;
    if (signal?.aborted) this.stop();
    else signal?.addEventListener('abort', this.stop, { once: true });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Packet[]> {
    try {
      for (let slab = await this.nextSlab(); slab; slab = await this.nextSlab()) {
        for (let first = 0; first < slab.packetCount; first += BATCH) {
          const batch = this.batch(slab, first);
          this.deliveredPackets += batch.length;
          yield batch;
        }
        slab.release();
      }
    } finally {
      this.leave();
    }
    if (this.failure) throw toCaptureError(this.failure, this.options);
  }

  stats(): SourceStats {
    const { kernelDrops, interfaceDrops } = this.capture.stats();
    return {
      receivedPackets: this.receivedPackets,
      receivedBytes: this.receivedBytes,
      deliveredPackets: this.deliveredPackets,
      queueDrops: 0,
      waitingPackets: this.receivedPackets - this.deliveredPackets,
      kernelDrops,
      interfaceDrops,
    };
  }

  notes(): readonly string[] {
    const { device, warning } = this.capture;
    const notes = warning === undefined ? [] : [warning];
    if (this.timesDown > 0)
      notes.push(
        `the link of ${device} went down ${this.timesDown === 1 ? 'once' : `${this.timesDown} times`}`,
      );
    return notes;
  }

  async close(): Promise<void> {
    this.stop();
  }

  private readonly handlers: CaptureHandlers = {
    slab: (slab) => {
      this.receivedPackets += slab.packetCount;
      this.receivedBytes += slab.byteCount;
      if (this.left) slab.release();
      else this.waiting.push(slab);
      this.wake?.();
    },
    link: (state) => {
      const isUp = state === 'up';
      if (this.linkIsUp && !isUp) this.timesDown++;
      this.linkIsUp = isUp;
    },
    end: (failure) => {
      this.ended = true;
      this.failure = failure;
      this.options.signal?.removeEventListener('abort', this.stop);
      this.wake?.();
    },
  };

  private readonly stop = (): void => this.capture.stop();

  /** The next slab, or undefined after the last one. */
  private async nextSlab(): Promise<Slab | undefined> {
    if (this.waiting.length > 0) {
      // Timers and I/O get their turn however many packets wait.
      await nextTurn();
    } else if (!this.ended) {
      this.capture.ref();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = undefined;
      this.capture.unref();
    }
    return this.waiting.shift();
  }

  private batch(slab: Slab, first: number): Packet[] {
    const { data, offsets, capturedLengths, originalLengths, timestampSeconds, timestampNanos } = slab;
    const { device, linkType } = this.capture;
    const count = Math.min(BATCH, slab.packetCount - first);
    const batch = new Array<Packet>(count);
    for (let i = 0; i < count; i++) {
      const at = first + i;
      batch[i] = new Packet(
        data,
        offsets[at],
        capturedLengths[at],
        originalLengths[at],
        linkType,
        timestampSeconds[at],
        timestampNanos[at],
        device,
      );
    }
    return batch;
  }

  /** The consumer takes nothing more. What the capture still hands over is counted as waiting. */
  private leave(): void {
    this.left = true;
    for (const slab of this.waiting) slab.release();
    this.waiting = [];
    this.stop();
  }
}
