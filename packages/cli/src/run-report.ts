import type { Message, PacketSource } from '@antinex/capture';
import type { Dataset } from '@antinex/dataset';
import type { LazyMessage } from '@antinex/decoder';
import { createProgress } from '@antinex/runtime';
import { print } from '@antinex/runtime/command';
import type { RunLedger } from './ledger.ts';
import { type RunSummary, summaryText } from './summary.ts';
import { Tally } from './tally.ts';

export interface RunReportOptions {
  readonly source: PacketSource;
  readonly dataset: Dataset;
  readonly csvPath: string | undefined;
  readonly archivePath: string | undefined;
  /** Print the summary as JSON. */
  readonly json: boolean;
}

/** Keeps count of a run, shows its progress and prints its summary. */
export class RunReport {
  withoutMessage = 0;
  refused = 0;
  readonly tally = new Tally();
  private readonly options: RunReportOptions;
  private readonly progress = createProgress();
  private readonly startedMs = performance.now();
  private readonly rowsBefore: number;

  constructor(options: RunReportOptions) {
    this.options = options;
    this.rowsBefore = options.dataset.rows;
  }

  add(messages: readonly (Message | LazyMessage)[]): void {
    for (const message of messages) this.tally.add(message);
    const { receivedBytes, queueDrops } = this.options.source.stats();
    this.progress.update({ packets: this.newRows(), bytes: receivedBytes, dropped: queueDrops });
  }

  /** As it is once the dataset's rows are durable; `rows` are those of the dataset. */
  ledger(rows = this.options.dataset.rows): RunLedger {
    const stats = this.options.source.stats();
    const { withoutMessage, refused } = this;
    const newRows = this.newRows(rows);
    return {
      received: stats.receivedPackets,
      receivedBytes: stats.receivedBytes,
      rows: newRows,
      withoutMessage,
      refused,
      unread: stats.receivedPackets - newRows - withoutMessage - refused - stats.queueDrops,
      queueDrops: stats.queueDrops,
      kernelDrops: stats.kernelDrops,
      interfaceDrops: stats.interfaceDrops,
    };
  }

  /** The summary, on standard output: what was done and where it is. */
  async print(): Promise<void> {
    this.progress.stop();
    const { source, dataset, csvPath, archivePath, json } = this.options;
    const seconds = (performance.now() - this.startedMs) / 1000;
    const ledger = this.ledger(dataset.durableRows);
    const summary: RunSummary = {
      source: source.description,
      ledger,
      truncated: this.tally.truncated,
      malformed: this.tally.malformed,
      byProtocol: Object.fromEntries([...this.tally.byProtocol].sort(([, a], [, b]) => b - a)),
      seconds,
      packetsPerSecond: ledger.rows / seconds,
      rowsInDataset: dataset.durableRows,
      csv: csvPath ?? null,
      archive: archivePath ?? null,
      recovered: dataset.recovered,
      notes: source.notes(),
    };
    await print(`${json ? JSON.stringify(summary, null, 2) : summaryText(summary)}\n`);
  }

  private newRows(rows = this.options.dataset.rows): number {
    return rows - this.rowsBefore;
  }
}
