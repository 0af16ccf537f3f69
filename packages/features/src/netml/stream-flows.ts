import type { FlowSet } from '../flow/flow-set.ts';
import type { PacketBatch } from '../flow/packet-batch.ts';
import { splitAtGaps } from '../flow/split.ts';
import { type BuildOptions, checkOptions, DEFAULT_MIN_PACKETS, newCollector } from './build-flows.ts';

/** As for `buildFlows`; but the interval must be known, since there is no end to work it out from. */
export interface StreamOptions extends Omit<BuildOptions, 'compat' | 'quantile'> {
  readonly interval: number;
}

/**
 * Reads packets and hands out flows as they end, some at a time: a flow ends at a gap longer than the
 * interval, so that the flows are those that `buildFlows` makes with it. Memory is bounded by `maxFlows`
 * and `maxPackets`, whatever comes and however long. A set of flows is good until the next is asked for.
 */
export async function* streamFlows(
  batches: AsyncIterable<PacketBatch>,
  options: StreamOptions,
): AsyncGenerator<FlowSet, void> {
  const { interval, minPackets = DEFAULT_MIN_PACKETS } = options;
  checkOptions(options);
  const collector = newCollector(options);
  collector.takeEnded();
  for await (const batch of batches) {
    collector.add(batch);
    yield* handOut(collector.takeEnded());
  }
  yield* handOut(collector.finish());

  function* handOut(ended: FlowSet): Generator<FlowSet, void> {
    const flows = splitAtGaps(ended, interval, minPackets);
    if (flows.size > 0) yield flows;
    collector.release(ended);
  }
}
