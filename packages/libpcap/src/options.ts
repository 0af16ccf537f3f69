import type { NativeOptions } from './binding.ts';
import { LibpcapError } from './errors.ts';

export interface CaptureOptions {
  /** An interface, or `any` for all of them, or another name from listDevices(). */
  readonly device: string;
  /** In libpcap's language, pcap-filter(7). Empty by default: takes everything. */
  readonly filter?: string;
  /**
   * Bytes to keep of each packet; 262,144 by default, which is the most. With fewer than the filter looks
   * at, libpcap loses the first packets.
   */
  readonly snaplen?: number;
  /** The kernel's ring; 32 MiB by default. The kernel takes the memory at once. */
  readonly bufferBytes?: number;
  /** Whether to take in frames for other hosts; true by default. `any` never does. */
  readonly promiscuous?: boolean;
  /** Packets received, sent, or both; both by default. Others use up room in the ring all the same. */
  readonly direction?: Direction;
  /** How long the kernel may hold a block of packets that is not full; 20 ms by default. */
  readonly timeoutMs?: number;
  /** Makes the kernel hand over each packet at once, at a high price: its ring then holds few packets. */
  readonly immediate?: boolean;
  /**
   * Captures that give the same number, 0 to 65,535, share the device's packets out by flow
   * (PACKET_FANOUT_HASH): both directions of a connection go to one of them, fragments by address only.
   * Join all before the traffic that counts, and stop all together: no other takes over the share of one
   * that has stopped before it has ended.
   */
  readonly fanoutGroup?: number;
  /** How many slabs there are; 8 by default. */
  readonly slabs?: number;
  /** Room for packets in a slab, at least the snaplen; 1 MiB by default. It takes a third more in all. */
  readonly slabBytes?: number;
  /** A slab is handed over when it is full or this old; 20 ms by default. */
  readonly slabAgeMs?: number;
}

export type Direction = 'in' | 'out' | 'inout';

const MAX_INT = 2 ** 31 - 1;
const MAX_SNAPLEN = 262_144;
/** As small as a packet gets on Ethernet: a slab has room for the numbers of so many. */
const MIN_PACKET_BYTES = 64;
/** pcap_direction_t */
const DIRECTIONS: Readonly<Record<Direction, number>> = { inout: 0, in: 1, out: 2 };

/**
 * Fills in what was left open.
 *
 * @throws LibpcapError BAD_OPTION
 */
export function completeOptions(options: CaptureOptions): NativeOptions {
  const { device, filter = '', direction = 'inout', promiscuous = true, immediate = false } = options;
  if (device === '') throw bad('device', 'must be named');
  checkText('device', device);
  checkText('filter', filter);
  if (!Object.hasOwn(DIRECTIONS, direction)) throw bad('direction', 'must be in, out or inout');
  const snaplen = whole('snaplen', options.snaplen ?? MAX_SNAPLEN, 1, MAX_SNAPLEN);
  const slabBytes = whole('slabBytes', options.slabBytes ?? 1024 * 1024, snaplen, MAX_INT);
  return {
    device,
    filter,
    snaplen,
    bufferBytes: whole('bufferBytes', options.bufferBytes ?? 32 * 1024 * 1024, 1, MAX_INT),
    timeoutMs: whole('timeoutMs', options.timeoutMs ?? 20, 1, 60_000),
    promiscuous: Boolean(promiscuous),
    immediate: Boolean(immediate),
    direction: DIRECTIONS[direction],
    fanoutGroup:
      options.fanoutGroup === undefined ? -1 : whole('fanoutGroup', options.fanoutGroup, 0, 65_535),
    slabs: whole('slabs', options.slabs ?? 8, 1, 1024),
    slabBytes,
    slabPackets: Math.ceil(slabBytes / MIN_PACKET_BYTES),
    slabAgeMs: whole('slabAgeMs', options.slabAgeMs ?? 20, 0, 60_000),
  };
}

/** C strings end at a NUL: a filter cut there would be another filter. */
export function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value.includes('\0')) throw bad(name, 'must be text without NUL');
}

export function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw bad(name, `must be a whole number from ${least} to ${most}`);
}

const bad = (name: string, reason: string) => new LibpcapError('BAD_OPTION', reason, name);
