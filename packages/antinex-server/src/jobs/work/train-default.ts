import {
  crossValidate,
  type Examples,
  fitMinMax,
  scale,
  type Table,
  takeRows,
  trainNetwork,
} from '@antinex/models';
import { detailsOf, type StoredModel } from '../models/stored-model.ts';
import type { MlJob } from '../request/ml-job.ts';
import type { Frame } from '../rows/frame.ts';
import { type Lesson, lessonsOf } from './lesson.ts';
import { classificationReport, regressionReport } from './reports.ts';
import { columnTable, MISSING_VALUE, tableOf } from './tables.ts';
import { checkTrainingWork, foldsOf, networkOf, type TrainingContext, trainingOptions } from './training.ts';

/**
 * Trains a model: the scaler is fitted to the training part alone and kept with the network. The test part
 * tells how good the model is, and folds of the training part how good models made like it are.
 *
 * @throws PipelineError JOB_INVALID, JOB_TOO_LARGE, TABLE_UNUSABLE, TRAINING_DIVERGED; the signal's reason
 */
export async function trainDefault(job: MlJob, frame: Frame, context: TrainingContext): Promise<StoredModel> {
  const { features } = job;
  const description = networkOf(job, features.length);
  const { train, test, classes, target } = lessonsOf(job, frame);
  const folds = foldsOf(job, train.targets);
  checkTrainingWork(job, description, train.rows.length, context.limits);
  const all = tableOf(frame, features, MISSING_VALUE);
  const examplesOf = ({ rows, targets }: Lesson): Examples => ({
    inputs: takeRows(all, rows),
    targets: columnTable(targets),
  });
  const raw = { train: examplesOf(train), test: examplesOf(test) };
  const fit = (table: Table) => (job.applyScaler ? fitMinMax(table) : undefined);
  const scaler = fit(raw.train.inputs);
  const scaled = ({ inputs, targets }: Examples): Examples => ({
    inputs: scaler ? scale(scaler, inputs) : inputs,
    targets,
  });
  const held = scaled(raw.test);
  const options = trainingOptions(job, context.signal);
  const { network } = await trainNetwork(description, scaled(raw.train), options);
  const ofFolds = folds && (await crossValidate(description, raw.train, folds, { ...options, fit }));
  const scores = network.predict(held.inputs);
  const report = classes
    ? classificationReport(scores, raw, features, classes, ofFolds)
    : regressionReport(scores, target!, train, test, ofFolds);
  return {
    network,
    columns: features,
    scaler,
    classes,
    labelRules: job.labelRules,
    details: detailsOf(job, { ...report, target }),
  };
}
