import { getSystemErrorMap } from 'node:util';
import { PipelineError } from '@antinex/runtime';

export interface Attempt {
  readonly url: string;
  /** `POST /ml/` */
  readonly request: string;
  readonly maxAnswerBytes: number;
}

/** Codes of errors that come before anything is sent. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);
const OF_TLS = /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|UNSUITABLE_)/;
/** Codes of Node's HTTP parser and of zlib. */
const NOT_HTTP = /^(HPE_|Z_|ERR_HTTP_|ERR__ERROR_FORMAT)/;

/**
 * The catalogue's error for an exchange that came to no answer. The error of axios is not kept as a
 * cause: it holds the whole request, password or token included.
 */
export function networkError(error: unknown, { url, request, maxAnswerBytes }: Attempt): PipelineError {
  if (error instanceof PipelineError) return error;
  const { code, errno, message, syscall } = innermost(error);
  if (message.includes('maxContentLength')) {
    const reason = `it is longer than ${Math.floor(maxAnswerBytes / 2 ** 20)} MiB`;
    return new PipelineError('ANTINEX_BAD_ANSWER', { request, reason });
  }
  const reason = getSystemErrorMap().get(errno)?.[1] ?? (message || code || 'the connection broke');
  if (OF_TLS.test(code)) return new PipelineError('ANTINEX_TLS', { url, reason });
  if (NOT_HTTP.test(code)) return new PipelineError('ANTINEX_BAD_ANSWER', { request, reason });
  const mayBeDone = !NOT_CONNECTED.has(code) && syscall !== 'connect';
  return new PipelineError('ANTINEX_UNREACHABLE', { url, reason, mayBeDone });
}

/** What really happened: axios wraps the system's errors, and Node those of a host with several addresses. */
function innermost(error: unknown): { code: string; errno: number; message: string; syscall: string } {
  let inner = error as NodeJS.ErrnoException & { cause?: unknown; errors?: unknown[] };
  for (let depth = 0; depth < 5; depth++) {
    const next = inner.errors?.[0] ?? inner.cause;
    if (!(next instanceof Error)) break;
    inner = next as typeof inner;
  }
  const { code = '', errno = 0, message = '', syscall = '' } = inner ?? {};
  return { code, errno, message, syscall };
}
