import type { FieldProblems } from './fields/field.ts';

/** A request that is answered with something else than what was asked: a status and the JSON that says why. */
export class Refusal extends Error {
  readonly status: number;
  /** Undefined for an answer without a body. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`answered with ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export const detail = (status: number, text: string): Refusal => new Refusal(status, { detail: text });

/** The original's word for a body that is not even an object. */
export const failedJob = (kind: string, reason: string): Refusal =>
  new Refusal(400, `${kind} Failed with ex=${reason}`);

export const unauthorized = (text: string): Refusal =>
  new Refusal(401, { detail: text }, { 'www-authenticate': 'JWT realm="api"' });

export const throttled = (waitMs: number): Refusal => {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const text = `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`;
  return new Refusal(429, { detail: text }, { 'retry-after': String(seconds) });
};

export const busy = (text: string): Refusal => new Refusal(503, { detail: text }, { 'retry-after': '5' });

/** A body with fields that cannot be used; like the original, compat mode does not say which. */
export const invalidFields = (problems: FieldProblems, compat: boolean): Refusal =>
  compat ? new Refusal(400, undefined) : new Refusal(422, problems);
