import type { FlowSet } from './flow-set.ts';

/** Goes through the packets of a flow, in the order of time. */
export class PacketCursor {
  /** Number of the packet in the store. */
  packet = 0;
  /** Its time, in the clock's unit. */
  time = 0;
  private readonly flows: FlowSet;
  private left = 0;

  constructor(flows: FlowSet) {
    this.flows = flows;
  }

  /** Goes to the first packet of a flow; every flow has one. */
  start(flow: number): void {
    this.packet = this.flows.firstPacket[flow];
    this.time = this.flows.start[flow];
    this.left = this.flows.packets[flow] - 1;
  }

  /** Goes on to the next one; false if there is none. */
  next(): boolean {
    if (this.left === 0) return false;
    const { store } = this.flows;
    this.left--;
    this.packet = store.next(this.packet);
    this.time += store.gap(this.packet);
    return true;
  }

  get size(): number {
    return this.flows.store.size(this.packet);
  }

  /** The eight TCP flags, and PacketFlag. */
  get flags(): number {
    return this.flows.store.flags(this.packet);
  }

  get ttl(): number {
    return this.flows.store.ttl(this.packet);
  }
}
