import { UNKNOWN_LABEL } from '@antinex/models';
import type { MlJob } from '../request/ml-job.ts';
import { labelReader } from './cell.ts';

/** Whether rows have labels to learn from: two different ones, -1 being none unless numbers are predicted. */
export function holdsTwoLabels(rows: readonly unknown[], job: MlJob): boolean {
  const read = labelReader(job.labelRules);
  let first: number | undefined;
  for (const row of rows) {
    const label = read(Object.getOwnPropertyDescriptor(row, job.predictFeature)?.value);
    if (label === undefined || !isLabel(label, job)) continue;
    first ??= label;
    if (label !== first) return true;
  }
  return false;
}

/** Whether a value is a label that is known. */
export const isLabel = (value: number, { mlType }: MlJob): boolean =>
  !Number.isNaN(value) && (mlType === 'regression' || value !== UNKNOWN_LABEL);
