import { loadBinding, type NativeCapture, NativeEvent, type NativeOptions } from './binding.ts';
import { LibpcapError, type LibpcapErrorCode, orLibpcapError } from './errors.ts';
import { linkTypeOf } from './link-types.ts';
import { type CaptureOptions, completeOptions } from './options.ts';
import { Slab, type SlabViews, viewSlab } from './slab.ts';

/**
 * `no-carrier`: it is up, but no cable or no other side. `unknown`: it is no network interface, such as
 * `any`.
 */
export type LinkState = 'up' | 'no-carrier' | 'down' | 'unknown';

/** Called on the event loop, never before openCapture() has returned. */
export interface CaptureHandlers {
  /** Packets have come. The slab has to be released, now or later. */
  slab(slab: Slab): void;
  /** The last call: no slab comes after it, the device is closed, stats() is final. */
  end(error?: LibpcapError): void;
  /** The interface went up or down, looked at five times a second. The capture goes on by itself. */
  link?(state: LinkState): void;
}

export interface CaptureStats {
  /**
   * Packets that passed the filter, whether there was room for them or not (libpcap's ps_recv on Linux).
   * It counts a few more than come: those of the unwanted direction, the second copies of packets on
   * loopback, and what came between opening and setting the filter.
   */
  readonly receivedPackets: number;
  /** Packets the kernel's ring had no room for (ps_drop). */
  readonly kernelDrops: number;
  /**
   * Packets the interface or its driver dropped since the opening, of whatever kind (ps_ifdrop). libpcap
   * does not count them without promiscuous mode or on `any`.
   */
  readonly interfaceDrops: number | 'unknown';
  /** Packets handed over in slabs, and their captured bytes. Some may still be on their way. */
  readonly handedOverPackets: number;
  readonly handedOverBytes: number;
  /** Packets taken from the ring but not handed over because of close(). */
  readonly abandonedPackets: number;
  /** How often the capture had to wait for a slab. */
  readonly slabWaits: number;
}

/** In the order of the native LinkState. */
const LINK_STATES: readonly LinkState[] = ['up', 'no-carrier', 'down', 'unknown', 'unknown'];

/**
 * Opens a device and starts to capture on it, in a thread of its own. From now on nothing is missed but
 * what stats() counts. Blocks while the kernel makes the ring, and while names in the filter are looked up.
 *
 * @throws LibpcapError NOT_BUILT, BAD_OPTION, NO_PERMISSION, NO_SUCH_DEVICE, DEVICE_DOWN, BAD_FILTER,
 * CAPTURE_FAILED
 */
export function openCapture(options: CaptureOptions, handlers: CaptureHandlers): Capture {
  return new Capture(completeOptions(options), handlers);
}

/** A running capture. It keeps the process alive, like a server, until its end or unref(). */
export class Capture {
  readonly device: string;
  /** The LINKTYPE_ number of all its packets. */
  readonly linkType: number;
  /** As asked for, or more where the link type needs it. */
  readonly snaplen: number;
  /** What libpcap warned of while opening. */
  readonly warning: string | undefined;
  private readonly native: NativeCapture;
  private readonly handlers: CaptureHandlers;
  private readonly views: readonly SlabViews[];
  private readonly countsInterfaceDrops: boolean;
  private currentLink: LinkState;

  constructor(options: NativeOptions, handlers: CaptureHandlers) {
    const { device, filter } = options;
    const { Capture } = loadBinding();
    this.native = orLibpcapError(
      (code) => (code === 'BAD_FILTER' ? `filter "${filter}"` : device),
      () => new Capture(options, this.onEvent),
    );
    this.handlers = handlers;
    this.device = device;
    this.linkType = linkTypeOf(this.native.dlt);
    this.snaplen = this.native.snaplen;
    this.warning = this.native.warning || undefined;
    this.views = this.native.memory.map((memory) => viewSlab(memory, options.slabPackets));
    this.countsInterfaceDrops = options.promiscuous && device !== 'any';
    this.currentLink = LINK_STATES[this.native.link];
  }

  get link(): LinkState {
    return this.currentLink;
  }

  /** What came in and what was lost; kernelDrops and interfaceDrops are up to a second old until the end. */
  stats(): CaptureStats {
    const { interfaceDrops, ...stats } = this.native.stats();
    return { ...stats, interfaceDrops: this.countsInterfaceDrops ? interfaceDrops : 'unknown' };
  }

  /**
   * Takes in nothing more. What is in the kernel's ring is still handed over, as slabs are released;
   * then comes the end, some 50 ms later at the earliest. Safe to call twice.
   */
  stop(): void {
    this.native.stop();
  }

  /** Ends at once. What was not handed over is given up; the end still comes. Safe to call twice. */
  close(): void {
    this.native.close();
  }

  /** The process stays alive for the capture, as it does at first. */
  ref(): void {
    this.native.ref();
  }

  /** The process may end although the capture has not. */
  unref(): void {
    this.native.unref();
  }

  private readonly onEvent = (event: number, a: number | string, b: number | string, c: number): void => {
    switch (event) {
      case NativeEvent.SLAB:
        return this.handlers.slab(this.slab(Number(a), Number(b), c));
      case NativeEvent.LINK:
        this.currentLink = LINK_STATES[Number(a)];
        return this.handlers.link?.(this.currentLink);
      case NativeEvent.END:
        return this.handlers.end(this.endingError(a, b));
    }
  };

  private slab(index: number, packets: number, bytes: number): Slab {
    return new Slab(this.views[index], packets, bytes, () => this.native.release(index));
  }

  private endingError(code: number | string, reason: number | string): LibpcapError | undefined {
    if (typeof code === 'number') return undefined;
    return new LibpcapError(code as LibpcapErrorCode, String(reason), this.device);
  }
}
