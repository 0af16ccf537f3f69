import {
  AntinexClient,
  type AntinexClientOptions,
  type Created,
  type Exchanged,
  type Job,
  resultIdOf,
  type WaitOptions,
} from '@antinex/antinex-client';
import { PipelineError } from '@antinex/runtime';

/** A prediction takes no longer, if nothing else is in its way. */
const FIRST_PAUSE_MS = 10;
const ENDED = new Set(['finished', 'completed']);

export interface ApiJobsOptions {
  readonly client: Omit<AntinexClientOptions, 'retries' | 'onExchange'>;
  readonly wait: Pick<WaitOptions, 'deadlineMs' | 'launchedMs'>;
  readonly signal: AbortSignal;
}

/** Jobs of the API, by the marks in their desc. Nothing is tried twice. */
export class ApiJobs {
  readonly #client: AntinexClient;
  readonly #options: ApiJobsOptions;
  #lastOutageMs = Number.NEGATIVE_INFINITY;

  constructor(options: ApiJobsOptions) {
    this.#options = options;
    const onExchange = (exchanged: Exchanged) => this.#note(exchanged);
    this.#client = new AntinexClient({ ...options.client, retries: 0, onExchange });
  }

  /** The job that was made with one of the marks, if it is among the last twenty of our user. */
  async find(marks: readonly string[]): Promise<Job | undefined> {
    if (marks.length === 0) return undefined;
    const jobs = await this.#client.listJobs({ signal: this.#options.signal });
    return jobs.find((job) => isMarked(job, marks));
  }

  /** Posts a request, JSON, once. */
  create(body: string): Promise<Created> {
    return this.#client.postJob(body, { signal: this.#options.signal });
  }

  /**
   * What came of a job, once it has ended.
   *
   * @throws PipelineError as waitForJob does; ANTINEX_BAD_ANSWER when the answer is about another job.
   */
  async outcome(made: Created | Job, marks: readonly string[]): Promise<Created> {
    const { job, result } = 'job' in made && 'result' in made ? (made as Created) : { job: made as Job };
    const startedMs = performance.now();
    try {
      const done =
        result !== undefined && hasEnded(job) && hasEnded(result)
          ? { job, result }
          : await this.#client.waitForJob(job.id, this.#wait);
      return checked(done, job.id, marks);
    } catch (error) {
      const isStuck = error instanceof PipelineError && error.code === 'ANTINEX_JOB_STUCK';
      // It had less time than it seems: the API was away, and it is waited for once more.
      if (isStuck && this.#lastOutageMs > startedMs) {
        const { url } = this.#options.client;
        throw new PipelineError('ANTINEX_UNREACHABLE', { url, reason: error.message, mayBeDone: true });
      }
      throw error;
    }
  }

  get #wait(): WaitOptions {
    return { ...this.#options.wait, pauseMs: FIRST_PAUSE_MS, signal: this.#options.signal };
  }

  #note({ status }: Exchanged): void {
    if (status === undefined || status >= 500) this.#lastOutageMs = performance.now();
  }
}

const hasEnded = ({ status }: { readonly status: string }): boolean => ENDED.has(status.toLowerCase());

const isMarked = ({ desc }: Job, marks: readonly string[]): boolean =>
  typeof desc === 'string' && marks.some((mark) => desc.includes(mark));

function checked(done: Created, id: number, marks: readonly string[]): Created {
  const { job, result } = done;
  const isOfJob = result.job_id === undefined || result.job_id === id;
  const isResult = result.id === (resultIdOf(job) ?? result.id);
  const bad = (reason: string) =>
    new PipelineError('ANTINEX_BAD_ANSWER', { request: `GET /ml/${id}/`, reason });
  if (job.id !== id || !isMarked(job, marks) || !isOfJob || !isResult) throw bad('it is about another job');
  if (!hasEnded(result)) throw bad(`the job has ended, its result is ${result.status}`);
  return done;
}
