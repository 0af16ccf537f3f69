import type { FlowTableOptions } from '../flow/flow-options.ts';
import { CICFLOWMETER_COLUMNS } from './cicflowmeter/columns.ts';
import type { ReadColumn, StatisticsColumn } from './column.ts';
import { NFSTREAM_COLUMNS, splitColumns } from './nfstream/columns.ts';
import { SplitPackets } from './nfstream/split-packets.ts';

export const STATISTICS_SET_NAMES = ['nfstream', 'cicflowmeter'] as const;
export type StatisticsSetName = (typeof STATISTICS_SET_NAMES)[number];

/** A set of flow statistics. */
export interface StatisticsSet {
  readonly name: StatisticsSetName;
  readonly title: string;
  /** What is to be known of all its columns. */
  readonly notes: readonly string[];
  /** What makes a flow where the caller does not say. */
  readonly flows: FlowTableOptions;
  readonly columns: readonly StatisticsColumn[];
  /** What the column of labels is called. */
  readonly labelColumn: string;
  /** Columns for each of the first packets, in triples, shown for the first one. */
  readonly perPacket: readonly StatisticsColumn[];
}

interface ReadableSet extends StatisticsSet {
  readonly columns: readonly ReadColumn[];
}

/** The catalogue: every set, every column of it; docs/flow-features.md is made from it. */
export const STATISTICS_SETS: readonly ReadableSet[] = [
  {
    name: 'nfstream',
    title: "NFStream's statistics",
    notes: [
      "The names and meanings of NFStream's core and post-mortem features (all but those of nDPI, MAC addresses and processes). `ps` is a packet's size, by default of the whole frame on the wire (`accounting`: `frame`, `ip`, `transport`, `payload`); `piat` is the time since the packet before.",
      'Flows end after 120 s without a packet, or 1800 s in all, and take no notice of FIN and RST, as with NFStream. Beyond it: later fragments belong to their flows, packets of several tunnels are told apart, and times have nanoseconds. `wholeMilliseconds` cuts every time to a millisecond as NFStream does.',
    ],
    flows: {
      protocols: 'all',
      idleSeconds: 120,
      tcpIdleSeconds: 120,
      activeSeconds: 1800,
      tcpEndSeconds: false,
    },
    columns: NFSTREAM_COLUMNS,
    labelColumn: 'label',
    perPacket: splitColumns(new SplitPackets(1)),
  },
  {
    name: 'cicflowmeter',
    title: "CICFlowMeter's statistics, corrected",
    notes: [
      'The names of the CSV files of CICIDS2017, without their leading spaces and without the second `Fwd Header Length`. "Length" and "size" always mean the payload behind the transport header as the headers tell it (behind the IP header where there is no transport header), in bytes on the wire.',
      'Flows end after 120 s, or with TCP: by RST, or FIN of both directions. CICFlowMeter ends them at the first FIN, and makes another flow of what follows.',
      'A subflow begins with the first packet, and after every gap of more than 1 s. A time of activity lasts from the first packet, or the first one after an idle time, to the last one before the next idle time or the end; an idle time is a gap of more than 5 s (`activitySeconds`). A bulk is a run of 4 or more packets with payload in one direction, with none of the other direction between them and no gap of more than 1 s.',
    ],
    flows: { protocols: 'all', idleSeconds: 120, tcpIdleSeconds: 120, activeSeconds: 120 },
    columns: CICFLOWMETER_COLUMNS,
    labelColumn: 'Label',
    perPacket: [],
  },
];
