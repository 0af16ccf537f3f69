import type { PacketHeaders } from '../packet/packet-headers.ts';
import type { Clock } from './clock.ts';
import { FlowKeys } from './flow-keys.ts';
import type { FlowEnd, FlowObserver } from './flow-observer.ts';
import { FlowSet } from './flow-set.ts';
import { grown } from './growing.ts';
import { orderPackets } from './order-packets.ts';
import { PacketFlag, PacketStore } from './packet-store.ts';

const FIRST_CAPACITY = 256;

/** Which length of a packet is its size: what it had on the wire, or what of it was captured. */
export type Lengths = 'wire' | 'captured';

/**
 * Records the packets of flows: time, size, TCP flags and TTL of each. Flows that have ended are taken
 * out with `takeEnded`; their packets stay until they are released.
 */
export class FlowRecorder implements FlowObserver {
  /** Packets that are held, of open flows and of ended ones. */
  heldPackets = 0;
  /** Those of open flows. */
  openPackets = 0;
  private readonly clock: Clock;
  private readonly store = new PacketStore();
  private readonly captured: boolean;
  private ended: FlowSet;
  /** The how manieth flow each of the ended ones was to begin. */
  private endedOrdinals = new Uint32Array(FIRST_CAPACITY);
  private keyCapacity = FIRST_CAPACITY;
  private begun = 0;
  private first = new Int32Array(0);
  private last = new Int32Array(0);
  private packets = new Uint32Array(0);
  /** Times of the packet that came first, and of the one that came last. */
  private start = new Float64Array(0);
  private previous = new Float64Array(0);
  private isSorted = new Uint8Array(0);
  private ordinal = new Uint32Array(0);

  constructor(clock: Clock, lengths: Lengths) {
    this.clock = clock;
    this.captured = lengths === 'captured';
    this.ended = this.newSet();
  }

  resize(capacity: number): void {
    this.first = grown(this.first, capacity);
    this.last = grown(this.last, capacity);
    this.packets = grown(this.packets, capacity);
    this.start = grown(this.start, capacity);
    this.previous = grown(this.previous, capacity);
    this.isSorted = grown(this.isSorted, capacity);
    this.ordinal = grown(this.ordinal, capacity);
  }

  begin(slot: number, { time }: PacketHeaders): void {
    this.packets[slot] = 0;
    this.isSorted[slot] = 1;
    this.start[slot] = this.previous[slot] = time;
    this.ordinal[slot] = this.begun++;
  }

  packet(slot: number, h: PacketHeaders, backward: boolean): void {
    const { store } = this;
    const packet = this.packets[slot] === 0 ? store.begin() : store.extend(this.last[slot]);
    if (this.packets[slot]++ === 0) this.first[slot] = packet;
    this.last[slot] = packet;
    const gap = h.time - this.previous[slot];
    this.previous[slot] = h.time;
    if (gap < 0) this.isSorted[slot] = 0;
    const flags = h.tcpFlags | (backward ? PacketFlag.BACKWARD : 0) | (h.noHeader ? PacketFlag.NO_HEADER : 0);
    store.put(packet, gap, this.captured ? h.capturedLength : h.originalLength, flags, h.ttl);
    this.heldPackets++;
    this.openPackets++;
  }

  end(slot: number, reason: FlowEnd, keys: FlowKeys): void {
    const { store, ended } = this;
    const first = this.first[slot];
    const packets = this.packets[slot];
    this.openPackets -= packets;
    let start = this.start[slot];
    let end = this.previous[slot];
    if (this.isSorted[slot] === 0) [start, end] = orderPackets(store, first, packets, start);
    const key = ended.size;
    if (key === this.keyCapacity) this.growKeys(2 * key);
    ended.keys.copy(key, keys, slot);
    this.endedOrdinals[key] = this.ordinal[slot];
    ended.add(first, packets, start, end, key, reason);
  }

  /** The flows that have ended since this was called last, in the order of their ends. */
  takeEnded(): FlowSet {
    const { ended } = this;
    this.ended = this.newSet();
    return ended;
  }

  /** The same in the order of their beginnings: when every flow has ended, and none was taken before. */
  takeAll(): FlowSet {
    const places = this.endedOrdinals;
    const all = this.takeEnded();
    all.arrange(places);
    return all;
  }

  /** Forgets the packets of flows that this recorder gave out, whole. */
  release(flows: FlowSet): void {
    for (let i = 0; i < flows.size; i++) {
      this.store.release(flows.firstPacket[i], flows.packets[i]);
      this.heldPackets -= flows.packets[i];
    }
  }

  private newSet(): FlowSet {
    this.keyCapacity = FIRST_CAPACITY;
    this.endedOrdinals = new Uint32Array(FIRST_CAPACITY);
    return new FlowSet({ clock: this.clock, store: this.store, keys: new FlowKeys(this.keyCapacity) });
  }

  private growKeys(capacity: number): void {
    this.keyCapacity = capacity;
    this.ended.keys.grow(capacity);
    this.endedOrdinals = grown(this.endedOrdinals, capacity);
  }
}
