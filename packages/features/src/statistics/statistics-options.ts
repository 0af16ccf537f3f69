import { PipelineError } from '@antinex/runtime';
import type { FlowTableOptions } from '../flow/flow-options.ts';
import type { Labels } from '../labels/labels.ts';
import { STATISTICS_SET_NAMES, type StatisticsSetName } from './catalogue.ts';
import { ACCOUNTINGS, type Accounting } from './nfstream/meter.ts';

/** What makes a flow is as the set has it, where nothing else is said. */
export interface StatisticsOptions extends Omit<FlowTableOptions, 'bidirectional'> {
  /** Seed of the Community ID, 0 to 65535; 0 by default. */
  readonly seed?: number;
  /** 0 in place of null for numbers, as NFStream and CICFlowMeter write; false by default. */
  readonly zeroForNone?: boolean;
  /** Adds a column of labels, last; null for flows that have none. */
  readonly labels?: Labels;
  /** Of `nfstream`: what of a packet is its size; the frame by default. */
  readonly accounting?: Accounting;
  /** Of `nfstream`: direction, size and time of so many first packets, 0 to 255; 0 by default. */
  readonly splt?: number;
  /** Of `nfstream`: times in whole milliseconds, cut off as NFStream does; false by default. */
  readonly wholeMilliseconds?: boolean;
  /** Of `cicflowmeter`: a longer gap is an idle time; 5 seconds by default. */
  readonly activitySeconds?: number;
}

const MOST_SPLIT = 255;
const MOST_SEED = 65_535;

const isWhole = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= most;

/** @throws PipelineError FEATURES_INVALID for what there is not */
export function checkStatistics(set: StatisticsSetName, options: StatisticsOptions): void {
  const { seed = 0, splt = 0, accounting = 'frame', activitySeconds = 5 } = options;
  const problems: string[] = [];
  if (!STATISTICS_SET_NAMES.includes(set)) {
    problems.push(`there are no statistics named ${set}, but ${STATISTICS_SET_NAMES.join(' and ')}`);
  }
  if (!isWhole(seed, MOST_SEED)) problems.push(`the seed is 0 to ${MOST_SEED}, not ${seed}`);
  if (!isWhole(splt, MOST_SPLIT)) problems.push(`splt is 0 to ${MOST_SPLIT} packets, not ${splt}`);
  if (!ACCOUNTINGS.includes(accounting)) {
    problems.push(`the accounting is ${ACCOUNTINGS.join(', ')}, not ${accounting}`);
  }
  if (!(activitySeconds > 0)) problems.push(`the activity seconds must be above 0, not ${activitySeconds}`);
  if (problems.length > 0) throw new PipelineError('FEATURES_INVALID', { problems });
}
