import { Agent } from 'node:https';
import { PipelineError } from '@antinex/runtime';
import type { AntinexClientOptions } from '../options.ts';
import { networkError } from './network-error.ts';
import { tlsConnection } from './tls-connection.ts';

export interface Request {
  readonly method: 'GET' | 'POST';
  /** Ends with a slash: the API loses what is posted to a path without one. */
  readonly path: `/${string}/`;
  readonly body?: string | undefined;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly location: string;
  /** The server's clock, or ours if it does not say; milliseconds since 1970. */
  readonly serverTime: number;
  readonly body: Buffer;
}

interface TransportOptions extends Pick<AntinexClientOptions, 'url' | 'tls' | 'onExchange'> {
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

/** How a request is called in errors and logs. */
export const nameOf = ({ method, path }: Request): string => `${method} ${path}`;

/** One HTTP exchange at a time and nothing more: no redirects, no proxies, no retries. */
export class Transport {
  readonly #options: TransportOptions;
  #agent: Promise<Agent> | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /**
   * Sends a request and reads the whole answer, whatever its status is.
   *
   * @throws PipelineError ANTINEX_UNREACHABLE, ANTINEX_TIMEOUT, ANTINEX_TLS or ANTINEX_BAD_ANSWER; an
   * AbortError when the caller's signal said so; a file error for TLS files that cannot be read.
   */
  async exchange(request: Request): Promise<Answer> {
    const start = performance.now();
    const body = request.body === undefined ? undefined : Buffer.from(request.body);
    let answer: Answer | undefined;
    try {
      answer = await this.#send(request, body);
      return answer;
    } finally {
      this.#options.onExchange?.({
        request: nameOf(request),
        status: answer?.status,
        durationMs: performance.now() - start,
        sentBytes: body?.length ?? 0,
        receivedBytes: answer?.body.length ?? 0,
      });
    }
  }

  async #send(request: Request, data: Buffer | undefined): Promise<Answer> {
    const { url, timeoutMs, maxAnswerBytes } = this.#options;
    const { default: axios } = await import('axios');
    const httpsAgent = url.startsWith('https:') ? await this.#tlsAgent() : undefined;
    request.signal?.throwIfAborted();
    const end = new AbortController();
    const callOff = () => end.abort();
    let isLate = false;
    // axios's own timeout starts anew with each byte, and a server may send one a second.
    const timer = setTimeout(() => {
      isLate = true;
      end.abort();
    }, timeoutMs);
    // Not AbortSignal.any(): a signal that lives as long as the program would collect one for each request.
    request.signal?.addEventListener('abort', callOff);
    try {
      const response = await axios.request<Buffer>({
        url: url + request.path,
        method: request.method,
        headers: {
          Accept: 'application/json',
          ...(data && { 'Content-Type': 'application/json' }),
          ...(request.token !== undefined && { Authorization: `JWT ${request.token}` }),
        },
        ...(data && { data }),
        ...(httpsAgent && { httpsAgent }),
        responseType: 'arraybuffer',
        maxContentLength: maxAnswerBytes,
        maxBodyLength: Number.POSITIVE_INFINITY,
        maxRedirects: 0,
        proxy: false,
        validateStatus: () => true,
        transformRequest: [(sent) => sent],
        transformResponse: [(received) => received],
        signal: end.signal,
      });
      const header = (name: string) => String(response.headers[name] ?? '');
      return {
        status: response.status,
        contentType: header('content-type'),
        location: header('location'),
        serverTime: serverTime(header('date')),
        body: response.data ?? Buffer.alloc(0),
      };
    } catch (error) {
      request.signal?.throwIfAborted();
      if (isLate) {
        throw new PipelineError('ANTINEX_TIMEOUT', { request: nameOf(request), timeoutMs });
      }
      throw networkError(error, { url, request: nameOf(request), maxAnswerBytes });
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', callOff);
    }
  }

  #tlsAgent(): Promise<Agent> {
    this.#agent ??= tlsConnection(this.#options.tls).then((options) => new Agent(options));
    return this.#agent;
  }
}

/** A Date header counts whole seconds: ours is better as long as the two agree. */
function serverTime(date: string): number {
  const [told, now] = [Date.parse(date), Date.now()];
  return Math.abs(told - now) > 2000 ? told : now;
}
