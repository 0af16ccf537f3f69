import { PipelineError } from '@antinex/runtime';
import { type CollectOptions, FlowCollector, type Reading } from '../flow/flow-collector.ts';
import {
  DEFAULT_IDLE_SECONDS,
  DEFAULT_TCP_END_SECONDS,
  type FlowTableOptions,
} from '../flow/flow-options.ts';
import type { FlowSet } from '../flow/flow-set.ts';
import type { FlowCounts } from '../flow/flow-table.ts';
import type { PacketBatch } from '../flow/packet-batch.ts';
import { splitAtGaps } from '../flow/split.ts';
import { positiveQuantile, quantile } from '../numeric/quantile.ts';
import { readNetmlHeaders } from './netml-headers.ts';
import { splitByInterval, splitByTimeouts } from './netml-splits.ts';

export interface BuildOptions extends CollectOptions {
  /**
   * netml 0.7.1 to the letter: directional flows, its time-outs, its splits that lose the last part, its
   * one key for IPv6, captured lengths, and errors where it has them (NETML_FAILS).
   */
  readonly compat?: 'netml';
  /** Flows with fewer packets are left out; 2 by default. */
  readonly minPackets?: number;
  /** Flows are split at gaps longer than this many seconds; by default `quantile` tells. */
  readonly interval?: number;
  /** The interval is this quantile of the flows' durations; 0.9 by default. */
  readonly quantile?: number;
}

/** Flows as features are made of them. */
export interface BuiltFlows {
  readonly flows: FlowSet;
  /** Seconds; infinite where nothing was split. */
  readonly interval: number;
  readonly options: BuildOptions;
  readonly counts: Readonly<FlowCounts>;
}

const DEFAULT_QUANTILE = 0.9;
export const DEFAULT_MIN_PACKETS = 2;
/** netml takes no flow of a single packet, whatever its threshold. */
const NETML_MIN_PACKETS = 2;

const NETML_READING: Reading = { read: readNetmlHeaders, clock: 'epoch' };

/**
 * Reads packets to their end and makes flows of them, split by the interval.
 *
 * @throws PipelineError NO_FLOWS, TOO_MANY_PACKETS, FEATURES_INVALID, with `compat` NETML_FAILS; and what
 *   reading the packets throws
 */
export async function buildFlows(
  batches: AsyncIterable<PacketBatch>,
  options: BuildOptions = {},
): Promise<BuiltFlows> {
  checkOptions(options);
  const { flows, counts } = await collect(batches, options);
  return splitFlows(flows, counts, options);
}

/** In a function of its own, so that the collector's memory is free when the flows are split. */
async function collect(batches: AsyncIterable<PacketBatch>, options: BuildOptions) {
  const collector = newCollector(options);
  for await (const batch of batches) collector.add(batch);
  return { flows: collector.finish(), counts: collector.counts };
}

/** A collector of flows as `options` want them, for packets that come in another way. */
export function newCollector(options: BuildOptions): FlowCollector {
  const { interval } = options;
  if (options.compat === undefined) {
    return new FlowCollector(
      interval === undefined ? options : { ...options, ...idleWithin(options, interval) },
    );
  }
  const { maxPackets, maxFlows } = options;
  const netml: CollectOptions = {
    lengths: options.lengths ?? 'captured',
    tcpIdleSeconds: Number.POSITIVE_INFINITY,
    idleSeconds: Number.POSITIVE_INFINITY,
    tcpEndSeconds: false,
    ...(maxPackets !== undefined && { maxPackets }),
    ...(maxFlows !== undefined && { maxFlows }),
  };
  return new FlowCollector(netml, NETML_READING);
}

/** Time-outs that are no longer than the interval: then flows end at its gaps by themselves. */
function idleWithin(options: BuildOptions, interval: number): FlowTableOptions {
  const {
    tcpIdleSeconds = DEFAULT_IDLE_SECONDS,
    idleSeconds = DEFAULT_IDLE_SECONDS,
    tcpEndSeconds = DEFAULT_TCP_END_SECONDS,
  } = options;
  return {
    tcpIdleSeconds: Math.min(tcpIdleSeconds, interval),
    idleSeconds: Math.min(idleSeconds, interval),
    tcpEndSeconds: tcpEndSeconds === false ? false : Math.min(tcpEndSeconds, interval),
  };
}

/** What `buildFlows` does when all packets are in. */
function splitFlows(collected: FlowSet, counts: Readonly<FlowCounts>, options: BuildOptions): BuiltFlows {
  const isNetml = options.compat === 'netml';
  const { flows, interval } = isNetml ? splitLikeNetml(collected, options) : splitSoundly(collected, options);
  return { flows, interval, options, counts };
}

interface Split {
  readonly flows: FlowSet;
  readonly interval: number;
}

function splitSoundly(collected: FlowSet, options: BuildOptions): Split {
  const { minPackets = DEFAULT_MIN_PACKETS, quantile: q = DEFAULT_QUANTILE } = options;
  const interval = options.interval ?? intervalOf(collected, minPackets, q);
  const flows = splitAtGaps(collected, interval, minPackets);
  if (flows.size === 0)
    throw new PipelineError('NO_FLOWS', { reason: `none has ${minPackets} packets or more` });
  return { flows, interval };
}

/**
 * A quantile of the durations. Flows whose packets all have one time say nothing of a good interval: where
 * they alone would decide, the others do; without any, nothing is split.
 */
function intervalOf(collected: FlowSet, minPackets: number, q: number): number {
  const durations = new Float64Array(collected.size);
  let count = 0;
  for (let flow = 0; flow < collected.size; flow++) {
    if (collected.packets[flow] >= minPackets) durations[count++] = collected.duration(flow);
  }
  return positiveQuantile(durations.subarray(0, count), q) ?? Number.POSITIVE_INFINITY;
}

function splitLikeNetml(collected: FlowSet, options: BuildOptions): Split {
  const { minPackets: threshold = DEFAULT_MIN_PACKETS, quantile: q = DEFAULT_QUANTILE } = options;
  const minPackets = Math.max(NETML_MIN_PACKETS, threshold);
  const timeouts = {
    tcpSeconds: options.tcpIdleSeconds ?? DEFAULT_IDLE_SECONDS,
    udpSeconds: options.idleSeconds ?? DEFAULT_IDLE_SECONDS,
  };
  const whole = splitByTimeouts(collected.withPackets(minPackets), timeouts, threshold);
  const interval = options.interval ?? netmlInterval(whole, q);
  return { flows: splitByInterval(whole, interval, minPackets), interval };
}

function netmlInterval(flows: FlowSet, q: number): number {
  if (flows.size === 0) {
    throw new PipelineError('NETML_FAILS', {
      error: 'IndexError: cannot do a non-empty take from an empty axes.',
    });
  }
  return quantile(flows.durations(), q);
}

/** @throws PipelineError FEATURES_INVALID */
export function checkOptions(options: BuildOptions): void {
  const { interval, quantile: q, minPackets } = options;
  const problems: string[] = [];
  if (interval !== undefined && !(interval > 0))
    problems.push(`the interval must be above 0, not ${interval}`);
  if (q !== undefined && !(q > 0 && q <= 1))
    problems.push(`the quantile must be above 0 and at most 1, not ${q}`);
  if (minPackets !== undefined && !(Number.isSafeInteger(minPackets) && minPackets > 0)) {
    problems.push(`a flow has at least 1 packet, not ${minPackets}`);
  }
  if (problems.length > 0) throw new PipelineError('FEATURES_INVALID', { problems });
}
