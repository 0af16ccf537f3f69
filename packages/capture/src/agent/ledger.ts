import type { Count, SourceStats } from '../source.ts';

/**
 * Where every packet went that matched the filter at the device:
 * `received = published + filtered + sampled + unread + waiting + dropped.*`. What nobody can count
 * is `unknown` and stands outside of the sum, on both sides of it; so does what only some of several
 * sources can count.
 */
export interface AgentLedger {
  readonly received: number;
  /** Captured bytes of the packets that came into the program. */
  readonly receivedBytes: number;
  /** Confirmed by the broker, or safe in the spool. */
  readonly published: number;
  /** Packets the filter of --read or the legacy schema leaves out. */
  readonly filtered: number;
  /** Packets of flows that are not in the sample. */
  readonly sampled: number;
  /** Behind the last packet that was wanted (--count), or behind a failure. */
  readonly unread: number;
  /** On their way; 0 at the end. */
  readonly waiting: number;
  readonly dropped: {
    readonly kernel: Count;
    readonly interface: Count;
    /** The queue to the broker, or from the device, was full. */
    readonly queue: number;
    /** The broker never confirmed them. */
    readonly broker: number;
  };
}

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

const sum = (counts: readonly Count[]): Count =>
  counts.reduce<Count>((a, b) => (a === 'unknown' || b === 'unknown' ? 'unknown' : a + b), 0);

/** The part of a sum that is known. */
export const known = (count: Count): number => (count === 'unknown' ? 0 : count);

const total = (stats: readonly SourceStats[], pick: (one: SourceStats) => number): number =>
  stats.reduce((all, one) => all + pick(one), 0);

/** The ledger of a pipeline; `ended` when its sources hand out nothing more. */
export function ledgerOf(
  stats: readonly SourceStats[],
  counts: Readonly<PipelineCounts>,
  ended: boolean,
): AgentLedger {
  const kernel = sum(stats.map(({ kernelDrops }) => kernelDrops));
  const interfaces = sum(stats.map(({ interfaceDrops }) => interfaceDrops));
  const left = total(stats, ({ waitingPackets }) => waitingPackets);
  return {
    received: total(stats, ({ receivedPackets }) => receivedPackets) + known(kernel) + known(interfaces),
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

/** Several pipelines' ledgers as one. */
export function addLedgers(ledgers: readonly AgentLedger[]): AgentLedger {
  const add = (pick: (ledger: AgentLedger) => number) => ledgers.reduce((all, one) => all + pick(one), 0);
  const kernel = sum(ledgers.map(({ dropped }) => dropped.kernel));
  const interfaces = sum(ledgers.map(({ dropped }) => dropped.interface));
  const came = add(({ received, dropped }) => received - known(dropped.kernel) - known(dropped.interface));
  return {
    received: came + known(kernel) + known(interfaces),
    receivedBytes: add(({ receivedBytes }) => receivedBytes),
    published: add(({ published }) => published),
    filtered: add(({ filtered }) => filtered),
    sampled: add(({ sampled }) => sampled),
    unread: add(({ unread }) => unread),
    waiting: add(({ waiting }) => waiting),
    dropped: {
      kernel,
      interface: interfaces,
      queue: add(({ dropped }) => dropped.queue),
      broker: add(({ dropped }) => dropped.broker),
    },
  };
}

/** Packets that went nowhere the ledger knows; anything but 0 is a fault of the program. */
export function unaccounted(ledger: AgentLedger): number {
  const { received, published, filtered, sampled, unread, waiting, dropped } = ledger;
  const elsewhere = known(dropped.kernel) + known(dropped.interface) + dropped.queue + dropped.broker;
  return received - published - filtered - sampled - unread - waiting - elsewhere;
}
