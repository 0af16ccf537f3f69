import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach } from 'vitest';
import { keepSecret, PASSWORD, USER } from './hearing.ts';

export interface Asked {
  /** `POST /ml/` */
  readonly request: string;
  readonly token: string | undefined;
  readonly body: string;
}

/** What is answered: a status and a body (objects as JSON), or what a function does with the connection. */
export type Reply =
  | readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>]
  | ((request: IncomingMessage, response: ServerResponse) => void);

/** One reply, one for each request in turn (the last one for ever), or what a request is worth. */
export type Route = Reply | readonly Reply[] | { readonly reply: (asked: Asked) => Reply };

export interface ApiOptions {
  /** What the token says about its life. */
  readonly tokenMs?: number;
  /** How long the API really takes it; as long as it says unless given. */
  readonly validMs?: number;
  /** How far its clock is ahead of ours. */
  readonly clockMs?: number;
  readonly tls?: ServerOptions;
}

/** An API with routes of our own: it logs users in, and asks for a good token everywhere but at `/users/`. */
export class TestApi {
  readonly asked: Asked[] = [];
  /** How many clients went away before they were answered. */
  hangUps = 0;
  readonly routes: Record<string, Route>;
  readonly #options: ApiOptions;
  readonly #server: Server;
  readonly #tokens = new Map<string, number>();
  readonly #turns = new Map<string, number>();

  constructor(routes: Record<string, Route>, options: ApiOptions) {
    this.routes = routes;
    this.#options = options;
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      void this.#answer(request, response);
    this.#server = options.tls ? createTlsServer(options.tls, answer) : createServer(answer);
  }

  async listen(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return this.#options.tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  }

  /** How often something was asked. */
  count(request: string): number {
    return this.asked.filter((asked) => asked.request === request).length;
  }

  get logins(): number {
    return this.count('POST /api-token-auth/');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server.close(), 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => '');
    response.once('close', () => {
      if (!response.writableEnded) this.hangUps++;
    });
    const asked = {
      request: `${request.method} ${request.url}`,
      token: request.headers.authorization?.replace(/^JWT /, ''),
      body,
    };
    this.asked.push(asked);
    const reply = this.#replyTo(asked);
    if (typeof reply === 'function') return reply(request, response);
    const [status, value, headers] = reply;
    const payload = typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value);
    response.setHeader('Date', new Date(this.#now()).toUTCString());
    response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close', ...headers });
    response.end(payload);
  }

  #replyTo(asked: Asked): Reply {
    const route = this.routes[asked.request];
    if (asked.request === 'POST /api-token-auth/' && route === undefined) return this.#logIn(asked);
    const isOpen = asked.request === 'POST /users/' || asked.request === 'POST /api-token-auth/';
    if (!isOpen && this.#now() >= (this.#tokens.get(asked.token ?? '') ?? 0)) {
      return [401, { detail: 'Signature has expired.' }];
    }
    if (route === undefined) return [404, { detail: 'Not found.' }];
    if (typeof route === 'object' && 'reply' in route) return route.reply(asked);
    if (typeof route === 'function' || typeof route[0] === 'number') return route as Reply;
    const turn = this.#turns.get(asked.request) ?? 0;
    this.#turns.set(asked.request, turn + 1);
    return (route as readonly Reply[])[Math.min(turn, route.length - 1)];
  }

  #logIn({ body }: Asked): Reply {
    const { username, password } = JSON.parse(body);
    if (username !== USER || password !== PASSWORD) {
      return [400, { non_field_errors: ['Unable to log in with provided credentials.'] }];
    }
    const { tokenMs = 300_000, validMs = tokenMs } = this.#options;
    const token = makeToken({
      user_id: 1,
      username,
      exp: (this.#now() + tokenMs) / 1000,
      n: this.#tokens.size,
    });
    keepSecret(token);
    this.#tokens.set(token, this.#now() + validMs);
    return [200, { token }];
  }

  #now(): number {
    return Date.now() + (this.#options.clockMs ?? 0);
  }
}

/** A JSON Web Token, signed with HS256. */
export function makeToken(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', 'key of the test').update(signed).digest('base64url')}`;
}

const open: TestApi[] = [];

/** Starts an API, which is gone after the test. */
export async function startApi(
  routes: Record<string, Route> = {},
  options: ApiOptions = {},
): Promise<TestApi> {
  const api = new TestApi(routes, options);
  open.push(api);
  await api.listen();
  return api;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()));
});

/** A job as the API tells it. */
export const job = (id: number, more: object = {}) => ({
  id,
  title: 'a model',
  desc: null,
  ml_type: 'classification',
  predict_feature: 'label_value',
  status: 'initial',
  predict_manifest: {
    result_id: id + 100,
    worker_result_node: { auth_url: 'redis://:broker-s3cret@broker:6379/9', source: 'drf' },
  },
  created: '2026-01-01 00:00:00',
  updated: '2026-01-01 00:00:01',
  ...more,
});

/** A result as the API tells it. */
export const result = (id: number, more: object = {}) => ({
  id,
  job_id: id - 100,
  status: 'initial',
  acc_data: { accuracy: -1.0 },
  error_data: null,
  predictions_json: null,
  ...more,
});

export const created = (id: number, more: object = {}) => ({
  job: job(id, more),
  results: result(id + 100),
});
keepSecret('broker-s3cret');
