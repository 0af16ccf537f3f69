import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hashPassword, PasswordsBusy } from '../../auth/passwords.ts';
import { isName, type User } from '../../store/users.ts';
import { authenticate } from '../authenticate.ts';
import { Form } from '../bodies.ts';
import type { Context } from '../context.ts';
import { busy, detail, Refusal } from '../refusal.ts';
import { type Action, addApiRoute } from '../route.ts';
import { ERROR, ok, TAGS, UNAUTHORIZED } from '../schemas.ts';

const LONGEST_BODY = 65_536;
const LONGEST_NAME = 30;
const SHORTEST_PASSWORD = 4;
const LONGEST_PASSWORD = 1024;
const MOST_USERS = 10_000;
const EMAIL = /^[^\s@\p{Cc}\p{Cs}]{1,64}@[^\s@\p{Cc}\p{Cs}]{1,190}$/u;
const TEXT = { type: 'string' } as const;

const USER = {
  type: 'object',
  properties: { id: { type: 'integer' }, username: TEXT, email: TEXT },
} as const;

/** `/users/`: the user who asks; and new ones. */
export function addUserRoutes(app: FastifyInstance, context: Context): void {
  const whoAmI: Action = {
    schema: {
      tags: [TAGS.users],
      summary: 'The user who asks',
      response: { 200: ok('The user', USER), 401: UNAUTHORIZED },
    },
    handle: ({ user }) => user && tell(user),
  };
  addApiRoute(app, context, {
    url: '/users/',
    name: 'User List',
    description: 'The user who asks; and new ones.',
    actions: {
      GET: whoAmI,
      POST: {
        isOpen: true,
        takesBody: true,
        bodyLimit: LONGEST_BODY,
        schema: {
          tags: [TAGS.users],
          summary: 'Make a user',
          body: {
            type: 'object',
            required: ['username', 'email', 'password'],
            properties: {
              username: { ...TEXT, maxLength: LONGEST_NAME },
              email: TEXT,
              password: { ...TEXT, minLength: SHORTEST_PASSWORD },
            },
          },
          response: { 201: ok('The user', USER), 400: ERROR, 401: UNAUTHORIZED, 403: ERROR, 429: ERROR },
        },
        handle: async (request, reply) => {
          const user = await makeUser(context, request);
          reply.code(201);
          return tell(user);
        },
      },
    },
  });
  const nothing: Action = { handle: () => '{}' };
  addApiRoute(app, context, {
    url: '/users/:id/',
    name: 'User Instance',
    description: 'The user who asks, whatever the number.',
    actions: { GET: { ...whoAmI, schema: { hide: true } }, PUT: nothing, DELETE: nothing },
  });
}

const tell = ({ id, username, email }: User) => ({ id, username, email });

async function makeUser(context: Context, request: FastifyRequest): Promise<User> {
  const { users, guard, options } = context;
  if (!options.openRegistration && !users.isFirst(await authenticate(context, request)))
    throw detail(403, 'You do not have permission to perform this action.');
  const { username, email, password } = readUser(request.body);
  if (users.byName(username)) throw isTaken(username);
  if (users.count >= MOST_USERS) throw new Refusal(400, 'there are too many users');
  // It costs as much as a login.
  await guard.count(request);
  const user = users.add({ username, email, password: await hash(password) });
  if (user === undefined) throw isTaken(username);
  return user;
}

const isTaken = (username: string) => new Refusal(400, `username '${username}' is already in use`);

async function hash(password: string): Promise<string> {
  try {
    return await hashPassword(password);
  } catch (error) {
    if (error instanceof PasswordsBusy) throw busy('Too many log in at once.');
    throw error;
  }
}

function readUser(body: unknown): Pick<User, 'username' | 'email' | 'password'> {
  const fields = (body instanceof Form ? body.fields : body) as Record<string, unknown> | null | undefined;
  const read = (name: string): string => {
    const value = fields && Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value === 'string' && value !== '') return value;
    throw new Refusal(400, `missing ${name}`);
  };
  const [username, password, email] = [read('username'), read('password'), read('email')];
  if (username.length > LONGEST_NAME || !isName(username))
    throw new Refusal(400, 'Please enter a valid username');
  if (password.length < SHORTEST_PASSWORD) throw new Refusal(400, 'password too short');
  if (password.length > LONGEST_PASSWORD) throw new Refusal(400, 'password too long');
  if (!EMAIL.test(email)) throw new Refusal(400, 'Please enter a valid email');
  return { username, password, email };
}
