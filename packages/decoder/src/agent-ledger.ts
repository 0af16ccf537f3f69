/** A number of packets, or that nobody can say. Unknown is not 0. */
export type Count = number | 'unknown';

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

/** The part of a count that is known. */
export const knownPart = (count: Count): number => (count === 'unknown' ? 0 : count);

/** What is unknown in part is unknown. */
export const sumOfCounts = (counts: readonly Count[]): Count =>
  counts.reduce<Count>((a, b) => (a === 'unknown' || b === 'unknown' ? 'unknown' : bounded(a + b)), 0);

/** Several ledgers as one. Counts end at 2^53 - 1, which only ledgers that are made up reach. */
export function addLedgers(ledgers: readonly AgentLedger[]): AgentLedger {
  const add = (pick: (ledger: AgentLedger) => number) =>
    ledgers.reduce((all, one) => bounded(all + pick(one)), 0);
  const kernel = sumOfCounts(ledgers.map(({ dropped }) => dropped.kernel));
  const interfaces = sumOfCounts(ledgers.map(({ dropped }) => dropped.interface));
  const came = add(
    ({ received, dropped }) => received - knownPart(dropped.kernel) - knownPart(dropped.interface),
  );
  return {
    received: bounded(came + knownPart(kernel) + knownPart(interfaces)),
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

const bounded = (count: number): number => Math.min(Math.max(0, count), Number.MAX_SAFE_INTEGER);
