import type { Count } from '@antinex/capture';
import type { Recovery } from '@antinex/dataset';
import { formatBytes, formatCount, formatDuration } from '@antinex/runtime';
import type { RunLedger } from './ledger.ts';

/** What a run did, as --json prints it. */
export interface RunSummary {
  readonly source: string;
  readonly ledger: RunLedger;
  readonly truncated: number;
  readonly malformed: number;
  /** Packets by their last decoded layer, most first. */
  readonly byProtocol: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly packetsPerSecond: number;
  /** With the rows that were there before. */
  readonly rowsInDataset: number;
  readonly csv: string | null;
  readonly archive: string | null;
  readonly recovered: readonly Recovery[];
  readonly notes: readonly string[];
}

/**
 * The summary for people: a line for each thing they may want to know, none for what did not happen.
 * What nobody can count is in the notes.
 */
export function summaryText(summary: RunSummary): string {
  const { ledger } = summary;
  const counted: [count: Count, what: string][] = [
    [ledger.withoutMessage, 'have no message in the legacy schema'],
    [ledger.refused, 'make no row'],
    [ledger.unread, 'received and not written'],
    [ledger.queueDrops, 'dropped: the queue was full'],
    [ledger.kernelDrops, 'dropped by the kernel'],
    [ledger.interfaceDrops, 'dropped by the interface'],
    [summary.truncated, 'cut by the snaplen'],
    [summary.malformed, 'malformed: their rows hold what could be read'],
  ];
  const protocols = Object.entries(summary.byProtocol).map(
    ([name, count]) => `${name} ${formatCount(count)}`,
  );
  const rate = `${formatDuration(summary.seconds * 1000)}, ${formatCount(summary.packetsPerSecond)} packets/s`;
  const total =
    summary.rowsInDataset > ledger.rows ? ` of ${formatCount(summary.rowsInDataset)} in the dataset` : '';
  const rows: [label: string, text: string][] = [
    ['source', summary.source],
    ['packets', `${formatCount(ledger.received)}, ${formatBytes(ledger.receivedBytes)}`],
    ['rows', `${formatCount(ledger.rows)}${total} (${rate})`],
    ...counted
      .filter((entry): entry is [number, string] => entry[0] !== 'unknown' && entry[0] !== 0)
      .map(([count, what]): [string, string] => ['', `${formatCount(count)} ${what}`]),
    ['protocols', protocols.join(', ')],
    ...summary.recovered.map(({ path, removedBytes }): [string, string] => [
      'recovered',
      `${path}: cut off ${formatBytes(removedBytes)} that no snapshot had made durable`,
    ]),
    ...summary.notes.map((note): [string, string] => ['note', note]),
    ['csv', summary.csv ?? ''],
    ['archive', summary.archive ?? ''],
  ];
  return rows
    .filter(([, text]) => text !== '')
    .map(([label, text]) => `${label.padEnd(10)} ${text}`)
    .join('\n');
}
