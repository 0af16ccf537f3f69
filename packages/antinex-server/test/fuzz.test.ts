import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Schema, valuesOf } from './support/from-schema.ts';
import { bugs, logged, makeFolder, PASSWORD, startServer, type TestServer } from './support/server.ts';

const RUNS = process.env.LONG ? 5000 : 80;
/** What may be answered besides what the description says: refusals that every route has. */
const REFUSALS = [400, 401, 403, 404, 405, 413, 415, 422, 429];
const LEAKS = /scrypt\$|\/tmp\/|node_modules|\.(ts|js):\d+|SQLITE|at Object\.|auth_url/;

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly body: Schema | undefined;
  readonly statuses: readonly number[];
}

let server: TestServer;
let token: string;
let document: { paths: Record<string, Record<string, OpenApiOperation>> };
interface OpenApiOperation {
  readonly requestBody?: { content: Record<string, { schema: Schema }> };
  readonly responses: Record<string, unknown>;
}

beforeAll(async () => {
  server = await startServer({
    answerWithinMs: 0,
    loginsPerMinute: 1_000_000,
    datasetDirs: [makeFolder()],
    maxWaiting: 100_000,
  });
  token = await server.token();
  document = (await server.ask('GET', '/openapi.json')).json;
});

afterAll(async () => {
  expect(bugs).toEqual([]);
  expect(logged.filter((line) => line.includes(PASSWORD) || LEAKS.test(line))).toEqual([]);
  expect((await server.ask('GET', '/users/', { token })).json.username).toBe('root');
  await server.close();
});

const operations = (): Operation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody, responses }]) => ({
      path,
      method: method.toUpperCase(),
      body: requestBody?.content['application/json'].schema,
      statuses: Object.keys(responses).map(Number),
    })),
  );

describe('requests made of the API’s own description', () => {
  it('describes every route', () => {
    expect(
      operations()
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual([
      'GET /ml/',
      'GET /ml/{id}/',
      'GET /mlprepare/',
      'GET /mlprepare/{id}/',
      'GET /mlresults/',
      'GET /mlresults/{id}/',
      'GET /users/',
      'POST /api-token-auth/',
      'POST /ml/',
      'POST /mlprepare/',
      'POST /mlresults/',
      'POST /users/',
    ]);
  });

  it(
    'are answered in JSON, never with 500, and tell nothing they should not',
    async () => {
      const requests = fc.constantFrom(...operations()).chain(({ path, method, body, statuses }) =>
        fc.record({
          method: fc.constant(method),
          statuses: fc.constant(statuses),
          path: fc
            .oneof(fc.constantFrom('1', '0', '-1', '9'.repeat(30), 'abc', '%00', '..'), fc.webPath())
            .map((id) => path.replace('{id}', encodeURIComponent(id))),
          body: body === undefined ? fc.constant(undefined) : valuesOf(body),
          hasToken: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
          type: fc.oneof(
            { weight: 20, arbitrary: fc.constant('application/json') },
            {
              weight: 1,
              arbitrary: fc.constantFrom('text/plain', 'application/x-www-form-urlencoded', 'x', ''),
            },
          ),
        }),
      );
      let accepted = 0;
      await fc.assert(
        fc.asyncProperty(requests, async ({ method, path, body, hasToken, type, statuses }) => {
          const found = await server.ask(method, path, {
            token: hasToken ? token : undefined,
            ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': type } }),
          });
          expect([...statuses, ...REFUSALS, 301]).toContain(found.status);
          expect(found.json === undefined && found.status !== 301).toBe(false);
          expect(found.text).not.toMatch(LEAKS);
          if (found.status === 201) accepted++;
        }),
        { seed: 8, numRuns: RUNS },
      );
      // Most of it is refused, but not all.
      expect(accepted).toBeGreaterThan(0);
    },
    process.env.LONG ? 600_000 : 60_000,
  );

  it('as bytes: whatever comes is answered', async () => {
    const methods = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD');
    const paths = fc.constantFrom(
      '/ml/',
      '/ml',
      '/users/',
      '/api-token-auth/',
      '/mlprepare/1/',
      '/',
      '/docs/x',
      '//',
    );
    const headers = fc.record(
      {
        authorization: fc.constantFrom(
          'JWT x',
          'Basic eDp5',
          'Basic ////',
          `JWT ${'a.'.repeat(50)}`,
          'x y z',
        ),
        'content-type': fc.constantFrom('application/json', 'application/json; charset=utf-16', 'a/b', '*/*'),
        'content-encoding': fc.constantFrom('gzip', 'br', 'identity', 'x'),
        accept: fc.constantFrom('text/html', '*/*', 'x'),
        range: fc.constant('bytes=0-1'),
        'x-forwarded-for': fc.constantFrom('1.2.3.4', "'; --"),
        'x-http-method-override': fc.constant('DELETE'),
      },
      { requiredKeys: [] },
    );
    const bodies = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(methods, paths, headers, bodies, async (method, path, some, body) => {
        const { status, text } = await server.ask(method, path, { headers: some, body });
        expect(status).toBeLessThan(500);
        expect(text).not.toMatch(LEAKS);
      }),
      { seed: 3, numRuns: RUNS },
    );
  });
});
