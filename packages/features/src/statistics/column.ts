import type { Labels } from '../labels/labels.ts';
import type { Cell, Column } from '../output/table.ts';
import type { EndedFlow } from './ended-flow.ts';

/** What a column of a set is. */
export interface StatisticsColumn extends Column {
  readonly unit: string;
  readonly meaning: string;
  /** Where the program that the name comes from says something else. */
  readonly differs?: string;
}

/** A column, and how it is read from a flow; null for what is not known, or is not defined. */
export interface ReadColumn extends StatisticsColumn {
  readonly read: (flow: EndedFlow) => Cell;
}

/** A column that `read` makes of a flow. */
export const column = (
  name: string,
  type: Column['type'],
  unit: string,
  meaning: string,
  read: ReadColumn['read'],
  differs?: string,
): ReadColumn => ({ name, type, unit, meaning, read, ...(differs !== undefined && { differs }) });

const REASONS = ['idle', 'active', 'closed', 'evicted', 'capture-end'] as const;

/** Columns that every set ends with. */
export const COMMON_COLUMNS: readonly ReadColumn[] = [
  column(
    'community_id',
    'text',
    '',
    'Community ID, version 1; of ICMP, that of the first packet',
    (flow) => flow.communityId,
  ),
  column(
    'end_reason',
    'text',
    '',
    'Why the flow ended: `idle` and `active` (time-outs), `closed` (TCP), `evicted` (to make room), `capture-end`',
    (flow) => REASONS[flow.reason],
  ),
];

/** The column of labels. */
export const labelsColumn = (name: string, labels: Labels): ReadColumn =>
  column(name, 'text', '', 'Label of the flow, as the label files have it', (flow) => flow.labelBy(labels));
