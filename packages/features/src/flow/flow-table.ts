import type { Packet } from '@antinex/decoder';
import type { RecordBatch } from '@antinex/pcap-file';
import { PacketKind as Kind, type PacketKind } from '../packet/classify.ts';
import { IpProtocol } from '../packet/next.ts';
import { PacketHeaders, TcpFlag } from '../packet/packet-headers.ts';
import { ActivityLists } from './activity-lists.ts';
import type { Clock } from './clock.ts';
import { FlowEnd, type FlowObserver } from './flow-observer.ts';
import type { FlowRules } from './flow-options.ts';
import { Fragments } from './fragments.ts';
import { grown } from './growing.ts';
import { Slots } from './slots.ts';

/** Reads a frame's headers into `h`, which was started with it, and says what kind of packet it is. */
export type HeaderReader = (h: PacketHeaders, linkType: number, rules: FlowRules) => PacketKind;

/** What became of all packets: `inFlows` and those left out make up `packets`. */
export interface FlowCounts {
  packets: number;
  inFlows: number;
  /** No IP packet, or its IP header cannot be read. */
  notIp: number;
  /** Neither TCP nor UDP, where only these were asked for. */
  otherProtocols: number;
  /** Cut off, or unreadable, before the ports. */
  withoutPorts: number;
  /** Later fragments whose first one did not come. */
  orphanFragments: number;
  /** Flows that began. */
  flows: number;
  /** Flows that ended early because there were too many. */
  evictedFlows: number;
}

/** Lists of flows that wait for the same time. */
const Waiting = { TCP: 0, OTHER: 1, CLOSED: 2 } as const;
/** Ends of a TCP connection that have been seen. */
const State = { FIN_FORWARD: 1, FIN_BACKWARD: 2, RESET: 4 } as const;

const FIRST_CAPACITY = 1024;
/** Packets between two looks for flows that have waited long enough. */
const SWEEP_PACKETS = 1024;
/** Time between them, where flows are to end soon. */
const SWEEP_SECONDS = 0.25;

/**
 * Sorts packets into flows, and tells an observer of every packet of them, their beginnings and ends.
 *
 * - No packet and no flow costs an object. Memory is about 70 bytes a flow that is open (of IPv6 100), of
 *   which there are at most `maxFlows`, and what the observer keeps.
 * - A flow ends when its time-out is over: found when its next packet comes, at the latest when others
 *   have moved time on, so that it is the same flow however packets are batched.
 * - Packets may be out of order: an earlier one than the last belongs to the flow all the same.
 */
export class FlowTable {
  readonly clock: Clock;
  private readonly rules: FlowRules;
  private readonly observer: FlowObserver;
  private readonly read: HeaderReader;
  private readonly headers = new PacketHeaders();
  private readonly slots: Slots;
  private readonly waiting: ActivityLists;
  private readonly timeouts: Float64Array;
  private readonly fragments: Fragments;
  private first: Float64Array;
  private last: Float64Array;
  private state: Uint8Array;
  private readonly tally: FlowCounts = {
    packets: 0,
    inFlows: 0,
    notIp: 0,
    otherProtocols: 0,
    withoutPorts: 0,
    orphanFragments: 0,
    flows: 0,
    evictedFlows: 0,
  };
  private previousTime = Number.NEGATIVE_INFINITY;
  private nextSweep = Number.NEGATIVE_INFINITY;

  constructor(observer: FlowObserver, clock: Clock, rules: FlowRules, read: HeaderReader) {
    const capacity = Math.min(FIRST_CAPACITY, rules.maxFlows);
    this.clock = clock;
    this.rules = rules;
    this.observer = observer;
    this.read = read;
    this.slots = new Slots(capacity, rules.bidirectional);
    this.waiting = new ActivityLists(3, capacity);
    this.timeouts = Float64Array.of(rules.tcpIdle, rules.otherIdle, rules.closedIdle);
    this.fragments = new Fragments(clock.perSecond);
    this.first = new Float64Array(capacity);
    this.last = new Float64Array(capacity);
    this.state = new Uint8Array(capacity);
    observer.resize(capacity);
  }

  get counts(): Readonly<FlowCounts> {
    return { ...this.tally, orphanFragments: this.fragments.orphans };
  }

  /** Flows that are open. */
  get openFlows(): number {
    return this.slots.size;
  }

  addRecords(batch: RecordBatch): void {
    const { headers, rules, clock } = this;
    const { data, offset, capturedLength, originalLength, linkType, seconds, nanos, length } = batch;
    for (let i = 0; i < length; i++) {
      headers.start(data, offset[i], capturedLength[i], originalLength[i]);
      headers.time = clock.read(seconds[i], nanos[i]);
      this.take(this.read(headers, linkType[i], rules));
    }
  }

  addPackets(packets: readonly Packet[]): void {
    const { headers, rules, clock } = this;
    for (const packet of packets) {
      headers.start(packet.data, packet.offset, packet.capturedLength, packet.originalLength);
      headers.time = clock.read(packet.timestampSeconds, packet.timestampNanos);
      this.take(this.read(headers, packet.linkType, rules));
    }
  }

  /** Ends the flows whose time-outs are over at a time (in the clock's unit), as when no packets come. */
  expire(time: number): void {
    for (let list = 0; list < this.timeouts.length; list++) {
      const { head } = this.waiting;
      while (head[list] >= 0 && time - this.last[head[list]] > this.timeouts[list]) {
        this.end(head[list], list === Waiting.CLOSED ? FlowEnd.CLOSED : FlowEnd.IDLE);
      }
    }
  }

