import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, HTTPMethods } from 'fastify';
import type { User } from '../store/users.ts';
import { authenticate } from './authenticate.ts';
import type { Context } from './context.ts';
import { detail } from './refusal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined where anybody may. */
    user: User | undefined;
  }
  interface FastifyContextConfig {
    /** The path of a route of the API, which ends with a slash. */
    api?: true;
  }
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> | unknown;

export interface Action {
  readonly handle: Handler;
  readonly schema?: FastifySchema;
  /** Whether a body is read. */
  readonly takesBody?: boolean;
  readonly bodyLimit?: number;
  /** Anybody may ask. */
  readonly isOpen?: boolean;
}

export interface ApiRoute {
  /** `/ml/:id/` */
  readonly url: string;
  /** `Ml Job List` */
  readonly name: string;
  readonly description: string;
  readonly actions: Readonly<Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', Action>>>;
  /** What OPTIONS tells of the fields of a POST. */
  readonly fields?: object;
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const;

/** Adds a route of the API, with what every one of them has: who may ask, OPTIONS, and 405 for the rest. */
export function addApiRoute(app: FastifyInstance, context: Context, route: ApiRoute): void {
  const { url, actions } = route;
  const allow = [...Object.keys(actions), ...(actions.GET ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  const isOpen = Object.values(actions).every((action) => action.isOpen);
  for (const method of METHODS) {
    const action = method === 'OPTIONS' ? describing(route, isOpen) : (actions as Actions)[method];
    addAction(app, context, { url, method, allow, action: action ?? refusing(isOpen) });
  }
}

type Actions = Readonly<Record<string, Action | undefined>>;

interface Added {
  readonly url: string;
  readonly method: HTTPMethods;
  readonly allow: string;
  readonly action: Action;
}

function addAction(app: FastifyInstance, context: Context, { url, method, allow, action }: Added): void {
  const { handle, schema, takesBody = false, bodyLimit, isOpen = false } = action;
  const enter = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers({ allow, vary: 'Accept' });
    if ((request.params as { id?: string }).id === '') throw detail(404, 'Not found.');
    if (!isOpen) request.user = await authenticate(context, request);
    // What nobody reads need not even be parsed.
    if (!takesBody) return answer(context, handle, request, reply);
  };
  app.route({
    url,
    method,
    config: { api: true },
    schema: schema ?? { hide: true },
    ...(bodyLimit !== undefined && { bodyLimit }),
    onRequest: enter,
    handler: (request, reply) => answer(context, handle, request, reply),
  });
}

/** JSON that is a text already is sent as it is. */
async function answer(
  { memory }: Context,
  handle: Handler,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const value = await handle(request, reply);
  if (reply.sent) return reply;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  memory.sending(text, reply.raw);
  return reply.type('application/json').send(text);
}

const refusing = (isOpen: boolean): Action => ({
  isOpen,
  handle: ({ method }) => {
    throw detail(405, `Method "${method}" not allowed.`);
  },
});

const describing = ({ name, description, fields }: ApiRoute, isOpen: boolean): Action => ({
  isOpen,
  handle: () => ({
    name,
    description,
    renders: ['application/json'],
    parses: ['application/json', 'application/x-www-form-urlencoded'],
    ...(fields && { actions: { POST: fields } }),
  }),
});
