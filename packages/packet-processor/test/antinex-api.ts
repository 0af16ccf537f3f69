import {
  created,
  job,
  type Reply,
  result,
  startApi,
  type TestApi,
} from '../../antinex-client/test/support/api.ts';
import { PASSWORD, USER } from '../../antinex-client/test/support/hearing.ts';

type Row = Readonly<Record<string, number>>;

/** A job as the API has it. */
export interface StoredJob {
  readonly id: number;
  readonly desc: string;
  readonly label: string;
  readonly rows: readonly Row[];
}

/** The answer to `POST /ml/`, after the job is stored; undefined for the ordinary one. */
type Post = (job: StoredJob) => Reply | undefined;

interface Outcome {
  readonly status: string;
  readonly predictions?: unknown;
  readonly error_data?: unknown;
  /** As if it were another job. */
  readonly desc?: string;
}

export interface PredictingOptions {
  /** Before a job is stored; what it answers is the end of it. */
  refuse?: (job: StoredJob) => Reply | undefined;
  post?: Post;
  /** What `/ml/` and `/mlresults/` say of a job, with the predictions as they should be; undefined for a finished one. */
  outcome?: (job: StoredJob, predictions: readonly object[]) => Outcome | undefined;
}

/** The class that the API finds for a row. */
const labelOf = (row: Row): number => (row.tcp_sport % 2 === 0 ? 1 : 0);

const predictionsFor = (rows: readonly Row[]): object[] =>
  rows.map((row, i) => {
    const label_value = labelOf(row);
    return { ...row, label_value, label_name: label_value ? 'attack' : 'not_attack', _row_idx: i, _count: i };
  });

/** An API that keeps jobs, and predicts an attack where the TCP source port is even. */
export class PredictingApi {
  readonly api: TestApi;
  readonly jobs: StoredJob[] = [];
  options: PredictingOptions;

  static async start(options: PredictingOptions = {}): Promise<PredictingApi> {
    return new PredictingApi(await startApi(), options);
  }

  private constructor(api: TestApi, options: PredictingOptions) {
    this.api = api;
    this.options = options;
    api.routes['POST /ml/'] = { reply: ({ body }) => this.#post(JSON.parse(body)) };
    api.routes['GET /ml/'] = { reply: () => [200, this.#list()] };
  }

  /** Variables of a processor that posts here. */
  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      ANTINEX_PUBLISH_ENABLED: '1',
      ANTINEX_URL: this.api.url,
      ANTINEX_USER: USER,
      ANTINEX_PASSWORD: PASSWORD,
      ANTINEX_FEATURES_TO_PROCESS: 'idx,ip_len,tcp_sport,tcp_dport,tcp_seq,dns_default_id',
      ANTINEX_POST_TIME: '50ms',
      ...more,
    };
  }

  /** All rows that were ever posted and stored. */
  get rows(): Row[] {
    return this.jobs.flatMap(({ rows }) => rows);
  }

  #post({ desc, label, predict_rows: rows }: { desc: string; label: string; predict_rows: Row[] }): Reply {
    const stored = { id: this.jobs.length + 1, desc, label, rows };
    const refused = this.options.refuse?.(stored);
    if (refused !== undefined) return refused;
    this.jobs.push(stored);
    this.api.routes[`GET /ml/${stored.id}/`] = { reply: () => [200, this.#jobOf(stored)] };
    this.api.routes[`GET /mlresults/${stored.id + 100}/`] = { reply: () => [200, this.#resultOf(stored)] };
    return this.options.post?.(stored) ?? [201, created(stored.id, { desc, predict_rows: rows })];
  }

  #outcome(stored: StoredJob): Outcome {
    const predictions = predictionsFor(stored.rows);
    return this.options.outcome?.(stored, predictions) ?? { status: 'finished', predictions };
  }

  #jobOf(stored: StoredJob): object {
    const { status, desc = stored.desc } = this.#outcome(stored);
    return job(stored.id, { desc, status });
  }

  #resultOf(stored: StoredJob): object {
    const { status, predictions, error_data } = this.#outcome(stored);
    return result(stored.id + 100, {
      status,
      error_data,
      predictions_json: { predictions },
      acc_data: { accuracy: 83.5 },
    });
  }

  #list(): object {
    const last = this.jobs
      .slice(-20)
      .reverse()
      .map((stored) => this.#jobOf(stored));
    if (last.length === 0) return {};
    return last.length === 1 ? last[0] : { jobs: last };
  }
}
