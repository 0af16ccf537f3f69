import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeError } from './describe-error.ts';
import { formatListenAddress, type ListenAddress, listenFailure } from './listen-address.ts';
import type { Metrics } from './metrics.ts';
import { openMetricsPage } from './metrics-page.ts';

/** Whether the program does its work now, and if not, why. */
export type Readiness = boolean | { readonly ready: boolean; readonly reason?: string };

export interface StatusServerOptions extends ListenAddress {
  /** Scraped at /metrics, together with those of the process. */
  readonly metrics: Metrics;
  /** The program's own report, as JSON at /status. */
  readonly status: () => object;
  readonly ready: () => Readiness;
}

export interface StatusServer extends ListenAddress {
  /** `http://127.0.0.1:9100`, with the port the system chose if it was to. */
  readonly url: string;
  /** Ends all connections at once. Safe to call twice. */
  close(): Promise<void>;
}

interface Answer {
  readonly code: number;
  readonly type?: string;
  readonly body: string;
}

type Page = () => Answer | Promise<Answer>;

/** A page takes no request body, and nobody needs many connections or long headers for it. */
const LIMITS = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 5000,
  connectionsCheckingInterval: 1000,
} as const;
const MAX_CONNECTIONS = 64;
const IDLE_MS = 10_000;

const PLAIN = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const INDEX = `/metrics  counters and gauges, for Prometheus
/status   the program's report, JSON
/healthz  200 while the program answers
/readyz   200 while it does its work, otherwise 503 and the reason
`;

/**
 * Serves a running program's state over HTTP: /metrics, /status, /healthz, /readyz, and a list of
 * them at /. Only GET and HEAD; nothing can be changed. There is no password: leave it on 127.0.0.1
 * unless all who reach the port may read it.
 *
 * @throws PipelineError LISTEN_FAILED.
 */
export async function openStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const page = await openMetricsPage(options.metrics);
  const pages = new Map<string, Page>([
    ['/', () => ({ code: 200, body: INDEX })],
    ['/metrics', async () => ({ code: 200, type: page.contentType, body: await page.text() })],
    [
      '/status',
      () => ({ code: 200, type: JSON_TYPE, body: `${JSON.stringify(options.status(), null, 2)}\n` }),
    ],
    ['/healthz', () => ({ code: 200, body: 'ok\n' })],
    ['/readyz', () => readyPage(options.ready())],
  ]);
  const server = createServer(LIMITS, (request, response) => void answer(pages, request, response));
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = IDLE_MS;
  const address = await listen(server, options).catch((error: unknown) => {
    page.close();
    throw error;
  });
  return {
    ...address,
    url: `http://${formatListenAddress(address)}`,
    async close() {
      page.close();
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw listenFailure(error, { host, port });
  }
  // A connection that could not be accepted (no descriptors left) is no reason to end the program.
  server.on('error', () => {});
  return { host, port: (server.address() as AddressInfo).port };
}

async function answer(
  pages: Map<string, Page>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { code, type = PLAIN, body } = await answerTo(pages, request);
  const content = Buffer.from(body);
  response.writeHead(code, {
    'content-type': type,
    'content-length': content.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(code === 405 && { allow: 'GET, HEAD' }),
    // What still comes of a body is not read.
    ...(hasBody(request) && { connection: 'close' }),
  });
  response.end(content);
}

async function answerTo(pages: Map<string, Page>, request: IncomingMessage): Promise<Answer> {
  const page = pages.get((request.url ?? '').split('?', 1)[0]);
  if (page === undefined) return { code: 404, body: `not found; there are:\n${INDEX}` };
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { code: 405, body: 'only GET and HEAD\n' };
  if (hasBody(request)) return { code: 413, body: 'no body is expected\n' };
  try {
    return await page();
  } catch (error) {
    return { code: 500, body: `${describeError(error).line}\n` };
  }
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function readyPage(readiness: Readiness): Answer {
  const { ready, reason = 'not ready' } = typeof readiness === 'boolean' ? { ready: readiness } : readiness;
  return ready ? { code: 200, body: 'ready\n' } : { code: 503, body: `${reason}\n` };
}
