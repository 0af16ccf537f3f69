import {
  classesOf,
  crossValidate,
  type Examples,
  scoreNetwork,
  takeRows,
  trainNetwork,
  trainTestSplit,
} from '@antinex/models';
import { detailsOf, type StoredModel } from '../models/stored-model.ts';
import type { MlJob } from '../request/ml-job.ts';
import type { CompatBatch } from './compat-batch.ts';
import { scoresOf } from './reports.ts';
import { columnTable } from './tables.ts';
import { checkTrainingWork, foldsOf, networkOf, type TrainingContext, trainingOptions } from './training.ts';

/**
 * Trains as AntiNex core does. Rows of a dataset are split by the seed; rows of a request are trained with
 * and tested with, all of them. Labels are told apart as -1 and 1, but those of the validation part are
 * not made 0 and 1, so that its accuracy means nothing. The accuracy is that of the folds.
 *
 * @throws PipelineError JOB_TOO_LARGE, TABLE_UNUSABLE, TRAINING_DIVERGED; the signal's reason
 */
export async function trainCompat(
  job: MlJob,
  batch: CompatBatch,
  isDataset: boolean,
  context: TrainingContext,
): Promise<StoredModel> {
  const { inputs, labels } = batch;
  const description = networkOf(job, inputs.columns);
  const all = Uint32Array.from({ length: inputs.rows }, (_, row) => row);
  const split = isDataset ? trainTestSplit(inputs.rows, job.testSize, job.seed) : { train: all, test: all };
  checkTrainingWork(job, description, split.train.length, context.limits);
  const part = (rows: Uint32Array): Examples => ({
    inputs: takeRows(inputs, rows),
    targets: columnTable(Float32Array.from(rows, (row) => labels[row])),
  });
  const test = part(split.test);
  const given = part(split.train);
  const classes = job.mlType === 'classification' ? classesOf(given.targets.values, true) : undefined;
  const train = classes ? { ...given, targets: columnTable(classes.targets) } : given;
  const folds = foldsOf(job, given.targets.values);
  const options = trainingOptions(job, context.signal);
  const { network } = await trainNetwork(description, train, options);
  const ofFolds = folds && (await crossValidate(description, train, folds, options));
  const scores = scoresOf(ofFolds) ?? evaluated(scoreNetwork(network, test, job.loss, ['accuracy']));
  const accuracy = 100 * scores[1];
  return {
    network,
    columns: batch.features,
    scaler: undefined,
    classes: classes?.values,
    labelRules: job.labelRules,
    details: detailsOf(job, { accuracy, scores, accData: { accuracy } }),
  };
}

const evaluated = ({ loss, acc }: Readonly<Record<string, number>>) => [loss, acc] as const;
