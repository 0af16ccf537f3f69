import {
  type CrossValidationOptions,
  countWeights,
  describeNetwork,
  kFolds,
  type NetworkDescription,
  type Split,
  stratifiedFolds,
} from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import type { MlJob } from '../request/ml-job.ts';
import type { JobLimits } from '../types.ts';

export interface TrainingContext {
  readonly limits: JobLimits;
  readonly signal?: AbortSignal | undefined;
}

/** What a pass over a row costs beside its weights. */
const ROW_COST = 1000;
/** A prediction may take this part of what a training may. */
const PREDICTION_SHARE = 100;

export function networkOf(job: MlJob, inputs: number): NetworkDescription {
  return describeNetwork(
    job.modelDesc,
    inputs,
    job.mlType === 'regression' ? 'regression' : 'classification',
  );
}

/** Also those of the folds: classes count right rows, numbers the loss. */
export function trainingOptions(job: MlJob, signal: AbortSignal | undefined): CrossValidationOptions {
  const { loss, epochs, batchSize, seed, mlType } = job;
  const scoreBy = mlType === 'regression' ? 'loss' : 'accuracy';
  return { loss, epochs, batchSize, seed, signal, scoreBy };
}

/**
 * The folds of a training part, by what its network is to give; none for standalone-classification.
 *
 * @throws PipelineError TABLE_UNUSABLE for too few rows
 */
export function foldsOf({ mlType, numSplits }: MlJob, labels: Float32Array): Split[] | undefined {
  if (mlType === 'standalone-classification') return undefined;
  return mlType === 'regression' ? kFolds(labels.length, numSplits) : stratifiedFolds(labels, numSplits);
}

/**
 * Refuses a training that would take days.
 *
 * @param rows that the network is trained with; those of the folds come on top
 * @throws PipelineError JOB_TOO_LARGE
 */
export function checkTrainingWork(
  job: MlJob,
  network: NetworkDescription,
  rows: number,
  limits: JobLimits,
): void {
  // k folds train with (k - 1) / k of the rows each.
  const networks = job.mlType === 'standalone-classification' ? 1 : job.numSplits;
  if (job.epochs * rows * networks * (ROW_COST + countWeights(network)) <= limits.work) return;
  throw new PipelineError('JOB_TOO_LARGE', {
    what: `training ${countWeights(network)} weights with ${rows} rows for ${job.epochs} epochs`,
    limit: 'this server does for one job; take fewer epochs, num_splits, rows or neurons',
  });
}

/** @throws PipelineError JOB_TOO_LARGE */
export function checkPredictionWork(network: NetworkDescription, rows: number, limits: JobLimits): void {
  if (rows * PREDICTION_SHARE * (ROW_COST + countWeights(network)) <= limits.work) return;
  throw new PipelineError('JOB_TOO_LARGE', {
    what: `a prediction of ${rows} rows with ${countWeights(network)} weights`,
    limit: 'this server does for one job; send fewer rows at once',
  });
}
