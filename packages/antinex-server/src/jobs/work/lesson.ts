import { classesOf, fitMinMax, trainTestSplit } from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import type { TargetScale } from '../models/stored-model.ts';
import type { MlJob } from '../request/ml-job.ts';
import { columnOf, type Frame } from '../rows/frame.ts';
import { isLabel } from '../rows/known-labels.ts';
import { columnTable, sortedRows } from './tables.ts';

/** Rows of a frame to learn from or to test with, and what a network is to give for each. */
export interface Lesson {
  readonly rows: Uint32Array;
  readonly targets: Float32Array;
  /** The labels as they are. */
  readonly labels: Float64Array;
}

export interface Lessons {
  readonly train: Lesson;
  readonly test: Lesson;
  /** The two label values that stand behind 0 and 1; none for regression. */
  readonly classes: readonly number[] | undefined;
  /** How values became targets; none for classes. */
  readonly target: TargetScale | undefined;
}

/**
 * Splits the rows whose label is known into a training and a test part.
 *
 * @throws PipelineError TABLE_UNUSABLE when they have nothing to tell apart; JOB_INVALID
 */
export function lessonsOf(job: MlJob, frame: Frame): Lessons {
  const labels = columnOf(frame, job.predictFeature) ?? new Float64Array(frame.rows).fill(Number.NaN);
  const isRegression = job.mlType === 'regression';
  const rows = sortedRows(frame, job.sortValues).filter((row) => isLabel(labels[row], job));
  const known = Float64Array.from(rows, (row) => labels[row]);
  if (new Set(known).size < 2)
    throw unusable(`"${job.predictFeature}" has one value in all rows that have one`);
  const classes = isRegression ? undefined : classesOf(known);
  const split = trainTestSplit(rows.length, job.testSize, job.seed);
  const target = isRegression ? targetScale(job, split.train, known) : undefined;
  const targets =
    classes?.targets ?? Float32Array.from(known, (value) => value * target!.factor + target!.offset);
  const part = (places: Uint32Array): Lesson => ({
    rows: places.map((place) => rows[place]),
    targets: Float32Array.from(places, (place) => targets[place]),
    labels: Float64Array.from(places, (place) => known[place]),
  });
  const train = part(split.train);
  if (new Set(train.targets).size < 2)
    throw unusable('the training part has one value only: give more rows, or another seed or test_size');
  return { train, test: part(split.test), classes: classes?.values, target };
}

function targetScale(job: MlJob, train: Uint32Array, values: Float64Array): TargetScale {
  if (!job.applyScaler) return { factor: 1, offset: 0 };
  const { factors, offsets } = fitMinMax(columnTable(Float64Array.from(train, (place) => values[place])));
  return { factor: factors[0], offset: offsets[0] };
}

const unusable = (reason: string) =>
  new PipelineError('TABLE_UNUSABLE', { what: 'the rows to learn from', reason });
