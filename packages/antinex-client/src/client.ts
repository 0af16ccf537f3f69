import { PipelineError } from '@antinex/runtime';
import { type Ask, Channel } from './http/channel.ts';
import type { AntinexClientOptions } from './options.ts';
import { type Created, isMarked, postOnce } from './post-once.ts';
import {
  asStored,
  asUser,
  fieldsOf,
  type Job,
  type JobResult,
  list,
  one,
  oneOrNone,
  type Prepare,
  resultIdOf,
  type User,
} from './records.ts';
import { type WaitOptions, waitForEnd } from './waiting.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface CreateJobOptions extends CallOptions {
  /**
   * A text that no other job has, written into `desc`. With it a request that got no answer is looked
   * for before it is sent again; without it such a request is not sent again at all, for the API makes
   * a second job of the same body.
   */
  readonly mark?: string | undefined;
}

const LONGEST_REASON = 300;

type Kind = 'ml' | 'mlresults' | 'mlprepare';
const KINDS = {
  ml: { what: 'job', key: 'jobs' },
  mlresults: { what: 'result', key: 'results' },
  mlprepare: { what: 'dataset', key: 'prepares' },
} as const;

/**
 * The AntiNex REST API as one user sees it. Logs in when it has to; may be used for many requests at a
 * time. Every method throws PipelineErrors of the ANTINEX_ codes; neither they nor the log
 * hold password or token, and none of the three, records included, the passwords of the API's brokers.
 */
export class AntinexClient {
  readonly #channel: Channel;
  readonly #user: string;

  /** @throws PipelineError CONFIG_INVALID for a URL that is none. */
  constructor(options: AntinexClientOptions) {
    this.#channel = new Channel(options);
    this.#user = options.user;
  }

  /** Finds out whether the API is there and lets the user in. */
  async logIn(): Promise<void> {
    await this.#channel.logIn();
  }

