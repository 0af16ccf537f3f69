import type { PacketHeaders } from '../packet/packet-headers.ts';
import type { FlowKeys } from './flow-keys.ts';

/** Why a flow ended. */
export const FlowEnd = {
  /** No packet for the idle time-out. */
  IDLE: 0,
  /** It lasted longer than the active time-out. */
  ACTIVE: 1,
  /** TCP: FIN or RST. */
  CLOSED: 2,
  /** It made room: there were as many flows as there may be. */
  EVICTED: 3,
  /** The capture ended. */
  CAPTURE_END: 4,
} as const;
export type FlowEnd = (typeof FlowEnd)[keyof typeof FlowEnd];

/**
 * Keeps what is to be known of flows: their packets, sums, histograms. Flows are known by a slot, a small
 * number that is used again when a flow has ended, so that values can stand in typed arrays.
 */
export interface FlowObserver {
  /** There are slots 0 .. capacity - 1 from now on. */
  resize(capacity: number): void;
  /** A flow begins; `packet` is called next. */
  begin(slot: number, h: PacketHeaders): void;
  /** A packet of a flow; `backward` if it goes against the first one. `h` is good during the call. */
  packet(slot: number, h: PacketHeaders, backward: boolean): void;
  /** A flow ends; after the call its slot is free. `keys` has its key under the slot. */
  end(slot: number, reason: FlowEnd, keys: FlowKeys): void;
}
