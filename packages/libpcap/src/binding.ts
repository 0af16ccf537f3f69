import { createRequire } from 'node:module';
import { LibpcapError } from './errors.ts';

/** The native addon, native/addon.cc. Its functions check no types: that is done here in src. */
export interface Binding {
  readonly Capture: new (options: NativeOptions, onEvent: NativeEventHandler) => NativeCapture;
  listDevices(): NativeDevice[];
  /** Throws BAD_FILTER. `dlt` is libpcap's own number of a link type. */
  compileFilter(text: string, dlt: number, snaplen: number): PacketFilter;
  clearCapabilities(timeoutMs: number): void;
  version(): string;
}

/** As CaptureOptions, with nothing left open. */
export interface NativeOptions {
  readonly device: string;
  readonly filter: string;
  readonly snaplen: number;
  readonly bufferBytes: number;
  readonly timeoutMs: number;
  readonly promiscuous: boolean;
  readonly immediate: boolean;
  /** pcap_direction_t */
  readonly direction: number;
  /** -1 for none. */
  readonly fanoutGroup: number;
  readonly slabs: number;
  readonly slabBytes: number;
  readonly slabPackets: number;
  readonly slabAgeMs: number;
}

/** Whether a filter takes the packet `bytes[offset .. offset + capturedLength)`, `originalLength` bytes on the wire. */
export type PacketFilter = (
  bytes: Uint8Array,
  offset: number,
  capturedLength: number,
  originalLength: number,
) => boolean;

export const NativeEvent = { SLAB: 0, LINK: 1, END: 2 } as const;

/**
 * SLAB: index of the slab, packets, bytes. LINK: state. END: when something went wrong, a code and the
 * reason; it is the last.
 */
export type NativeEventHandler = (event: number, a: number | string, b: number | string, c: number) => void;

export interface NativeCapture {
  readonly dlt: number;
  readonly snaplen: number;
  readonly warning: string;
  readonly link: number;
  /** One for each slab, laid out as native/slab.h says. */
  readonly memory: readonly ArrayBuffer[];
  stop(): void;
  close(): void;
  release(slab: number): void;
  ref(): void;
  unref(): void;
  stats(): NativeStats;
}

export interface NativeStats {
  readonly receivedPackets: number;
  readonly kernelDrops: number;
  readonly interfaceDrops: number;
  readonly handedOverPackets: number;
  readonly handedOverBytes: number;
  readonly abandonedPackets: number;
  readonly slabWaits: number;
}

export interface NativeDevice {
  readonly name: string;
  readonly description: string;
  readonly addresses: readonly { readonly address: string; readonly netmask: string }[];
  /** PCAP_IF_ flags. */
  readonly flags: number;
}

let binding: Binding | undefined;

/**
 * The addon, loaded at first use.
 *
 * @throws LibpcapError NOT_BUILT
 */
export function loadBinding(): Binding {
  if (!binding) {
    try {
      binding = createRequire(import.meta.url)('../build/Release/addon.node') as Binding;
    } catch (error) {
      const reason =
        'the native addon is not built: install libpcap-dev, g++, make and python3, then run npm rebuild';
      throw new LibpcapError('NOT_BUILT', reason, '@antinex/libpcap', { cause: error });
    }
  }
  return binding;
}

/** Whether the addon is there to be used. */
export function isBuilt(): boolean {
  try {
    loadBinding();
    return true;
  } catch {
    return false;
  }
}
