import { PipelineError } from '@antinex/runtime';

/** What makes a flow. */
export interface FlowTableOptions {
  /** Both directions of a conversation are one flow; the first packet's is forward. False by default. */
  readonly bidirectional?: boolean;
  /** Seconds without a packet after which a TCP flow ends; 600 by default. */
  readonly tcpIdleSeconds?: number;
  /** The same for all other flows; 600 by default. */
  readonly idleSeconds?: number;
  /** Seconds after which a flow ends though it goes on; none by default. */
  readonly activeSeconds?: number;
  /**
   * TCP flows end with RST, or FIN of all directions they have: a SYN behind begins another flow, and
   * stragglers are waited for only so many seconds. 5 by default; `false` to take no notice of TCP's ends.
   */
  readonly tcpEndSeconds?: number | false;
  /** Flows of packets in tunnels (GRE, IP in IP, VXLAN, MPLS in IP), or of the tunnels themselves. */
  readonly tunnels?: 'inner' | 'outer';
  /** Flows of equal addresses in other VLANs or tunnels are others; true by default. */
  readonly separateNetworks?: boolean;
  /** TCP and UDP alone, or all of IP. */
  readonly protocols?: 'tcp-udp' | 'all';
  /**
   * Flows end soon, once the times of packets of whatever flows have passed a time-out by so many seconds, which are
   * for packets that come late. By default that is looked for after many packets alone.
   */
  readonly lateSeconds?: number;
  /** Flows that are open at once; beyond it the one that waited longest ends early. 1,000,000 by default. */
  readonly maxFlows?: number;
}

/** The same with every gap filled; times in the clock's unit. */
export interface FlowRules {
  readonly bidirectional: boolean;
  readonly tcpIdle: number;
  readonly otherIdle: number;
  readonly closedIdle: number;
  readonly active: number;
  readonly late: number;
  readonly tcpEnds: boolean;
  readonly outer: boolean;
  readonly separateNetworks: boolean;
  readonly allProtocols: boolean;
  readonly maxFlows: number;
}

const DEFAULT_MAX_FLOWS = 1_000_000;
export const DEFAULT_IDLE_SECONDS = 600;
export const DEFAULT_TCP_END_SECONDS = 5;
/** What the arrays of a table can number. */
const MAX_FLOWS = 2 ** 26;
const TIMES = [
  ['tcpIdleSeconds', 'the idle time-out of TCP'],
  ['idleSeconds', 'the idle time-out'],
  ['activeSeconds', 'the active time-out'],
  ['tcpEndSeconds', 'the wait behind the end of TCP'],
  ['lateSeconds', 'the wait for late packets'],
] as const;

/** @throws PipelineError FEATURES_INVALID for times and numbers that are none */
export function flowRules(options: FlowTableOptions, unitsPerSecond: number): FlowRules {
  const { tcpEndSeconds = DEFAULT_TCP_END_SECONDS } = options;
  checkFlowOptions(options);
  return {
    bidirectional: options.bidirectional ?? false,
    tcpIdle: (options.tcpIdleSeconds ?? DEFAULT_IDLE_SECONDS) * unitsPerSecond,
    otherIdle: (options.idleSeconds ?? DEFAULT_IDLE_SECONDS) * unitsPerSecond,
    closedIdle: (tcpEndSeconds || 0) * unitsPerSecond,
    active: (options.activeSeconds ?? Number.POSITIVE_INFINITY) * unitsPerSecond,
    late: (options.lateSeconds ?? Number.POSITIVE_INFINITY) * unitsPerSecond,
    tcpEnds: tcpEndSeconds !== false,
    outer: options.tunnels === 'outer',
    separateNetworks: options.separateNetworks ?? true,
    allProtocols: options.protocols === 'all',
    maxFlows: options.maxFlows ?? DEFAULT_MAX_FLOWS,
  };
}

const isTime = (seconds: number | false | undefined): boolean =>
  seconds === undefined || seconds === false || seconds >= 0;

function checkFlowOptions(options: FlowTableOptions): void {
  const { maxFlows = 1 } = options;
  const problems = TIMES.filter(([name]) => !isTime(options[name])).map(
    ([name, what]) => `${what} must be a time in seconds, not ${options[name]}`,
  );
  if (!(Number.isSafeInteger(maxFlows) && maxFlows > 0 && maxFlows <= MAX_FLOWS)) {
    problems.push(`there are 1 to ${MAX_FLOWS} flows, not ${maxFlows}`);
  }
  if (problems.length > 0) throw new PipelineError('FEATURES_INVALID', { problems });
}
