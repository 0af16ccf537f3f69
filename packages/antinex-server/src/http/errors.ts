import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { busy, detail, Refusal } from './refusal.ts';

/** The statuses that fastify's errors have in this API where they are not their own. */
const TEXTS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'The request body is too large.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The request body is not as long as it says.',
};

/** Errors become answers in JSON; what went wrong in the server itself is told to its log only. */
export function addErrors(app: FastifyInstance, onBug: (error: unknown) => void): void {
  app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    const refusal = error instanceof Refusal ? error : refusalOf(error, request, onBug);
    return sendRefusal(reply, refusal);
  });
  app.setNotFoundHandler((_request, reply) => sendRefusal(reply, detail(404, 'Not found.')));
}

function sendRefusal(reply: FastifyReply, { status, body, headers }: Refusal): FastifyReply {
  reply.code(status).headers(headers);
  if (body === undefined) return reply.removeHeader('content-type').send();
  return reply.type('application/json').send(JSON.stringify(body));
}

function refusalOf(
  error: FastifyError,
  { headers }: FastifyRequest,
  onBug: (error: unknown) => void,
): Refusal {
  const { statusCode = 500 } = error;
  // That of others may be a number.
  const code = String(error.code);
  if (statusCode === 415) {
    const type = JSON.stringify(headers['content-type'] ?? '');
    return detail(415, `Unsupported media type ${type} in request.`);
  }
  if (statusCode >= 400 && statusCode < 500)
    return detail(statusCode, TEXTS[code] ?? 'The request is not valid.');
  onBug(error);
  // A full disk, for instance: the request is good, and can come again.
  if (code.startsWith('SQLITE_')) return busy('The server cannot store anything now.');
  return detail(500, 'A server error occurred.');
}
