import type { PlainError } from '@antinex/runtime';
import type { ModelPlace } from '../models/model-store.ts';
import type { PreparePlan } from '../prepare/prepare-dataset.ts';
import type { MlJob, MlType } from '../request/ml-job.ts';
import type { Frame } from '../rows/frame.ts';
import type { JobLimits, JobOutcome, PrepareOutcome } from '../types.ts';

/** What a thread starts with. */
export interface ThreadSettings {
  readonly limits: JobLimits;
}

/** A job's rows: numbers already, or the file that has them. */
export type RowInput =
  | { readonly frame: Frame }
  | { readonly csv: { readonly path: string; readonly name: string } };

interface MlTask {
  readonly compat: boolean;
  readonly job: MlJob;
  readonly input: RowInput;
}

export interface TrainTask extends MlTask {
  readonly kind: 'train';
  readonly path: string;
}

export interface PredictTask extends MlTask {
  readonly kind: 'predict';
  readonly model: ModelPlace;
}

/** What kind of model is it? */
export interface DescribeTask {
  readonly kind: 'describe';
  readonly model: ModelPlace;
}

export interface PrepareTask {
  readonly kind: 'prepare';
  readonly plan: PreparePlan;
}

export type PlainOutcome = Omit<JobOutcome, 'predictions' | 'modelFile'>;

export interface ModelFacts {
  readonly columns: readonly string[];
  readonly predictFeature: string;
  readonly mlType: MlType;
}

export type Task = TrainTask | PredictTask | DescribeTask | PrepareTask;

export interface Results {
  readonly train: PlainOutcome;
  readonly predict: PlainOutcome;
  readonly describe: ModelFacts;
  readonly prepare: PrepareOutcome;
}

/** To a thread. */
export type Order = { readonly id: number; readonly task: Task } | { readonly abort: number };

/** From a thread. */
export type Report =
  | { readonly id: number; readonly result: Results[Task['kind']] }
  | { readonly id: number; readonly error: PlainError };
