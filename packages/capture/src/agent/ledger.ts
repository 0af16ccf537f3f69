import { type AgentLedger, knownPart, sumOfCounts } from '@antinex/decoder';
import type { SourceStats } from '../source.ts';

/** What a pipeline counts behind its sources. */
export interface PipelineCounts {
  published: number;
  filtered: number;
  sampled: number;
  /** Taken from a source, behind the last packet that was wanted or behind a failure. */
  unread: number;
  /** In the queue to the broker. */
  queued: number;
  /** Taken from a source and not yet anywhere else. */
  inHand: number;
  queueDrops: number;
  brokerDrops: number;
}

export const noCounts = (): PipelineCounts => ({
  published: 0,
  filtered: 0,
  sampled: 0,
  unread: 0,
  queued: 0,
  inHand: 0,
  queueDrops: 0,
  brokerDrops: 0,
});

const total = (stats: readonly SourceStats[], pick: (one: SourceStats) => number): number =>
  stats.reduce((all, one) => all + pick(one), 0);

/** The ledger of a pipeline; `ended` when its sources hand out nothing more. */
export function ledgerOf(
  stats: readonly SourceStats[],
  counts: Readonly<PipelineCounts>,
  ended: boolean,
): AgentLedger {
  const kernel = sumOfCounts(stats.map(({ kernelDrops }) => kernelDrops));
  const interfaces = sumOfCounts(stats.map(({ interfaceDrops }) => interfaceDrops));
  const left = total(stats, ({ waitingPackets }) => waitingPackets);
  return {
    received:
      total(stats, ({ receivedPackets }) => receivedPackets) + knownPart(kernel) + knownPart(interfaces),
    receivedBytes: total(stats, ({ receivedBytes }) => receivedBytes),
    published: counts.published,
    filtered: counts.filtered,
    sampled: counts.sampled,
    unread: counts.unread + (ended ? left : 0),
    waiting: counts.queued + counts.inHand + (ended ? 0 : left),
    dropped: {
      kernel,
      interface: interfaces,
      queue: counts.queueDrops + total(stats, ({ queueDrops }) => queueDrops),
      broker: counts.brokerDrops,
    },
  };
}

/** Packets that went nowhere the ledger knows; anything but 0 is a fault of the program. */
export function unaccounted(ledger: AgentLedger): number {
  const { received, published, filtered, sampled, unread, waiting, dropped } = ledger;
  const elsewhere = knownPart(dropped.kernel) + knownPart(dropped.interface) + dropped.queue + dropped.broker;
  return received - published - filtered - sampled - unread - waiting - elsewhere;
}
