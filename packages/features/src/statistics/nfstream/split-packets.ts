import { PacketFlag, PacketStore } from '../../flow/packet-store.ts';

/** What the columns say where a flow has no such packet. */
const MISSING = -1;

/** Words of a record. */
const FIRST = 0;
const LAST = 1;
const PACKETS = 2;
export const SPLIT_WORDS = 3;

/** Sequence of packet lengths and times: the first packets of each flow, 9 bytes each. */
export class SplitPackets {
  /** Most packets of a flow. */
  readonly limit: number;
  /** Of the flow loaded last: 0 for forward, 1 for backward. */
  readonly directions: Int8Array;
  readonly sizes: Float64Array;
  /** Nanoseconds since the packet before; 0 for the first. */
  readonly gaps: Float64Array;
  private readonly store = new PacketStore();

  constructor(limit: number) {
    this.limit = limit;
    this.directions = new Int8Array(limit);
    this.sizes = new Float64Array(limit);
    this.gaps = new Float64Array(limit);
  }

  add(record: Float64Array, at: number, gap: number, size: number, backward: boolean): void {
    const packets = record[at + PACKETS];
    if (packets >= this.limit) return;
    const { store } = this;
    const packet = packets === 0 ? store.begin() : store.extend(record[at + LAST]);
    if (packets === 0) record[at + FIRST] = packet;
    record[at + LAST] = packet;
    record[at + PACKETS] = packets + 1;
    store.put(packet, gap, size, backward ? PacketFlag.BACKWARD : 0, 0);
  }

  load(record: Float64Array, at: number): void {
    const { store, directions, sizes, gaps } = this;
    const packets = record[at + PACKETS];
    let packet = record[at + FIRST];
    for (let i = 0; i < packets; i++) {
      directions[i] = store.flags(packet) === PacketFlag.BACKWARD ? 1 : 0;
      sizes[i] = store.size(packet);
      gaps[i] = store.gap(packet);
      if (i + 1 < packets) packet = store.next(packet);
    }
    directions.fill(MISSING, packets);
    sizes.fill(MISSING, packets);
    gaps.fill(MISSING, packets);
  }

  release(record: Float64Array, at: number): void {
    this.store.release(record[at + FIRST], record[at + PACKETS]);
  }
}
