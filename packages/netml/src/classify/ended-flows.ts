import {
  FlowCollector,
  type FlowCounts,
  type FlowSet,
  type PacketBatch,
  splitAtGaps,
} from '@antinex/features';
import type { FlowRecipe } from '../extract/recipe.ts';

/** Packets that are held at once, 170 MB of them; flows end early to keep within. */
const MAX_PACKETS = 10_000_000;
/** A TCP flow's stragglers are waited for so long, as they are when features are made. */
const TCP_END_SECONDS = 5;
/** Packets may come so much later than their times say. */
const LATE_SECONDS = 2;

/**
 * Hands out the flows of packets as they end: at the latest at a gap longer than the recipe's interval, where
 * those that features were learned from are split. So what is still going on is judged piece by piece, and
 * soon. Undefined among the packets stands for time that passes.
 */
export class EndedFlows implements AsyncIterable<FlowSet> {
  private readonly batches: AsyncIterable<PacketBatch | undefined>;
  private readonly collector: FlowCollector;
  private readonly interval: number;
  private readonly minPackets: number;

  constructor(batches: AsyncIterable<PacketBatch | undefined>, recipe: FlowRecipe) {
    const { interval, minPackets = 2, tcpIdleSeconds = 600, idleSeconds = 600 } = recipe;
    this.batches = batches;
    this.interval = interval;
    this.minPackets = minPackets;
    this.collector = new FlowCollector({
      ...recipe,
      maxPackets: MAX_PACKETS,
      lateSeconds: LATE_SECONDS,
      tcpIdleSeconds: Math.min(tcpIdleSeconds, interval),
      tcpEndSeconds: Math.min(TCP_END_SECONDS, interval),
      idleSeconds: Math.min(idleSeconds, interval),
    });
  }

  get counts(): FlowCounts {
    return this.collector.counts;
  }

  /** A set is good until the next one is asked for. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FlowSet, void> {
    const { batches, collector } = this;
    for await (const batch of batches) {
      if (batch !== undefined) collector.add(batch);
      else if (collector.counts.packets > 0) collector.expire(Date.now() / 1000 - LATE_SECONDS, 0);
      yield* this.handOut(collector.takeEnded());
    }
    yield* this.handOut(collector.finish());
  }

  private *handOut(ended: FlowSet): Generator<FlowSet, void> {
    // Packets that came out of order may have bridged a gap.
    const flows = splitAtGaps(ended, this.interval, this.minPackets);
    if (flows.size > 0) yield flows;
    this.collector.release(ended);
  }
}
