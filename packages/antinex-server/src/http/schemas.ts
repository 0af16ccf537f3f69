/** What the API's description says again and again. */
export const TAGS = { users: 'users', jobs: 'jobs', datasets: 'datasets' } as const;

export const ok = (description: string, schema: object = { type: 'object' }): object => ({
  description,
  content: { 'application/json': { schema } },
});

export const ERROR = ok('What is wrong', {});
export const UNAUTHORIZED = ok('Who asks?', { type: 'object', properties: { detail: { type: 'string' } } });
export const INVALID = ok('The fields that cannot be used, and why', {
  type: 'object',
  additionalProperties: { type: 'array', items: { type: 'string' } },
});

export const ID = {
  type: 'object',
  properties: { id: { type: 'integer', minimum: 1 } },
  required: ['id'],
} as const;
