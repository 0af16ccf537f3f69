import { readLabels, STATISTICS_SETS, type StatisticsSetName, writeStatistics } from '@antinex/features';
import { openRecords } from '@antinex/pcap-file';
import { createProgress, formatCount } from '@antinex/runtime';
import { CaptureFiles, reportFaults } from '../captures/capture-files.ts';
import { labelOptionsOf } from '../extract/extract-options.ts';
import { type CaptureOptions, filesOf } from '../options/captures.ts';
import type { FlowsValues } from '../options/settings.ts';
import { type Told, tell } from '../tell.ts';
import { evictedLine, packetsLine, type SummaryLine } from '../train/summary.ts';
import { statisticsOptionsOf } from './flow-options.ts';
import { LabelCount } from './label-count.ts';

export interface FlowsJob extends Told {
  readonly captures: CaptureOptions;
  readonly values: FlowsValues;
  readonly set: StatisticsSetName;
  readonly output: string;
}

/** `netml flows`: captures become a table of flows, written as they end; answers the exit code. */
export async function writeFlows({ captures, values, set, output, ...told }: FlowsJob): Promise<number> {
  const { pcap, label } = captures;
  const labels =
    label.length === 0
      ? undefined
      : new LabelCount(await readLabels(label, labelOptionsOf({ ...values, labelReverse: true }, {})));
  const files = await CaptureFiles.open(openRecords, pcap, told.signal, createProgress());
  const counts = await writeStatistics(output, files, set, {
    ...statisticsOptionsOf(values),
    ...(labels && { labels }),
    inputs: filesOf(captures),
  });
  const { notes, faults } = files;
  const unlabelled = labels?.unlabelled ?? null;
  await tell(told, { packets: counts, flows: counts.flows, unlabelled, set, output, notes }, [
    packetsLine(counts),
    ['flows', formatCount(counts.flows)],
    ['', unlabelled ? `${formatCount(unlabelled)} have no label` : ''],
    evictedLine(counts),
    ['statistics', STATISTICS_SETS.find(({ name }) => name === set)!.title],
    ...notes.map((note): SummaryLine => ['note', note]),
    ['written', output],
  ]);
  return reportFaults(faults);
}
