import type { Count } from '@antinex/capture';

/** Where every packet of a run went: received = rows + withoutMessage + refused + unread + queueDrops. */
export interface RunLedger extends Readonly<Record<string, Count>> {
  /** Packets the source handed over or dropped, and their captured bytes. */
  readonly received: number;
  readonly receivedBytes: number;
  readonly rows: number;
  /** The schema has no message for them: legacy only. */
  readonly withoutMessage: number;
  /** Messages without a row: legacy ones without a layer, and rows of many megabytes. */
  readonly refused: number;
  /** Behind the last packet that was wanted (--count), or not yet a row when the run failed. */
  readonly unread: number;
  readonly queueDrops: number;
  readonly kernelDrops: Count;
  readonly interfaceDrops: Count;
}
