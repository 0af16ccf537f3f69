import { type Log, PipelineError } from '@antinex/runtime';
import type { Secrets } from '../secrets.ts';
import { readAnswer, refusal } from './answer.ts';
import { withRetries } from './retry.ts';
import { usableForMs } from './token.ts';
import type { Request, Transport } from './transport.ts';

const LOGIN_PATH = '/api-token-auth/';

export interface SessionOptions {
  readonly transport: Transport;
  readonly secrets: Secrets;
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly retries: number;
  readonly log: Log | undefined;
}

interface Held {
  readonly token: string;
  /** By performance.now(), which nobody sets back. */
  readonly renewAt: number;
}

/** One login that several requests wait for; called off when the last of them is. */
class SharedLogin {
  readonly #controller = new AbortController();
  readonly #login: Promise<Held>;
  #waiting = 0;

  constructor(logIn: (signal: AbortSignal) => Promise<Held>) {
    this.#login = logIn(this.#controller.signal);
    // Whoever waits hears of a failure; there may be nobody.
    this.#login.catch(() => {});
  }

  /** Nobody waits for it any more: it has ended, or was called off. */
  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  async join(signal?: AbortSignal): Promise<Held> {
    this.#waiting++;
    let leave = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal?.reason);
    });
    signal?.addEventListener('abort', leave);
    try {
      signal?.throwIfAborted();
      return await Promise.race([this.#login, left]);
    } finally {
      signal?.removeEventListener('abort', leave);
      this.#waiting--;
      if (this.#waiting === 0) this.#controller.abort();
    }
  }
}

/** The token of a user: got when first needed, renewed before it ends, one login at a time. */
export class Session {
  readonly #options: SessionOptions;
  #held: Held | undefined;
  #login: SharedLogin | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * A token that should still be good.
   *
   * @throws PipelineError ANTINEX_LOGIN_REFUSED for a wrong user or password, which is not tried again;
   * those of the transport.
   */
  async token(signal?: AbortSignal): Promise<string> {
    if (this.#held !== undefined && performance.now() < this.#held.renewAt) return this.#held.token;
    if (this.#login === undefined || this.#login.isOver)
      this.#login = new SharedLogin((end) => this.#logIn(end));
    this.#held = await this.#login.join(signal);
    return this.#held.token;
  }

  /** The API does not take this token any more. */
  refused(token: string): void {
    // Another request may have renewed it in the meantime.
    if (this.#held?.token === token) this.#held = undefined;
  }

  /** The error for a user whom the API does not let in. */
  refusalOf(reason: string): PipelineError {
    const { url, user } = this.#options;
    return new PipelineError('ANTINEX_LOGIN_REFUSED', { url, user, reason });
  }

  async #logIn(signal: AbortSignal): Promise<Held> {
    const { user, password, retries, log } = this.#options;
    const body = JSON.stringify({ username: user, password });
    const request: Request = { method: 'POST', path: LOGIN_PATH, body, signal };
    const held = await withRetries(() => this.#ask(request), { retries, mayRetry: () => true, signal, log });
    log?.('info', `logged in as ${user}`);
    return held;
  }

  async #ask(request: Request): Promise<Held> {
    const { transport, secrets } = this.#options;
    const answer = await transport.exchange(request);
    if ([400, 401, 403].includes(answer.status)) {
      const { details } = refusal(request, answer, secrets);
      throw this.refusalOf((details as { reason: string }).reason);
    }
    // Reading the answer takes secrets out of it, and here the secret is what is wanted.
    readAnswer(request, answer, secrets);
    const { token } = Object(JSON.parse(answer.body.toString())) as { token?: unknown };
    if (typeof token !== 'string' || !/^[\w.~+/=-]+$/.test(token)) {
      const reason = 'there is no token in it';
      throw new PipelineError('ANTINEX_BAD_ANSWER', { request: `POST ${LOGIN_PATH}`, reason });
    }
    secrets.useToken(token);
    const usableMs = usableForMs(token, answer.serverTime) ?? Number.POSITIVE_INFINITY;
    return { token, renewAt: performance.now() + usableMs };
  }
}
