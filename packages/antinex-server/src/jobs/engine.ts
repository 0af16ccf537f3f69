import { join } from 'node:path';
import { PipelineError } from '@antinex/runtime';
import { LIMITS } from './limits.ts';
import { type ModelPlace, ModelStore } from './models/model-store.ts';
import { outcomeOf } from './outcome.ts';
import { planPreparation } from './prepare/plan.ts';
import { parsePrepareRequest } from './prepare/prepare-job.ts';
import { removeUnfinished } from './prepare/whole-file.ts';
import { withMetaFile } from './request/meta-file.ts';
import { type MlJob, parseMlRequest, type RowSource } from './request/ml-job.ts';
import { labelReader } from './rows/cell.ts';
import { findDataset } from './rows/dataset-path.ts';
import { columnsOfRows, frameOfRows } from './rows/frame-of-rows.ts';
import { holdsTwoLabels } from './rows/known-labels.ts';
import { wantedColumns } from './rows/wanted-columns.ts';
import { Lane } from './threads/lane.ts';
import type { ModelFacts, RowInput, ThreadSettings } from './threads/messages.ts';
import { Turns } from './turns.ts';
import type {
  JobEngine,
  JobEngineOptions,
  JobOptions,
  JobOutcome,
  JobRequest,
  PrepareOutcome,
  Problem,
} from './types.ts';

export type { JobEngine, JobEngineOptions } from './types.ts';

/** Opens the engine over a folder: it knows the models that were trained there before. */
export async function openJobEngine(options: JobEngineOptions): Promise<JobEngine> {
  const { dataDir, datasetDirs } = options;
  const limits = { ...LIMITS, ...options.limits };
  const models = await ModelStore.open(join(dataDir, 'models'), limits.models);
  const folders = { datasets: datasetDirs, prepared: join(dataDir, 'prepared') };
  await removeUnfinished(folders.prepared);
  return new Engine({ limits }, models, folders);
}

/** Where datasets are read from, and where those lie that were made here. */
interface Folders {
  readonly datasets: readonly string[];
  readonly prepared: string;
}

class Engine implements JobEngine {
  readonly #settings: ThreadSettings;
  readonly #models: ModelStore;
  readonly #folders: Folders;
  readonly #trainings: Lane;
  /** Rows of requests, with models that are there: it is always soon free. */
  readonly #predictions: Lane;
  /** What reads files: they may be long. */
  readonly #files: Lane;
  /** One training after the other, from looking for the label's model until there is one. */
  readonly #turns = new Turns();
  readonly #facts = new Map<string, { readonly version: number; readonly facts: ModelFacts }>();

  constructor(settings: ThreadSettings, models: ModelStore, folders: Folders) {
    this.#settings = settings;
    this.#models = models;
    this.#folders = folders;
    this.#trainings = new Lane(settings);
    this.#predictions = new Lane(settings);
    this.#files = new Lane(settings);
  }

