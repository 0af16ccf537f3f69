import { PipelineError } from '@antinex/runtime';
import type { Clock } from '../flow/clock.ts';
import type { FlowSet } from '../flow/flow-set.ts';
import { type SplitRule, split } from '../flow/split.ts';
import { floorDivide } from '../numeric/floor-divide.ts';

const TCP = 6;

/** netml's time-outs: a gap above the time-out ends a part. */
class TimeoutRule implements SplitRule {
  private readonly clock: Clock;
  private readonly timeout: number;
  private previous = 0;

  constructor(clock: Clock, timeout: number) {
    this.clock = clock;
    this.timeout = timeout;
  }

  begin(time: number): void {
    this.previous = this.clock.value(time);
  }

  splits(time: number): boolean {
    const value = this.clock.value(time);
    const isSplit = value - this.previous > this.timeout;
    this.previous = value;
    return isSplit;
  }
}

/**
 * netml's intervals: a gap above the interval ends a part, but behind the first packet of a part the gap
 * counts from the start of the window that packet lies in, windows following one another from the
 * flow's beginning.
 */
class IntervalRule implements SplitRule {
  private readonly clock: Clock;
  private readonly interval: number;
  private window = 0;
  private previous = 0;

  constructor(clock: Clock, interval: number) {
    this.clock = clock;
    this.interval = interval;
  }

  begin(time: number): void {
    this.window = this.previous = this.clock.value(time);
  }

  splits(time: number): boolean {
    const value = this.clock.value(time);
    if (value - this.previous <= this.interval) {
      this.previous = value;
      return false;
    }
    if (this.interval === 0) throw overflow();
    this.window += floorDivide(value - this.window, this.interval) * this.interval;
    this.previous = this.window;
    return true;
  }
}

/** Python's int() of an infinite quotient. */
export const overflow = () =>
  new PipelineError('NETML_FAILS', { error: 'OverflowError: cannot convert float infinity to integer' });

export interface NetmlTimeouts {
  readonly tcpSeconds: number;
  readonly udpSeconds: number;
}

/** netml's split by time-outs: of a flow that is split, the last part is thrown away. */
export function splitByTimeouts(flows: FlowSet, timeouts: NetmlTimeouts, minPackets: number): FlowSet {
  return split(flows, minPackets, true, (flow) => {
    // The time-out of TCP is taken for every key that has a 6 anywhere, in a port too.
    const { protocol, sourcePort, destinationPort } = flows.keyOf(flow);
    const isTcp = protocol === TCP || sourcePort === TCP || destinationPort === TCP;
    return new TimeoutRule(flows.clock, isTcp ? timeouts.tcpSeconds : timeouts.udpSeconds);
  });
}

/** netml's split by intervals, which throws the last part away too. */
export function splitByInterval(flows: FlowSet, seconds: number, minPackets: number): FlowSet {
  const rule = new IntervalRule(flows.clock, seconds);
  return split(flows, minPackets, true, () => rule);
}
