import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { AntinexClient } from '@antinex/antinex-client';
import { SignJWT } from 'jose';
import { afterAll } from 'vitest';
import { type AntinexServer, openServer, type ServerOptions } from '../../src/server.ts';

export const USER = 'root';
export const PASSWORD = '123321';
export const SECRET_KEY = 'a key that only this test signs with, no other';

/** What was logged in this file, and what went wrong in the servers. */
export const logged: string[] = [];
export const bugs: unknown[] = [];

const ends: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A folder that is gone after the file's tests. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'antinex-server-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A real server on a port of its own; closed after the file's tests. */
export async function startServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const server = await openServer({
    host: '127.0.0.1',
    port: 0,
    dataDir: options.dataDir ?? makeFolder(),
    datasetDirs: [],
    compat: false,
    answerWithinMs: 20_000,
    openRegistration: true,
    allowedHosts: ['127.0.0.1', 'localhost'],
    trustProxy: undefined,
    maxBodyBytes: 16 * 2 ** 20,
    maxWaiting: 1000,
    requestsPerMinute: 1_000_000,
    loginsPerMinute: 1000,
    firstUser: { username: USER, email: 'root@email.com', password: PASSWORD, isReachable: false },
    secretKey: SECRET_KEY,
    tokenLifetimeMs: 300_000,
    keep: { jobs: 10_000, bytes: 1e9 },
    drainMs: 0,
    log: (level, line) => void logged.push(`${level}: ${line}`),
    onBug: (error) => void bugs.push(error),
    ...options,
  });
  ends.push(() => server.close());
  return new TestServer(server);
}

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string | undefined;
  /** Sent as it is if it is text or bytes, otherwise as JSON. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined for what is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  readonly json: any;
}

export class TestServer {
  readonly server: AntinexServer;

  constructor(server: AntinexServer) {
    this.server = server;
  }

  get url(): string {
    return this.server.url;
  }

  ask(method: string, path: string, options: Ask = {}): Promise<Answer> {
    return ask(this.url, method, path, options);
  }

  /** A token that the server takes. */
  token(userId = 1, username = USER): Promise<string> {
    return signToken({ user_id: userId, username, exp: Math.floor(Date.now() / 1000) + 300, email: '' });
  }

  /** The real client, as one user. */
  client(user = USER, password = PASSWORD): AntinexClient {
    return new AntinexClient({ url: this.url, user, password, retries: 0 });
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

export const signToken = (claims: Record<string, unknown>, key = SECRET_KEY): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(Buffer.from(key));

/** One request on a connection of its own, answered whatever the status is. */
export async function ask(
  url: string,
  method: string,
  path: string,
  { headers = {}, token, body }: Ask,
): Promise<Answer> {
  const isRaw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = isRaw ? body : JSON.stringify(body);
  const request = httpRequest(url + path, {
    method,
    agent: false,
    headers: {
      ...(bytes !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(bytes),
      }),
      ...(token !== undefined && { authorization: `JWT ${token}` }),
      ...headers,
    },
  });
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', async (response) => {
      const answer = await text(response);
      let json: unknown;
      try {
        json = JSON.parse(answer);
      } catch {
        json = undefined;
      }
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer, json });
    });
    request.end(bytes);
  });
}

/** Rows of two classes that a small network learns: those with a large `a` are attacks. */
export const rowsOf = (count: number, columns: readonly string[] = ['a', 'b']): Record<string, number>[] =>
  Array.from({ length: count }, (_, at) => {
    const label = at % 2;
    const values = columns.map((name, column) => [name, ((at * 7 + column * 13) % 50) + 100 * label]);
    return { ...Object.fromEntries(values), label_value: label };
  });

/** A body for `/ml/` that trains a small network with a few rows. */
export const smallJob = (label: string, more: object = {}) => ({
  label,
  features_to_process: ['a', 'b'],
  predict_rows: rowsOf(24),
  epochs: 2,
  num_splits: 2,
  label_rules: { labels: ['not_attack', 'not_attack', 'attack'], label_values: [-1, 0, 1] },
  ...more,
});

/** The same, but it takes minutes. */
export const longJob = (label: string) => smallJob(label, { epochs: 20_000, predict_rows: rowsOf(2000) });
