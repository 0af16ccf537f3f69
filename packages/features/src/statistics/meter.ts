import type { PacketHeaders } from '../packet/packet-headers.ts';

/** What a set keeps of flows, in a record of numbers each. */
export interface Meter {
  /** Words of a record. */
  readonly words: number;
  /** A flow begins; the words from `at` on are 0. `packet` is called next. */
  begin(record: Float64Array, at: number, h: PacketHeaders): void;
  packet(record: Float64Array, at: number, h: PacketHeaders, backward: boolean): void;
  /** The flow has ended. */
  end?(record: Float64Array, at: number): void;
  /** The columns of an ended flow are read next. */
  load?(record: Float64Array, at: number): void;
  /** The record is not needed any more. */
  release?(record: Float64Array, at: number): void;
}
