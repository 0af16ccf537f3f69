import { Clock } from '../flow/clock.ts';
import { readInnermost } from '../flow/flow-collector.ts';
import { flowRules } from '../flow/flow-options.ts';
import { type FlowCounts, FlowTable } from '../flow/flow-table.ts';
import type { PacketBatch } from '../flow/packet-batch.ts';
import type { Cell } from '../output/table.ts';
import { STATISTICS_SETS, type StatisticsSetName } from './catalogue.ts';
import { CicMeter } from './cicflowmeter/meter.ts';
import { labelsColumn, type ReadColumn, type StatisticsColumn } from './column.ts';
import { EndedFlow } from './ended-flow.ts';
import { FlowRecords } from './flow-records.ts';
import type { Meter } from './meter.ts';
import { splitColumns } from './nfstream/columns.ts';
import { NfstreamMeter } from './nfstream/meter.ts';
import { SplitPackets } from './nfstream/split-packets.ts';
import { checkStatistics, type StatisticsOptions } from './statistics-options.ts';

const ACTIVITY_SECONDS = 5;

/**
 * A row of statistics for each flow, as flows end. Packets in, rows out:
 *
 *     const statistics = flowStatistics('nfstream', { splt: 20 });
 *     for await (const batch of batches) {
 *       statistics.add(batch);
 *       for (const row of statistics.takeEnded()) use(row); // cells as statistics.columns has them
 *     }
 *     for (const row of statistics.finish()) use(row);
 *
 * No packet is kept. Memory for a flow, while it is open and until its row is taken, is 70 bytes of the
 * flow table and 512 (`nfstream`) or 752 (`cicflowmeter`) of numbers, and 9 for each packet of `splt`.
 * Of open flows there are at most `maxFlows`.
 *
 * A packet that is stamped earlier than one read before it moves the first time, but not the last one; its
 * time since the packet before is 0.
 *
 * @throws PipelineError FEATURES_INVALID for a set or options that there are not
 */
export function flowStatistics(set: StatisticsSetName, options: StatisticsOptions = {}): FlowStatistics {
  return new FlowStatistics(set, options);
}

/** See `flowStatistics`. */
export class FlowStatistics {
  /** Cells of a row. */
  readonly columns: readonly StatisticsColumn[];
  private readonly readers: readonly ReadColumn[];
  private readonly meter: Meter;
  private readonly records: FlowRecords;
  private readonly table: FlowTable;
  private readonly flow: EndedFlow;
  private readonly zeroForNone: boolean;

  constructor(name: StatisticsSetName, options: StatisticsOptions) {
    checkStatistics(name, options);
    const { columns, flows, labelColumn } = STATISTICS_SETS.find(
      (set) => set.name === name,
    ) as (typeof STATISTICS_SETS)[0];
    const split = new SplitPackets(name === 'nfstream' ? (options.splt ?? 0) : 0);
    const clock = new Clock('exact');
    const { labels } = options;
    this.readers = [
      ...columns,
      ...splitColumns(split),
      ...(labels === undefined ? [] : [labelsColumn(labelColumn, labels)]),
    ];
    this.columns = this.readers;
    this.meter = newMeter(name, options, split);
    this.records = new FlowRecords(this.meter);
    const rules = flowRules({ ...flows, ...options, bidirectional: true }, clock.perSecond);
    this.table = new FlowTable(this.records, clock, rules, readInnermost);
    this.flow = new EndedFlow(clock, options.seed ?? 0);
    this.zeroForNone = options.zeroForNone ?? false;
  }

  /** What became of all packets. */
  get counts(): Readonly<FlowCounts> {
    return this.table.counts;
  }

  add(batch: PacketBatch): void {
    if ('capturedLength' in batch) this.table.addRecords(batch);
    else this.table.addPackets(batch);
  }

  /** Ends flows that have waited long enough, when no packets come: `seconds` and `nanos` are the time now. */
  expire(seconds: number, nanos: number): void {
    this.table.expire(this.table.clock.read(seconds, nanos));
  }

  /** The rows of flows that have ended, in the order of their ends. A row that was taken is forgotten. */
  *takeEnded(): Generator<Cell[], void> {
    for (const record of this.records.takeEnded()) {
      this.meter.load?.(record.words, record.at);
      this.flow.load(record);
      yield this.row();
    }
  }

  /** The capture has ended: the rows of all flows not yet taken. */
  finish(): Generator<Cell[], void> {
    this.table.flush();
    return this.takeEnded();
  }

  private row(): Cell[] {
    const { readers, flow, zeroForNone } = this;
    const row = new Array<Cell>(readers.length);
    for (let i = 0; i < readers.length; i++) {
      const { read, type } = readers[i];
      const cell = read(flow);
      row[i] = cell === null && zeroForNone && type !== 'text' ? 0 : cell;
    }
    return row;
  }
}

function newMeter(name: StatisticsSetName, options: StatisticsOptions, split: SplitPackets): Meter {
  if (name === 'cicflowmeter') return new CicMeter(options.activitySeconds ?? ACTIVITY_SECONDS);
  return new NfstreamMeter(options.accounting ?? 'frame', options.wholeMilliseconds ?? false, split);
}
