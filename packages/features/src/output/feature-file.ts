import type { FlowSet } from '../flow/flow-set.ts';
import type { Features } from '../netml/features.ts';
import type { Cell, Column } from './table.ts';
import { TableFile, tableKindOf } from './table-file.ts';

export interface FeatureFileOptions {
  /** 0 or 1 for each flow; of several parts one after another. */
  readonly labels?: ArrayLike<number>;
  /** The labels as they were written. */
  readonly names?: readonly string[];
  /** What the features are made from: files that must not be written to. */
  readonly inputs?: readonly string[];
}

/** Columns in front of the features. */
const FLOW_COLUMNS: readonly Column[] = [
  { name: 'source', type: 'text' },
  { name: 'source_port', type: 'integer' },
  { name: 'destination', type: 'text' },
  { name: 'destination_port', type: 'integer' },
  { name: 'protocol', type: 'integer' },
  { name: 'start', type: 'number' },
];
const LABEL: Column = { name: 'label', type: 'integer' };
const LABEL_NAME: Column = { name: 'label_name', type: 'text' };

/** Values written at once: few enough for their rows to be forgotten as young objects. */
const BATCH_VALUES = 10_000;

/**
 * Writes features to a file of the format its ending names, a row a flow: who spoke with whom, when (in
 * seconds since 1970), the label if there are labels, and the features. A numpy array (.npy) holds the
 * features alone, and labels go to a second one: `x.npy`, `x.labels.npy`. Features of several captures, with
 * the same columns, go into one file.
 *
 * A file appears when it is whole; after an error what was there before is there still.
 *
 * @throws PipelineError FEATURES_INVALID, OUTPUT_UNWRITABLE, DISK_FULL; NETML_FAILS as the features do
 */
export async function writeFeatures(
  path: string,
  features: Features | readonly Features[],
  options: FeatureFileOptions = {},
): Promise<void> {
  const { labels, inputs } = options;
  const parts = [features].flat();
  if (tableKindOf(path) !== 'npy') return writeTable(path, parts, options);
  await writeRows(path, numbers(parts[0].columns), inputs, parts, ({ values }) => values);
  if (labels === undefined) return;
  await writeRows(labelFileOf(path), [LABEL], inputs, parts, ({ number }) => [labels[number]]);
}

/** Where the labels of a numpy array of features are. */
export const labelFileOf = (path: string): string => path.replace(/\.npy$/i, '.labels.npy');

const numbers = (names: readonly string[]): Column[] => names.map((name) => ({ name, type: 'number' }));

interface Row {
  /** Counted through all parts. */
  readonly number: number;
  readonly flows: FlowSet;
  readonly flow: number;
  readonly values: readonly number[];
}

function writeTable(path: string, parts: readonly Features[], options: FeatureFileOptions): Promise<void> {
  const { labels, names, inputs } = options;
  const columns = [
    ...FLOW_COLUMNS,
    ...(labels === undefined ? [] : [LABEL]),
    ...(names === undefined ? [] : [LABEL_NAME]),
    ...numbers(parts[0].columns),
  ];
  return writeRows(path, columns, inputs, parts, ({ number, flows, flow, values }) => {
    const { source, sourcePort, destination, destinationPort, protocol } = flows.keyOf(flow);
    const start = flows.clock.epochSeconds(flows.start[flow]);
    const row: Cell[] = [source, sourcePort, destination, destinationPort, protocol, start];
    if (labels !== undefined) row.push(labels[number]);
    if (names !== undefined) row.push(names[number]);
    for (const value of values) row.push(value);
    return row;
  });
}

async function writeRows(
  path: string,
  columns: readonly Column[],
  inputs: readonly string[] | undefined,
  parts: readonly Features[],
  rowOf: (row: Row) => readonly Cell[],
): Promise<void> {
  const table = await TableFile.create(path, columns, inputs);
  try {
    const width = parts[0].columns.length;
    const batchRows = Math.max(1, Math.floor(BATCH_VALUES / Math.max(1, width)));
    const values = new Float64Array(width);
    let rows: (readonly Cell[])[] = [];
    let number = 0;
    for (const features of parts) {
      const { flows } = features;
      for (let flow = 0; flow < flows.size; flow++) {
        features.put(flow, values);
        rows.push(rowOf({ number: number++, flows, flow, values: Array.from(values) }));
        if (rows.length < batchRows) continue;
        await table.add(rows);
        rows = [];
      }
    }
    await table.add(rows);
    await table.commit();
  } catch (error) {
    await table.abort();
    throw error;
  }
}
