import { scaleLikeAntinex, type Table } from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import type { MlJob } from '../request/ml-job.ts';
import type { Frame } from '../rows/frame.ts';
import { columnTable, sortedRows, tableOf } from './tables.ts';

/** Rows as AntiNex core works with them. */
export interface CompatBatch {
  /** The columns that rows have, in their order: features, and the predicted one somewhere among them. */
  readonly columns: readonly string[];
  readonly features: readonly string[];
  readonly inputs: Table;
  readonly labels: Float32Array;
  /** What scaling took the labels from; the same where nothing is scaled. */
  readonly rawLabels: Float32Array;
  /** The place of each row in what was given. */
  readonly places: Uint32Array;
}

/**
 * Sorts rows if that is asked for, and scales every column by the extremes of these very rows.
 *
 * @throws PipelineError JOB_INVALID for a column that no row has, TABLE_UNUSABLE for a row that has not all
 */
export function compatBatch(job: MlJob, frame: Frame): CompatBatch {
  const { predictFeature, applyScaler } = job;
  const wanted = [...job.features, predictFeature];
  const missing = wanted.find((name) => !frame.columns.includes(name));
  if (missing !== undefined) {
    const reason = `names the column "${missing}", which no row has`;
    const field = missing === predictFeature ? 'predict_feature' : 'features_to_process';
    throw new PipelineError('JOB_INVALID', { problems: [{ field, reason }] });
  }
  const places = sortedRows(frame, job.sortValues);
  const columns = frame.columns.filter((name) => wanted.includes(name));
  const features = columns.filter((name) => name !== predictFeature);
  const width = frame.columns.length;
  const sorted = { ...frame, values: new Float64Array(frame.values.length) };
  places.forEach((place, row) => {
    sorted.values.set(frame.values.subarray(place * width, (place + 1) * width), row * width);
  });
  const raw = tableOf(sorted, features, Number.NaN);
  const rawLabels = tableOf(sorted, [predictFeature], Number.NaN).values;
  const labels = columnTable(rawLabels);
  return {
    columns,
    features,
    inputs: applyScaler ? scaleLikeAntinex(raw) : raw,
    labels: applyScaler ? scaleLikeAntinex(labels).values : rawLabels,
    rawLabels,
    places,
  };
}
