import type { Segment } from './packets.ts';

/** A packet of a random conversation. */
export interface Step {
  /** Nanoseconds since the first second. */
  readonly time: number;
  readonly segment: Segment;
  readonly size: number;
}

export interface ModelOptions {
  readonly bidirectional: boolean;
  readonly tcpIdle: number;
  readonly otherIdle: number;
  readonly active: number;
  /** Below 0: TCP's ends are not looked at. */
  readonly closedIdle: number;
}

export interface ModelFlow {
  readonly key: string;
  readonly times: number[];
  readonly sizes: number[];
  readonly backward: boolean[];
  reason: string;
}

interface Open extends ModelFlow {
  readonly number: number;
  readonly segment: Segment;
  readonly first: number;
  last: number;
  ends: Set<string>;
}

const keyOf = ({ from, to, ports = [1000, 80], protocol = 'tcp' }: Segment) => ({
  there: `${protocol} ${from}:${ports[0]} ${to}:${ports[1]}`,
  back: `${protocol} ${to}:${ports[1]} ${from}:${ports[0]}`,
});

/** Flows by the book: a list that is gone through for every packet. */
export function modelFlows(steps: readonly Step[], options: ModelOptions): ModelFlow[] {
  const open: Open[] = [];
  const ended: Open[] = [];
  let number = 0;
  const end = (flow: Open, reason: string) => {
    open.splice(open.indexOf(flow), 1);
    flow.reason = reason;
    ended.push(flow);
  };
  const isClosed = ({ ends }: Open) =>
    options.closedIdle >= 0 &&
    (ends.has('R') || (ends.has('F') && (!options.bidirectional || ends.has('f'))));
  const timeout = (flow: Open) => {
    if (isClosed(flow)) return options.closedIdle;
    return flow.segment.protocol === 'udp' ? options.otherIdle : options.tcpIdle;
  };
  const isIdle = (flow: Open, time: number) => time - flow.last > timeout(flow);
  for (const { time, segment, size } of steps) {
    const { there, back } = keyOf(segment);
    const flags = segment.protocol === 'udp' ? '' : (segment.flags ?? '');
    let flow = open.find(({ key }) => key === there || (options.bidirectional && key === back));
    if (flow !== undefined) {
      if (isIdle(flow, time)) end(flow, isClosed(flow) ? 'closed' : 'idle');
      else if (time - flow.first > options.active) end(flow, 'active');
      else if (isClosed(flow) && flags.includes('S')) end(flow, 'closed');
      if (!open.includes(flow)) flow = undefined;
    }
    if (flow === undefined) {
      flow = {
        number: number++,
        key: there,
        segment,
        first: time,
        last: time,
        times: [],
        sizes: [],
        backward: [],
        ends: new Set(),
        reason: '',
      };
      open.push(flow);
    }
    const backward = flow.key !== there;
    flow.last = Math.max(flow.last, time);
    flow.times.push(time);
    flow.sizes.push(size);
    flow.backward.push(backward);
    if (flags.includes('R')) flow.ends.add('R');
    else if (flags.includes('F')) flow.ends.add(backward ? 'f' : 'F');
  }
  const last = steps.at(-1)?.time ?? 0;
  for (const flow of [...open]) {
    const reason = isClosed(flow) ? 'closed' : isIdle(flow, last) ? 'idle' : 'capture end';
    end(flow, reason);
  }
  return ended.sort((a, b) => a.number - b.number).map(inOrderOfTime);
}

function inOrderOfTime({ key, times, sizes, backward, reason }: Open): ModelFlow {
  const order = times.map((_, i) => i).sort((a, b) => times[a] - times[b]);
  return {
    key,
    times: order.map((i) => times[i]),
    sizes: order.map((i) => sizes[i]),
    backward: order.map((i) => backward[i]),
    reason,
  };
}
