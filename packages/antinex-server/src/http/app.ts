import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance } from 'fastify';
import { AnswerMemory } from './answer-memory.ts';
import { addBodies } from './bodies.ts';
import type { Context, HttpOptions, Parts } from './context.ts';
import { addDocs } from './docs.ts';
import { addErrors } from './errors.ts';
import { addHostCheck } from './hosts.ts';
import { LoginGuard } from './login-guard.ts';
import { throttled } from './refusal.ts';
import { addJobRoutes } from './routes/jobs.ts';
import { addLoginRoute } from './routes/login.ts';
import { addPrepareRoutes } from './routes/prepares.ts';
import { addResultRoutes } from './routes/results.ts';
import { addRootRoute } from './routes/root.ts';
import { addUserRoutes } from './routes/users.ts';
import { addSlashes } from './slashes.ts';

/** What a slow or silent client may keep: a connection for some seconds, and few of them in all. */
const TIMEOUTS = { headersTimeout: 10_000, connectionsCheckingInterval: 1000 } as const;
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 75_000;
/** How long a client may take none of its answer. */
const SILENCE_MS = 60_000;
const MOST_CONNECTIONS = 512;
/** A path of the API has no long part. */
const LONGEST_PARAMETER = 100;
const MINUTE_MS = 60_000;

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
} as const;

/** The API as a fastify application, which listens nowhere yet. */
export async function openApp(
  parts: Parts,
  options: HttpOptions,
): Promise<{ app: FastifyInstance; context: Context }> {
  const { trustProxy, maxBodyBytes, requestsPerMinute, loginsPerMinute } = options;
  const app = fastify({
    http: TIMEOUTS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionTimeout: options.answerWithinMs + SILENCE_MS,
    bodyLimit: maxBodyBytes,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: LONGEST_PARAMETER },
    trustProxy: trustProxy ?? false,
    logger: false,
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  // Bodies are read by hand, for the sake of what the API says when they are wrong; JSON is sent as text.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.decorateRequest('user', undefined);
  addErrors(app, parts.onBug);
  addBodies(app);
  await app.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: MINUTE_MS,
    errorResponseBuilder: (_request, { ttl }) => throttled(ttl),
  });
  app.addHook('onRequest', async (_request, reply) => void reply.headers(HEADERS));
  addHostCheck(app, options.allowedHosts);
  app.addHook('onRequest', app.rateLimit());
  addSlashes(app);
  const guard = new LoginGuard(app, parts.logins, loginsPerMinute);
  const context: Context = { ...parts, guard, options, memory: new AnswerMemory() };
  await addDocs(app);
  app.register(async (api) => {
    addLoginRoute(api, context);
    addUserRoutes(api, context);
    addJobRoutes(api, context);
    addResultRoutes(api, context);
    addPrepareRoutes(api, context);
    addRootRoute(api, context);
  });
  return { app, context };
}
