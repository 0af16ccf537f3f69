import { basename, join, relative, resolve } from 'node:path';
import { describeError, formatDuration, type Log, PipelineError } from '@antinex/runtime';
import type { JobEngine, JobRequest } from '../jobs/types.ts';
import type { Jobs } from '../store/jobs.ts';
import type { Prepares } from '../store/prepares.ts';
import type { Requests } from '../store/requests.ts';

export type Kind = 'job' | 'prepare';

/** The end of a job, with what would otherwise have to be read again. */
export interface Done {
  readonly predictionsJson?: string;
}

/** The work was called off, and will be done by the server that starts next. */
export class CalledOff extends Error {}

/** After so many starts without an end the fault is taken to be the work's. */
const MOST_ATTEMPTS = 5;

export interface WorkerOptions {
  readonly engine: JobEngine;
  readonly jobs: Jobs;
  readonly prepares: Prepares;
  readonly compat: boolean;
  /** Where the engine has its files; nobody else needs to know. */
  readonly dataDir: string;
  readonly log: Log;
  /** A stack for those who look after the server. */
  readonly onBug: (error: unknown) => void;
}

/** What was done since the start. */
export interface WorkCounts {
  readonly trained: number;
  readonly predicted: number;
  readonly prepared: number;
  readonly failed: number;
  readonly predictedRows: number;
}

/** Does one piece of work: has the engine do it and writes down what came of it. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly counts: { -readonly [K in keyof WorkCounts]: WorkCounts[K] } = {
    trained: 0,
    predicted: 0,
    prepared: 0,
    failed: 0,
    predictedRows: 0,
  };

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /**
   * @param request what was asked, if it is at hand; otherwise it is read from the store.
   * @throws CalledOff; what the store throws.
   */
  async run(kind: Kind, id: number, request: JobRequest | undefined, signal: AbortSignal): Promise<Done> {
    const { jobs, prepares, log } = this.#options;
    const requests = kind === 'job' ? jobs : prepares;
    const stored = requests.byId(id);
    if (stored === undefined) return {};
    if (stored.attempts >= MOST_ATTEMPTS) {
      const reason = `given up: the server ended ${stored.attempts} times while it was at work on it`;
      log('warn', `${kind} ${id} is ${reason}`);
      return this.#failed(requests, id, reason);
    }
    requests.start(id);
    const startMs = performance.now();
    let finish: () => Promise<Done>;
    try {
      finish =
        kind === 'job'
          ? await this.#runJob(id, request ?? (await this.#jobRequest(id, stored.request)), signal)
          : await this.#prepare(id, stored.request, signal);
    } catch (error) {
      if (signal.aborted) {
        requests.putBack(id);
        throw new CalledOff();
      }
      log('warn', `${kind} ${id} failed: ${describeError(error).line}`);
      return this.#failed(requests, id, this.#reasonOf(error));
    }
    const done = await this.#written(requests, id, finish);
    if (done.predictionsJson === undefined || performance.now() - startMs > 1000)
      log('info', `${kind} ${id} took ${formatDuration(performance.now() - startMs)}`);
    return done;
  }

  /** Writes down what came of it; that there is no room for that on the disk is no fault of the work's. */
  async #written(requests: Requests, id: number, finish: () => Promise<Done>): Promise<Done> {
    try {
      return await finish();
    } catch (error) {
      // There may be no room for this either: then it counts as a start without an end.
      try {
        requests.putBack(id);
      } catch {}
      throw error;
    }
  }

  async #runJob(id: number, request: JobRequest, signal: AbortSignal): Promise<() => Promise<Done>> {
    const { engine, jobs, compat } = this.#options;
    const done = await engine.runJob(request, { compat, signal });
    const { predictionsJson, predictedRows, leftOffRows, accData, modelJson, modelFile, trained } = done;
    return async () => {
      const outcome = {
        acc_data: accData,
        model_json: modelJson,
        model_file: basename(modelFile),
        ...(leftOffRows > 0 && { error: `${leftOffRows} rows were too many for one answer and have none` }),
      };
      await jobs.finish(id, outcome, predictionsJson);
      this.counts[trained ? 'trained' : 'predicted']++;
      this.counts.predictedRows += predictedRows;
      return { predictionsJson };
    };
  }

  async #prepare(id: number, request: JobRequest, signal: AbortSignal): Promise<() => Promise<Done>> {
    const { engine, prepares, compat } = this.#options;
    const prepared = await engine.prepare(request, { compat, signal });
    return async () => {
      prepares.end(id, 'finished', {
        full_file: this.#nameOf(prepared.fullFile),
        clean_file: this.#nameOf(prepared.cleanFile),
        pipeline_files: prepared.pipelineFiles,
        post_proc: prepared.postProc,
        label_rules: prepared.labelRules,
      });
      this.counts.prepared++;
      return {};
    };
  }

  /** What a `/ml/` request calls it. */
  #nameOf(path: string): string {
    return relative(join(this.#options.dataDir, 'prepared'), path);
  }

  async #jobRequest(id: number, request: JobRequest): Promise<JobRequest> {
    const rows = await this.#options.jobs.rowsJson(id);
    return { ...request, predict_rows: rows === undefined ? null : JSON.parse(rows) };
  }

  #failed(requests: Requests, id: number, error: string): Done {
    requests.end(id, 'error', { error });
    this.counts.failed++;
    return {};
  }

  /** What the client is told: nothing of what only the operator may know. */
  #reasonOf(error: unknown): string {
    if (error instanceof PipelineError && error.code !== 'UNEXPECTED')
      return error.message.replaceAll(resolve(this.#options.dataDir), '');
    this.#options.onBug(error);
    return 'the server failed; its log says why';
  }
}