  /** Ends all flows: the capture has ended. */
  flush(): void {
    this.fragments.clear();
    for (let list = 0; list < this.timeouts.length; list++) {
      const { head } = this.waiting;
      for (let slot = head[list]; slot >= 0; slot = head[list]) {
        const isIdle = this.previousTime - this.last[slot] > this.timeouts[list];
        if (list === Waiting.CLOSED) this.end(slot, FlowEnd.CLOSED);
        else this.end(slot, isIdle ? FlowEnd.IDLE : FlowEnd.CAPTURE_END);
      }
    }
  }

  /** Ends the flow that has waited longest, to make room; false if there is none. */
  evictOldest(): boolean {
    const { head } = this.waiting;
    let oldest = -1;
    for (let list = 0; list < this.timeouts.length; list++) {
      const slot = head[list];
      if (slot >= 0 && (oldest < 0 || this.last[slot] < this.last[oldest])) oldest = slot;
    }
    if (oldest < 0) return false;
    this.tally.evictedFlows++;
    this.end(oldest, FlowEnd.EVICTED);
    return true;
  }

  private take(kind: PacketKind): void {
    const { headers, tally } = this;
    tally.packets++;
    if (!this.rules.separateNetworks) headers.vlan = headers.tunnel = 0;
    switch (kind) {
      case Kind.WHOLE:
        this.add(headers);
        break;
      case Kind.FIRST_FRAGMENT:
        for (const fragment of this.fragments.first(headers)) this.add(fragment);
        this.add(headers);
        break;
      case Kind.LATER_FRAGMENT:
        if (this.fragments.later(headers)) this.add(headers);
        break;
      case Kind.NOT_IP:
        tally.notIp++;
        break;
      case Kind.OTHER_PROTOCOL:
        tally.otherProtocols++;
        break;
      default:
        tally.withoutPorts++;
    }
    // The earlier of two times: one packet with a wrong one must not end all flows.
    const time = Math.min(headers.time, this.previousTime);
    this.previousTime = headers.time;
    if (tally.packets % SWEEP_PACKETS === 0) this.sweep(time, 0);
    else if (time >= this.nextSweep) this.sweep(time, this.rules.late);
  }

  private sweep(time: number, late: number): void {
    this.expire(time - late);
    this.nextSweep = time + SWEEP_SECONDS * this.clock.perSecond;
  }

  private add(h: PacketHeaders): void {
    const { slots, waiting } = this;
    this.tally.inFlows++;
    let slot = slots.find(h);
    if (slot >= 0) {
      const over = this.isOver(slot, h);
      if (over >= 0) {
        this.end(slot, over as FlowEnd);
        slot = -1;
      } else {
        waiting.touch(slot, waiting.listOf(slot));
        if (h.time > this.last[slot]) this.last[slot] = h.time;
      }
    }
    if (slot < 0) slot = this.begin(h);
    const { backward } = slots;
    if (this.rules.tcpEnds && h.protocol === IpProtocol.TCP) this.follow(slot, h, backward);
    this.observer.packet(slot, h, backward);
  }

  /** Why a packet cannot belong to a flow of its key, or -1. */
  private isOver(slot: number, h: PacketHeaders): number {
    const list = this.waiting.listOf(slot);
    if (h.time - this.last[slot] > this.timeouts[list]) {
      return list === Waiting.CLOSED ? FlowEnd.CLOSED : FlowEnd.IDLE;
    }
    if (h.time - this.first[slot] > this.rules.active) return FlowEnd.ACTIVE;
    if (list === Waiting.CLOSED && h.tcpFlags & TcpFlag.SYN) return FlowEnd.CLOSED;
    return -1;
  }

  private begin(h: PacketHeaders): number {
    if (this.slots.isFull) this.makeRoom();
    const slot = this.slots.add(h);
    this.tally.flows++;
    this.first[slot] = h.time;
    this.last[slot] = h.time;
    this.state[slot] = 0;
    this.waiting.append(slot, h.protocol === IpProtocol.TCP ? Waiting.TCP : Waiting.OTHER);
    this.observer.begin(slot, h);
    return slot;
  }

  /** Notes the ends of a TCP connection. */
  private follow(slot: number, { tcpFlags }: PacketHeaders, backward: boolean): void {
    if ((tcpFlags & (TcpFlag.FIN | TcpFlag.RST)) === 0) return;
    if (tcpFlags & TcpFlag.RST) this.state[slot] |= State.RESET;
    else this.state[slot] |= backward ? State.FIN_BACKWARD : State.FIN_FORWARD;
    const bothEnds = this.rules.bidirectional ? State.FIN_FORWARD | State.FIN_BACKWARD : State.FIN_FORWARD;
    const state = this.state[slot];
    if (state & State.RESET || (state & bothEnds) === bothEnds) this.waiting.touch(slot, Waiting.CLOSED);
  }

  private end(slot: number, reason: FlowEnd): void {
    this.observer.end(slot, reason, this.slots.keys);
    this.waiting.remove(slot);
    this.slots.remove(slot);
  }

  private makeRoom(): void {
    const { capacity } = this.slots;
    if (capacity === this.rules.maxFlows) {
      this.evictOldest();
      return;
    }
    const larger = Math.min(2 * capacity, this.rules.maxFlows);
    this.slots.grow(larger);
    this.waiting.grow(larger);
    this.first = grown(this.first, larger);
    this.last = grown(this.last, larger);
    this.state = grown(this.state, larger);
    this.observer.resize(larger);
  }
}
