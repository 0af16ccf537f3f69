import { saveModel } from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import { ModelCache } from '../models/model-cache.ts';
import type { StoredModel } from '../models/stored-model.ts';
import { prepareDataset } from '../prepare/prepare-dataset.ts';
import type { MlJob } from '../request/ml-job.ts';
import { labelReader } from '../rows/cell.ts';
import type { Frame } from '../rows/frame.ts';
import { frameOfCsv } from '../rows/frame-of-csv.ts';
import { wantedColumns } from '../rows/wanted-columns.ts';
import { answerCompat } from '../work/answer-compat.ts';
import { type Answer, answerDefault } from '../work/answer-default.ts';
import { compatBatch } from '../work/compat-batch.ts';
import { kerasJson } from '../work/keras-json.ts';
import { trainCompat } from '../work/train-compat.ts';
import { trainDefault } from '../work/train-default.ts';
import { checkPredictionWork } from '../work/training.ts';
import type {
  PlainOutcome,
  PredictTask,
  Results,
  RowInput,
  Task,
  ThreadSettings,
  TrainTask,
} from './messages.ts';

/** Works on tasks; keeps the models that it read. */
export class TaskRunner {
  readonly #settings: ThreadSettings;
  readonly #models = new ModelCache();

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
  }

  async run(task: Task, signal: AbortSignal): Promise<Results[Task['kind']]> {
    switch (task.kind) {
      case 'train':
        return this.#train(task, signal);
      case 'predict':
        return this.#predict(task, signal);
      case 'describe': {
        const { columns, details } = await this.#models.get(task.model);
        return { columns, predictFeature: details.predictFeature, mlType: details.mlType };
      }
      case 'prepare':
        return prepareDataset(task.plan, this.#settings.limits, signal);
    }
  }

  async #train({ compat, job, input, path }: TrainTask, signal: AbortSignal): Promise<PlainOutcome> {
    const context = { ...this.#settings, signal };
    const isDataset = 'csv' in input;
    const { frame, notNumbers } = await this.#read(input, job, compat, job.features, signal);
    let model: StoredModel;
    let answer: Answer;
    if (compat) {
      const batch = compatBatch(job, frame);
      model = await trainCompat(job, batch, isDataset, context);
      answer = answerCompat(model, job, batch, { ...context, trained: true, isDataset });
    } else {
      model = withNotes(await trainDefault(job, frame, context), frame, notNumbers);
      answer = answerDefault(model, job, frame, context.limits);
    }
    signal.throwIfAborted();
    await saveModel(path, model);
    return outcomeOf(model, answer, { compat, trained: true });
  }

  async #predict(
    { compat, job, input, model: place }: PredictTask,
    signal: AbortSignal,
  ): Promise<PlainOutcome> {
    const model = await this.#models.get(place);
    const { frame } = await this.#read(input, job, compat, compat ? job.features : model.columns, signal);
    checkPredictionWork(model.network.description, frame.rows, this.#settings.limits);
    const answer = compat
      ? answerCompat(model, job, compatBatch(job, frame), {
          ...this.#settings,
          trained: false,
          isDataset: false,
        })
      : answerDefault(model, job, frame, this.#settings.limits);
    return outcomeOf(model, answer, { compat, trained: false });
  }

  async #read(
    input: RowInput,
    job: MlJob,
    compat: boolean,
    features: readonly string[],
    signal: AbortSignal,
  ): Promise<{ frame: Frame; notNumbers: Readonly<Record<string, number>> }> {
    if ('frame' in input) return { frame: input.frame, notNumbers: {} };
    const wanted = wantedColumns(job, features);
    const { limits } = this.#settings;
    const choose = (header: readonly string[]) => {
      if (compat) return header.filter((name, i) => wanted.includes(name) && header.indexOf(name) === i);
      if (features.some((name) => header.includes(name))) return wanted;
      throw new PipelineError('JOB_DATASET_REFUSED', {
        name: input.csv.name,
        reason: `it has none of the columns ${features.slice(0, 5).join(', ')}...`,
      });
    };
    const readLabel = compat ? undefined : labelReader(job.labelRules);
    return frameOfCsv({ ...input.csv, maxBytes: limits.fileBytes }, choose, limits, { readLabel, signal });
  }
}

/** What was odd in the rows that a model learned from belongs to its figures. */
function withNotes(
  model: StoredModel,
  frame: Frame,
  notNumbers: Readonly<Record<string, number>>,
): StoredModel {
  const width = frame.columns.length;
  const isEmpty = (_: string, column: number) => {
    for (let at = column; at < frame.values.length; at += width)
      if (!Number.isNaN(frame.values[at])) return false;
    return true;
  };
  const notes = { empty_columns: frame.columns.filter(isEmpty), not_numbers: notNumbers };
  return { ...model, details: { ...model.details, accData: { ...model.details.accData, ...notes } } };
}

function outcomeOf(
  { network, details }: StoredModel,
  answer: Answer,
  { compat, trained }: { readonly compat: boolean; readonly trained: boolean },
): PlainOutcome {
  const { accuracy, scores, created } = details;
  const { leftOffRows } = answer;
  const more = { model_created: created, ...(leftOffRows > 0 && { left_off_rows: leftOffRows }) };
  const accData = { ...details.accData, ...(!compat && more) };
  const modelJson = kerasJson(network.description);
  return { ...answer, accuracy, scores, accData, modelJson, trained };
}