  /** The user that is logged in. */
  async whoAmI(options: CallOptions = {}): Promise<User> {
    return one('GET /users/', await this.#get('/users/', options), asUser);
  }

  /** Makes a new user, for which nobody needs to be logged in. */
  async createUser(
    user: { readonly username: string; readonly email: string; readonly password: string },
    options: CallOptions = {},
  ): Promise<User> {
    const ask: Ask = { method: 'POST', path: '/users/', body: user, anonymous: true, ...options };
    this.#channel.keepSecret(user.password);
    return one('POST /users/', await this.#channel.ask(ask), asUser);
  }

  /** Asks for a training or for predictions, once, with a request that is JSON already. */
  postJob(json: string, { signal }: CallOptions = {}): Promise<Created> {
    return this.#postJob(json, signal, 0);
  }

  /** Asks for a training or for predictions. */
  async createJob(request: object, { mark, signal }: CreateJobOptions = {}): Promise<Created> {
    if (mark === undefined) return this.#postJob(request, signal);
    return postOnce({
      mark,
      request,
      post: (marked) => this.#postJob(marked, signal, 0),
      listJobs: () => this.listJobs({ signal }),
      resultOf: (job) => this.#resultOf(job, signal),
      retry: { retries: this.#channel.retries, log: this.#channel.log, signal },
    });
  }

  /** The newest of the last twenty jobs that was made with this mark. */
  async findJob(mark: string, options: CallOptions = {}): Promise<Job | undefined> {
    return (await this.listJobs(options)).find((job) => isMarked(job, mark));
  }

  /** The last twenty, newest first. */
  listJobs(options: CallOptions = {}): Promise<Job[]> {
    return this.#list('ml', options);
  }

  listResults(options: CallOptions = {}): Promise<JobResult[]> {
    return this.#list('mlresults', options);
  }

  listPrepares(options: CallOptions = {}): Promise<Prepare[]> {
    return this.#list('mlprepare', options);
  }

  /** @throws PipelineError ANTINEX_NOT_FOUND, also for the job of somebody else. */
  getJob(id: number, options: CallOptions = {}): Promise<Job> {
    return this.#getOne('ml', id, options);
  }

  /** @throws PipelineError ANTINEX_NOT_FOUND, also for the result of somebody else. */
  getResult(id: number, options: CallOptions = {}): Promise<JobResult> {
    return this.#getOne('mlresults', id, options);
  }

  /** @throws PipelineError ANTINEX_NOT_FOUND, also for the dataset of somebody else. */
  getPrepare(id: number, options: CallOptions = {}): Promise<Prepare> {
    return this.#getOne('mlprepare', id, options);
  }

  /** Asks the API to make a dataset of the files it finds on its disk. */
  async createPrepare(request: object, options: CallOptions = {}): Promise<Prepare> {
    const ask: Ask = { method: 'POST', path: '/mlprepare/', body: request, ...options };
    return one('POST /mlprepare/', await this.#channel.ask(ask), asStored);
  }

  /**
   * Waits until a job has finished and answers what came of it.
   *
   * @throws PipelineError ANTINEX_JOB_FAILED, ANTINEX_JOB_STUCK, ANTINEX_NOT_FOUND.
   */
  async waitForJob(id: number, options: WaitOptions = {}): Promise<Created> {
    const { signal } = options;
    const job = await waitForEnd(
      {
        what: 'job',
        id,
        get: () => this.getJob(id, { signal }),
        reasonOf: async (failed) =>
          this.#reasonIn(await this.#resultOf(failed, signal).catch(() => undefined)),
      },
      options,
    );
    return { job, result: await this.#resultOf(job, signal) };
  }

  /** Waits until a dataset is prepared. */
  waitForPrepare(id: number, options: WaitOptions = {}): Promise<Prepare> {
    const get = () => this.getPrepare(id, { signal: options.signal });
    return waitForEnd(
      { what: 'dataset', id, get, reasonOf: async (failed) => this.#reasonIn(failed) },
      options,
    );
  }

  async #postJob(body: object | string, signal: AbortSignal | undefined, retries?: number): Promise<Created> {
    const ask: Ask = {
      method: 'POST',
      path: '/ml/',
      body,
      signal,
      ...(retries !== undefined && { retries }),
    };
    const { job, results } = fieldsOf(await this.#channel.ask(ask));
    return { job: one('POST /ml/', job, asStored), result: one('POST /ml/', results, asStored) };
  }

  #resultOf(job: Job, signal: AbortSignal | undefined): Promise<JobResult> {
    return this.getResult(resultIdOf(job) ?? job.id, { signal });
  }

  #get(path: Ask['path'], { signal }: CallOptions): Promise<unknown> {
    return this.#channel.ask({ method: 'GET', path, signal });
  }

  async #list(kind: Kind, options: CallOptions) {
    return list(`GET /${kind}/`, await this.#get(`/${kind}/`, options), KINDS[kind].key, asStored);
  }

  async #getOne(kind: Kind, id: number, options: CallOptions) {
    const { what } = KINDS[kind];
    const path = `/${kind}/${id}/` as const;
    if (!Number.isSafeInteger(id) || id < 0) {
      const reason = `the number of a ${what} is a whole one`;
      throw new PipelineError('ANTINEX_BAD_REQUEST', { request: `GET ${path}`, reason });
    }
    const found = oneOrNone(`GET ${path}`, await this.#get(path, options), asStored);
    if (found === undefined) throw new PipelineError('ANTINEX_NOT_FOUND', { what, id, user: this.#user });
    return found;
  }

  #reasonIn(record: JobResult | Prepare | undefined): string {
    const told = record?.error_data;
    if (told === undefined || told === null || told === '') return 'the API does not say why';
    const text = typeof told === 'string' ? told : JSON.stringify(told);
    return this.#channel.hide(text).slice(0, LONGEST_REASON);
  }
}
