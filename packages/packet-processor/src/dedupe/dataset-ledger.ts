import type { Ledger, Manifest } from '@antinex/dataset';
import { asSpoolEnd, type SpoolEnd } from '../antinex/spool/spool-end.ts';
import type { LedgersState } from './agent-ledgers.ts';
import type { WindowState } from './packet-window.ts';

const PROGRAM = 'packet-processor';

/**
 * What a processor keeps in the manifest of its dataset, which each commit replaces as a whole. Agents'
 * ledgers stand here as agents told them; AgentLedgers checks what is read back.
 */
export interface DatasetLedger extends LedgersState {
  /** Where the messages came from. */
  readonly queue: string;
  /** Messages dropped since the start because their packets had rows. */
  readonly duplicates: number;
  /** Packets that never came, by source; see SourceGaps. */
  readonly missing: Readonly<Record<string, number>>;
  /** The packets whose rows are durable, as far as they are remembered. */
  readonly seen: WindowState;
  readonly writer: DatasetWriter;
  /** Rows that are to be posted to AntiNex, if that was ever asked for. */
  readonly antinex?: SpoolEnd | undefined;
}

export interface DatasetWriter {
  /** See writerPlace(). */
  readonly place: string;
  /** How long rows may wait for a commit. */
  readonly saveMs: number;
  readonly state: WriterState;
}

/**
 * `open`: it is being written, or its processor died. `ended`: all its messages are settled with the
 * broker. `full`: it goes on in another file, which knows all its packets.
 */
export type WriterState = 'open' | 'ended' | 'full';

export const toLedger = (ledger: DatasetLedger): Ledger => ({ program: PROGRAM, ...ledger });

/** What a processor left in a manifest; undefined when none has written it, or nothing yet. */
export function ledgerIn(manifest: Manifest | undefined): DatasetLedger | undefined {
  const ledger = manifest?.ledger as (Partial<DatasetLedger> & { program?: unknown }) | undefined;
  if (ledger?.program !== PROGRAM) return undefined;
  const { queue, seen, writer, antinex } = ledger;
  const isWhole =
    typeof queue === 'string' &&
    Array.isArray(seen) &&
    seen.every(isGeneration) &&
    typeof writer?.place === 'string' &&
    typeof writer.saveMs === 'number';
  return isWhole ? { ...(ledger as DatasetLedger), antinex: asSpoolEnd(antinex) } : undefined;
}

const isGeneration = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((text) => typeof text === 'string');
