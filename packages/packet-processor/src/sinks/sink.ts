import type { LedgerMessage } from '@antinex/decoder';
import type { AgentsTotal } from '../dedupe/agent-ledgers.ts';
import type { Packets } from '../dedupe/elsewhere.ts';
import type { Message } from '../messages/message.ts';

/** What became of the messages that `append` got. */
export interface Appended {
  /** How many it took, from the first on. If not all, commit, and then append the others. */
  readonly taken: number;
  /** Why the first of those that have no row after all has none. */
  readonly refusal: string | undefined;
}

/** What a sink has done since the start; what is not committed does not count. */
export interface SinkCounts {
  readonly rows: number;
  /** Messages whose packet had a row already. */
  readonly duplicates: number;
  /** Packets that have no form in the sink's schema. */
  readonly formless: number;
}

export const NO_COUNTS: SinkCounts = { rows: 0, duplicates: 0, formless: 0 };

export const addCounts = (a: SinkCounts, b: SinkCounts): SinkCounts => ({
  rows: a.rows + b.rows,
  duplicates: a.duplicates + b.duplicates,
  formless: a.formless + b.formless,
});

/**
 * Where messages end. Nothing that `append` took is sure before `commit` resolved: only then may the
 * broker forget it.
 *
 * When `append` or `commit` rejects, nothing may be left of what came since the last commit: call
 * `rollback`, and append all of it again. A full disk (DISK_FULL) or spool (ANTINEX_SPOOL_FULL) passes;
 * after any other error the sink is of no more use.
 */
export interface Sink {
  /**
   * What a commit stands for. `fsync`: rows are on the disk, and with them the knowledge of which
   * packets they are, so that no packet gets a second one. `answered`: a server took them, and after
   * a crash may get some again.
   */
  readonly durability: 'fsync' | 'answered';
  /** Rows since the last commit, and the packets they are of. */
  readonly pendingRows: number;
  readonly pendingPackets: Packets;
  readonly counts: SinkCounts;
  /** Whether an agent's ledger waits for a commit. */
  readonly hasNews: boolean;
  /** What agents told of themselves, in this run and before. */
  readonly agents: AgentsTotal;
  /** Packets that never came, by source. */
  readonly missing: ReadonlyMap<string, number>;
  /** Capture time of the newest packet that is committed, as its message writes it. */
  readonly lastTime: string | null;
  /** What is written to at the moment. */
  readonly files: readonly { readonly path: string; readonly rows: number; readonly bytes: number }[];
  /** `suspect`: another processor may have written these; packets that one has are dropped. */
  append(messages: readonly Message[], suspect: boolean): Promise<Appended>;
  /** Takes in what agents tell of themselves. It is true whatever becomes of rows, so a rollback keeps it. */
  takeLedgers(ledgers: readonly LedgerMessage[]): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** The end of its use; what is not committed is gone. `isSettled`: the broker has all acks. */
  close(isSettled: boolean): Promise<void>;
}
