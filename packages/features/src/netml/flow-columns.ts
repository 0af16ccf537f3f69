import type { FlowSet } from '../flow/flow-set.ts';
import { PacketCursor } from '../flow/packet-cursor.ts';

const FIRST_CAPACITY = 64;

/** The packets of one flow as plain arrays, for one flow after the other. */
export class FlowColumns {
  /** What was taken last is good, as far as it was. */
  times = new Float64Array(FIRST_CAPACITY);
  sizes = new Uint32Array(FIRST_CAPACITY);
  private readonly flows: FlowSet;
  private readonly cursor: PacketCursor;

  constructor(flows: FlowSet) {
    this.flows = flows;
    this.cursor = new PacketCursor(flows);
  }

  /** Takes the times of the first `most` packets, as values of the clock; answers how many there are. */
  takeTimes(flow: number, most: number): number {
    const { cursor, flows } = this;
    const count = Math.min(most, flows.packets[flow]);
    if (count > this.times.length) this.times = new Float64Array(2 * count);
    cursor.start(flow);
    for (let i = 0; i < count; i++) {
      this.times[i] = flows.clock.value(cursor.time);
      cursor.next();
    }
    return count;
  }

  /** The same of the sizes. */
  takeSizes(flow: number, most: number): number {
    const { cursor, flows } = this;
    const count = Math.min(most, flows.packets[flow]);
    if (count > this.sizes.length) this.sizes = new Uint32Array(2 * count);
    cursor.start(flow);
    for (let i = 0; i < count; i++) {
      this.sizes[i] = cursor.size;
      cursor.next();
    }
    return count;
  }
}
