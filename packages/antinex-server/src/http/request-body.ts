import type { FastifyRequest } from 'fastify';
import type { JobRequest } from '../jobs/types.ts';
import { Form } from './bodies.ts';
import { failedJob } from './refusal.ts';

/**
 * A body that is to be a JSON object; none counts as an empty one.
 *
 * @param kind `MLJob`, as the original's complaints name it.
 * @throws Refusal 400
 */
export function bodyOf({ body = {} }: FastifyRequest, kind: string): JobRequest {
  if (body instanceof Form) throw failedJob(kind, 'a form is not taken, only JSON');
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw failedJob(kind, 'a JSON object is expected');
  return body as JobRequest;
}
