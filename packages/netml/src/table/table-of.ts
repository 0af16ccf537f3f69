import { PipelineError } from '@antinex/runtime';
import type { Extraction } from '../extract/extract.ts';
import { type FeatureTable, MAX_NUMBERS } from './feature-table.ts';

/** All rows of features at once. @throws PipelineError FEATURES_INVALID when they are too many */
export function tableOf({ parts, labels }: Pick<Extraction, 'parts' | 'labels'>): FeatureTable {
  const { columns } = parts[0];
  const rows = parts.reduce((sum, { flows }) => sum + flows.size, 0);
  if (rows * columns.length > MAX_NUMBERS) {
    const problem = `${rows} flows of ${columns.length} columns do not fit into memory: ask for fewer --packets`;
    throw new PipelineError('FEATURES_INVALID', { problems: [problem] });
  }
  const values = new Float64Array(rows * columns.length);
  let at = 0;
  for (const part of parts) {
    for (let flow = 0; flow < part.flows.size; flow++) {
      part.put(flow, values, at);
      at += columns.length;
    }
  }
  return { columns, matrix: { values, rows, columns: columns.length }, labels };
}
