import { type Log, PipelineError } from '@antinex/runtime';
import type { AntinexClientOptions } from '../options.ts';
import { Secrets } from '../secrets.ts';
import { readAnswer, refusal } from './answer.ts';
import type { Lean } from './lean-json.ts';
import { mayBeDone, withRetries } from './retry.ts';
import { Session } from './session.ts';
import { type Answer, nameOf, type Request, Transport } from './transport.ts';

const TIMEOUT_MS = 60_000;
const RETRIES = 3;
const MAX_ANSWER_BYTES = 64 * 2 ** 20;

export interface Ask extends Pick<Request, 'method' | 'path' | 'signal'> {
  /** A string is JSON already. */
  readonly body?: unknown;
  /** Goes without a token: `/users/` is open to all. */
  readonly anonymous?: true;
  /** How often it is sent again; as the client's options say unless given. */
  readonly retries?: number;
}

/** Requests to the API as a logged-in user: token, one new login after a 401, retries. */
export class Channel {
  readonly #session: Session;
  readonly #transport: Transport;
  readonly #secrets: Secrets;
  readonly #lean: Lean | undefined;
  readonly retries: number;
  readonly log: Log | undefined;

  constructor(options: AntinexClientOptions) {
    const { user, password, tls, onExchange } = options;
    const url = baseUrl(options.url);
    const { timeoutMs = TIMEOUT_MS, maxAnswerBytes = MAX_ANSWER_BYTES, retries = RETRIES } = options;
    this.retries = retries;
    this.#secrets = new Secrets(password);
    this.#lean = options.predictionColumns && {
      leaveOut: new Set(['predict_rows']),
      rows: 'predictions',
      columns: new Set(options.predictionColumns),
    };
    const { log } = options;
    this.log = log && ((level, text) => log(level, this.#secrets.hide(text)));
    if (tls?.insecure)
      this.log?.('warn', `the certificate of ${url} is not verified: its answers prove nothing`);
    this.#transport = new Transport({ url, tls, timeoutMs, maxAnswerBytes, onExchange });
    this.#session = new Session({
      transport: this.#transport,
      secrets: this.#secrets,
      url,
      user,
      password,
      retries,
      log: this.log,
    });
  }

  /** One more text that is taken out of logs and errors. */
  keepSecret(text: string): void {
    this.#secrets.keep(text);
  }

  /** A text without what nobody may read. */
  hide(text: string): string {
    return this.#secrets.hide(text);
  }

  /** Logs in if there is no good token. */
  async logIn(): Promise<void> {
    await this.#session.token();
  }

  /**
   * Asks, and answers with the JSON that came back. A GET is sent again after any failure of network or
   * server; a POST only when the one before cannot have been carried out.
   *
   * @throws PipelineError of the ANTINEX_ codes.
   */
  async ask(ask: Ask): Promise<unknown> {
    const { method, path, signal, anonymous } = ask;
    const body = ask.body === undefined ? undefined : textOf(`${method} ${path}`, ask.body);
    const request: Request = { method, path, signal, body };
    if (anonymous) return readAnswer(request, await this.#exchange(request, ask.retries), this.#secrets);
    return this.#askAsUser(request, ask.retries);
  }

  /** A 401 may mean that the token has ended in spite of all: one new login, and the same request once more. */
  async #askAsUser(request: Request, retries: number | undefined): Promise<unknown> {
    for (let login = 1; ; login++) {
      const token = await this.#session.token(request.signal);
      const answer = await this.#exchange({ ...request, token }, retries);
      if (answer.status !== 401) return readAnswer(request, answer, this.#secrets, this.#lean);
      this.#session.refused(token);
      const { details } = refusal(request, answer, this.#secrets);
      const { reason } = details as { reason: string };
      if (login === 2) throw this.#session.refusalOf(`${nameOf(request)} with a new token: ${reason}`);
      this.log?.('info', `${nameOf(request)} needs a new token: ${reason}`);
    }
  }

  #exchange(request: Request, retries = this.retries): Promise<Answer> {
    const once = async () => {
      const answer = await this.#transport.exchange(request);
      if (answer.status >= 500) throw refusal(request, answer, this.#secrets);
      return answer;
    };
    const mayRetry = (error: PipelineError) => request.method === 'GET' || !mayBeDone(error);
    return withRetries(once, { retries, mayRetry, signal: request.signal, log: this.log });
  }
}

const textOf = (request: string, body: unknown): string =>
  typeof body === 'string' ? body : encode(request, body);

/** JSON knows no NaN: it would arrive as null, and the API would count on with it. */
function encode(request: string, body: unknown): string {
  const refuse = (reason: string) => new PipelineError('ANTINEX_BAD_REQUEST', { request, reason });
  try {
    return JSON.stringify(body, (key, value) => {
      if (typeof value === 'number' && !Number.isFinite(value)) throw refuse(`${key} is ${value}`);
      return value;
    });
  } catch (error) {
    throw error instanceof PipelineError ? error : refuse(`it cannot be written as JSON`);
  }
}

/**
 * The URL that paths are put behind.
 *
 * @throws PipelineError CONFIG_INVALID for what is no such URL.
 */
function baseUrl(text: string): string {
  const bad = (problem: string) =>
    new PipelineError('CONFIG_INVALID', { problems: [`the AntiNex URL ${problem}`] });
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw bad('must be one such as http://localhost:8010');
  }
  if (url.username || url.password)
    throw bad('must not hold a user: there are settings for user and password');
  if (url.search || url.hash) throw bad('must end with its path');
  return url.href.replace(/\/+$/, '');
}
