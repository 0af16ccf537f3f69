import type { FlowEnd } from './flow-observer.ts';
import { FlowSet } from './flow-set.ts';
import { PacketCursor } from './packet-cursor.ts';

/** Says where a flow is split: told the time of its first packet, then that of each further one. */
export interface SplitRule {
  begin(time: number): void;
  /** Whether a packet at this time begins another part. */
  splits(time: number): boolean;
}

/**
 * Splits flows where a rule says. Parts keep their flow's key and reason of its end; those with fewer than
 * `minPackets` are left out, and with `dropLast` so is the last part of every flow that is split. The rule
 * is not asked about flows that last `wholeUpTo` (in the clock's unit) or less: most need no second look.
 */
export function split(
  flows: FlowSet,
  minPackets: number,
  dropLast: boolean,
  ruleOf: (flow: number) => SplitRule,
  wholeUpTo = Number.NEGATIVE_INFINITY,
): FlowSet {
  const { size, start, end, packets } = flows;
  const parts = new FlowSet(flows, Math.max(1, size));
  const cursor = new PacketCursor(flows);
  for (let flow = 0; flow < size; flow++) {
    if (end[flow] - start[flow] > wholeUpTo) {
      splitFlow(flows, flow, cursor, minPackets, dropLast, ruleOf(flow), parts);
    } else if (packets[flow] >= minPackets) parts.addFrom(flows, flow);
  }
  return parts;
}

function splitFlow(
  flows: FlowSet,
  flow: number,
  cursor: PacketCursor,
  minPackets: number,
  dropLast: boolean,
  rule: SplitRule,
  parts: FlowSet,
): void {
  const key = flows.key[flow];
  const reason = flows.reason[flow] as FlowEnd;
  cursor.start(flow);
  let first = cursor.packet;
  let start = cursor.time;
  let last = start;
  let count = 1;
  let isSplit = false;
  rule.begin(start);
  while (cursor.next()) {
    const { time } = cursor;
    if (rule.splits(time)) {
      if (count >= minPackets) parts.add(first, count, start, last, key, reason);
      isSplit = true;
      first = cursor.packet;
      start = time;
      count = 0;
    }
    last = time;
    count++;
  }
  if (count >= minPackets && !(isSplit && dropLast)) parts.add(first, count, start, last, key, reason);
}

class GapRule implements SplitRule {
  private readonly gap: number;
  private previous = 0;

  constructor(gap: number) {
    this.gap = gap;
  }

  begin(time: number): void {
    this.previous = time;
  }

  splits(time: number): boolean {
    const isSplit = time - this.previous > this.gap;
    this.previous = time;
    return isSplit;
  }
}

/** Splits flows wherever two packets are more than `seconds` apart. */
export function splitAtGaps(flows: FlowSet, seconds: number, minPackets: number): FlowSet {
  const gap = seconds * flows.clock.perSecond;
  const rule = new GapRule(gap);
  return split(flows, minPackets, false, () => rule, gap);
}
