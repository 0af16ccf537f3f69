import type { Clock } from './clock.ts';
import type { FlowKey, FlowKeys } from './flow-keys.ts';
import type { FlowEnd } from './flow-observer.ts';
import { grown } from './growing.ts';
import type { PacketStore } from './packet-store.ts';

/** Where flows keep their packets and keys; sets of parts of flows share it with the set of the whole ones. */
export interface FlowSource {
  readonly clock: Clock;
  readonly store: PacketStore;
  readonly keys: FlowKeys;
}

const FIRST_CAPACITY = 256;

/** Flows that have ended, with their packets, in order. */
export class FlowSet implements FlowSource {
  readonly clock: Clock;
  readonly store: PacketStore;
  readonly keys: FlowKeys;
  /** Flows in the set. */
  size = 0;
  /** Number of each flow's first packet in the store. */
  firstPacket: Int32Array;
  packets: Uint32Array;
  /** Times of the first and the last packet, in the clock's unit. */
  start: Float64Array;
  end: Float64Array;
  /** Number of the flow's key among `keys`. */
  key: Int32Array;
  /** Why it ended. */
  reason: Uint8Array;

  constructor({ clock, store, keys }: FlowSource, capacity = FIRST_CAPACITY) {
    this.clock = clock;
    this.store = store;
    this.keys = keys;
    this.firstPacket = new Int32Array(capacity);
    this.packets = new Uint32Array(capacity);
    this.start = new Float64Array(capacity);
    this.end = new Float64Array(capacity);
    this.key = new Int32Array(capacity);
    this.reason = new Uint8Array(capacity);
  }

  add(firstPacket: number, packets: number, start: number, end: number, key: number, reason: FlowEnd): void {
    const i = this.size++;
    // What is not filled yet takes no memory; what the smaller arrays took is not free at once.
    if (i === this.packets.length) this.grow(4 * i);
    this.firstPacket[i] = firstPacket;
    this.packets[i] = packets;
    this.start[i] = start;
    this.end[i] = end;
    this.key[i] = key;
    this.reason[i] = reason;
  }

  keyOf(flow: number): FlowKey {
    return this.keys.read(this.key[flow]);
  }

  /** Seconds between a flow's first and last packet. */
  duration(flow: number): number {
    return this.clock.seconds(this.start[flow], this.end[flow]);
  }

  /** The durations of all flows, in seconds. */
  durations(): Float64Array {
    const durations = new Float64Array(this.size);
    for (let flow = 0; flow < this.size; flow++) durations[flow] = this.duration(flow);
    return durations;
  }

  /** The flows of these numbers, in this order. */
  select(flows: ArrayLike<number>): FlowSet {
    const chosen = new FlowSet(this, flows.length);
    for (let i = 0; i < flows.length; i++) chosen.addFrom(this, flows[i]);
    return chosen;
  }

  /** The flows with at least so many packets. */
  withPackets(least: number): FlowSet {
    const chosen = new FlowSet(this);
    for (let flow = 0; flow < this.size; flow++) {
      if (this.packets[flow] >= least) chosen.addFrom(this, flow);
    }
    return chosen;
  }

  /** Puts each flow at its place among all: `places` is a permutation, and is used up. */
  arrange(places: Uint32Array): void {
    for (let flow = 0; flow < this.size; flow++) {
      for (let place = places[flow]; place !== flow; place = places[flow]) {
        swap(this.firstPacket, flow, place);
        swap(this.packets, flow, place);
        swap(this.start, flow, place);
        swap(this.end, flow, place);
        swap(this.key, flow, place);
        swap(this.reason, flow, place);
        swap(places, flow, place);
      }
    }
  }

  /** Takes over a flow of another set with the same source. */
  addFrom(other: FlowSet, flow: number): void {
    this.add(
      other.firstPacket[flow],
      other.packets[flow],
      other.start[flow],
      other.end[flow],
      other.key[flow],
      other.reason[flow] as FlowEnd,
    );
  }

  private grow(capacity: number): void {
    this.firstPacket = grown(this.firstPacket, capacity);
    this.packets = grown(this.packets, capacity);
    this.start = grown(this.start, capacity);
    this.end = grown(this.end, capacity);
    this.key = grown(this.key, capacity);
    this.reason = grown(this.reason, capacity);
  }
}

function swap(values: Int32Array | Uint32Array | Float64Array | Uint8Array, a: number, b: number): void {
  const value = values[a];
  values[a] = values[b];
  values[b] = value;
}