  problemsOf(request: JobRequest): readonly Problem[] {
    const { job, problems } = parseMlRequest(request, false);
    const isTold = job.features.length > 0 || typeof request.meta_file === 'string';
    if (isTold || problems.length > 0 || this.#models.find(job.name, false)) return problems;
    return [{ field: 'features_to_process', reason: 'must name the columns to learn from' }];
  }

  prepareProblemsOf(request: JobRequest): readonly Problem[] {
    return parsePrepareRequest(request, false).problems;
  }

  isKnown(request: JobRequest, { compat }: { readonly compat: boolean }): boolean {
    const { job } = parseMlRequest(request, compat);
    return !job.retrain && this.#models.find(job.name, compat) !== undefined;
  }

  async runJob(request: JobRequest, options: JobOptions): Promise<JobOutcome> {
    const asked = await withMetaFile(request, (name) => this.#find(name));
    const { job, source, problems } = parseMlRequest(asked, options.compat);
    if (problems.length > 0) throw new PipelineError('JOB_INVALID', { problems });
    const model = this.#known(job, options);
    if (model !== undefined) return this.#predict(job, source, model, options);
    // Refused at once, not when the trainings before it are done.
    const isNew = !job.retrain && !options.compat;
    if (isNew && 'rows' in source && !holdsTwoLabels(source.rows, job))
      throw new PipelineError('MODEL_UNKNOWN', { label: job.label });
    return this.#train(job, source, options);
  }

  async prepare(request: JobRequest, { compat, signal }: JobOptions): Promise<PrepareOutcome> {
    const { job, problems } = parsePrepareRequest(request, compat);
    if (problems.length > 0) throw new PipelineError('JOB_INVALID', { problems });
    const plan = await planPreparation(job, this.#folders.datasets, this.#folders.prepared);
    return this.#files.run({ kind: 'prepare', plan }, signal);
  }

  async close(): Promise<void> {
    this.#turns.close();
    await Promise.all([this.#trainings, this.#predictions, this.#files].map((lane) => lane.close()));
  }

  #known(job: MlJob, { compat }: JobOptions): ModelPlace | undefined {
    return job.retrain ? undefined : this.#models.find(job.name, compat);
  }

  async #train(job: MlJob, source: RowSource, options: JobOptions): Promise<JobOutcome> {
    const { compat, signal } = options;
    if (job.features.length === 0)
      throw new PipelineError('JOB_INVALID', {
        problems: [{ field: 'features_to_process', reason: 'must name the columns to learn from' }],
      });
    const endTurn = await this.#turns.take(signal);
    try {
      // Trained by the request before this one.
      const model = this.#known(job, options);
      if (model !== undefined) {
        endTurn();
        return await this.#predict(job, source, model, options);
      }
      const path = this.#models.pathFor(job.name, compat);
      const input = await this.#inputOf(source, job, compat, job.features);
      const task = { kind: 'train', compat, job, input, path } as const;
      const told = await this.#trainings.run(task, signal, buffersOf(input));
      await this.#models.written(job.name, compat);
      return outcomeOf(told, path);
    } finally {
      endTurn();
    }
  }

  async #predict(job: MlJob, source: RowSource, model: ModelPlace, options: JobOptions): Promise<JobOutcome> {
    const { compat, signal } = options;
    const columns = compat ? job.features : await this.#checkedColumns(job, model, signal);
    const input = await this.#inputOf(source, job, compat, columns);
    const lane = 'csv' in input ? this.#files : this.#predictions;
    const task = { kind: 'predict', compat, job, input, model } as const;
    return outcomeOf(await lane.run(task, signal, buffersOf(input)), model.path);
  }

  /** The model's columns, if the request means the same. @throws PipelineError MODEL_MISMATCH */
  async #checkedColumns(job: MlJob, model: ModelPlace, signal?: AbortSignal): Promise<readonly string[]> {
    const { columns, predictFeature, mlType } = await this.#describe(model, signal);
    const mismatch = (reason: string) => new PipelineError('MODEL_MISMATCH', { label: job.label, reason });
    if ((mlType === 'regression') !== (job.mlType === 'regression')) throw mismatch(`is one of ${mlType}`);
    if (predictFeature !== job.predictFeature)
      throw mismatch(`predicts "${predictFeature}", not "${job.predictFeature}"`);
    if (job.features.length === 0) return columns;
    const missing = columns.filter((name) => !job.features.includes(name));
    const others = job.features.filter((name) => !columns.includes(name));
    if (missing.length === 0 && others.length === 0) return columns;
    const lists = [
      missing.length > 0 ? `features_to_process lacks ${some(missing)}` : '',
      others.length > 0 ? `it does not know ${some(others)}` : '',
    ];
    throw mismatch(`was trained on other columns: ${lists.filter(Boolean).join(', and ')}`);
  }

  async #describe(model: ModelPlace, signal?: AbortSignal): Promise<ModelFacts> {
    const known = this.#facts.get(model.path);
    if (known?.version === model.version) return known.facts;
    const facts = await this.#predictions.run({ kind: 'describe', model }, signal);
    this.#facts.set(model.path, { version: model.version, facts });
    return facts;
  }

  #find(name: string): Promise<string> {
    return findDataset(name, [...this.#folders.datasets, this.#folders.prepared]);
  }

  async #inputOf(
    source: RowSource,
    job: MlJob,
    compat: boolean,
    features: readonly string[],
  ): Promise<RowInput> {
    if ('dataset' in source) return { csv: { name: source.dataset, path: await this.#find(source.dataset) } };
    const wanted = wantedColumns(job, features);
    const { limits } = this.#settings;
    if (compat) return { frame: await frameOfRows(source.rows, columnsOfRows(source.rows, wanted), limits) };
    return { frame: await frameOfRows(source.rows, wanted, limits, labelReader(job.labelRules)) };
  }
}

const buffersOf = (input: RowInput) => ('frame' in input ? [input.frame.values.buffer as ArrayBuffer] : []);

const some = (names: readonly string[]) =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
