import type { FastifyInstance } from 'fastify';
import { Form } from '../bodies.ts';
import type { Context } from '../context.ts';
import { Refusal } from '../refusal.ts';
import { addApiRoute } from '../route.ts';
import { ERROR, ok, TAGS } from '../schemas.ts';

const LONGEST_BODY = 65_536;
const TEXT = { type: 'string' } as const;

const FIELDS = {
  username: { type: 'string', required: true, read_only: false, label: 'Username' },
  password: { type: 'string', required: true, read_only: false, label: 'Password' },
};

/** `/api-token-auth/`: a token for a name and a password. */
export function addLoginRoute(app: FastifyInstance, context: Context): void {
  const { guard, tokens } = context;
  addApiRoute(app, context, {
    url: '/api-token-auth/',
    name: 'Obtain Json Web Token',
    description: 'A token that is good for some minutes. There is no way to renew it but to log in again.',
    fields: FIELDS,
    actions: {
      POST: {
        isOpen: true,
        takesBody: true,
        bodyLimit: LONGEST_BODY,
        schema: {
          tags: [TAGS.users],
          summary: 'Log in',
          security: [],
          body: {
            type: 'object',
            required: ['username', 'password'],
            properties: { username: TEXT, password: TEXT },
          },
          response: {
            200: ok('The token', { type: 'object', properties: { token: TEXT } }),
            400: ERROR,
            429: ERROR,
          },
        },
        async handle(request) {
          const { username, password } = credentialsOf(request.body);
          const user = await guard.logIn(request, username, password);
          if (user === undefined)
            throw new Refusal(400, { non_field_errors: ['Unable to log in with provided credentials.'] });
          return { token: await tokens.issue(user) };
        },
      },
    },
  });
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

function credentialsOf(body: unknown): Credentials {
  const fields = body instanceof Form ? body.fields : (body ?? {});
  if (typeof fields !== 'object' || Array.isArray(fields))
    throw new Refusal(400, { non_field_errors: ['Invalid data. Expected a dictionary.'] });
  const problems: Record<string, string[]> = {};
  for (const name of ['username', 'password']) {
    const value = Object.hasOwn(fields, name) ? (fields as Record<string, unknown>)[name] : undefined;
    const problem = problemOf(value);
    if (problem !== undefined) problems[name] = [problem];
  }
  if (Object.keys(problems).length > 0) throw new Refusal(400, problems);
  return fields as Credentials;
}

function problemOf(value: unknown): string | undefined {
  if (value === undefined) return 'This field is required.';
  if (value === null) return 'This field may not be null.';
  if (typeof value !== 'string') return 'Not a valid string.';
  return value === '' ? 'This field may not be blank.' : undefined;
}
