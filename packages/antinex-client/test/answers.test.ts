import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { predictionsOf } from '../src/records.ts';
import { created, job, type Reply, result, startApi } from './support/api.ts';
import { failure, openClient, PASSWORD } from './support/hearing.ts';

const withJobs = async (reply: Reply | readonly Reply[], options: object = {}) => {
  const api = await startApi({
    'GET /ml/': reply,
    'POST /ml/': reply,
    'GET /ml/1/': reply,
    'POST /users/': reply,
  });
  return { api, ...openClient({ url: api.url, retries: 1, ...options }) };
};

describe('records', () => {
  it('come without the secrets of the API', async () => {
    const { client } = await withJobs([200, job(1, { note: 'see amqp://me:broker-s3cret@host/' })]);
    const found = await client.getJob(1);
    expect(JSON.stringify(found)).not.toContain('broker-s3cret');
    expect(found.predict_manifest).toMatchObject({
      result_id: 101,
      worker_result_node: { auth_url: 'redis://***@broker:6379/9', source: 'drf' },
    });
  });

  it.each([
    ['nothing', {}, []],
    ['one bare record', job(4), [4]],
    ['a list of one', { jobs: [job(4)] }, [4]],
    ['an empty list', { jobs: [] }, []],
    ['a list', { jobs: [job(5), job(4)] }, [5, 4]],
  ])('are lists: %s', async (_, answer, ids) => {
    const { client } = await withJobs([200, answer]);
    expect((await client.listJobs()).map(({ id }) => id)).toEqual(ids);
  });

  it('that are not there are not found', async () => {
    const { client } = await withJobs([200, {}]);
    const error = await failure(client.getJob(1), 'ANTINEX_NOT_FOUND');
    expect(error.message).toBe('the user root has no job 1');
  });

  it.each([
    [null],
    [[]],
    ['text'],
    [7],
    [{ id: 'one', status: 'finished' }],
    [{ id: 1 }],
    [{ id: 1, status: null }],
    [{ id: 1.5, status: 'x' }],
    [{ jobs: {} }],
    [{ jobs: [1] }],
  ])('of wrong types are refused: %j', async (answer) => {
    const { client } = await withJobs([200, answer]);
    await failure(client.getJob(1), 'ANTINEX_BAD_ANSWER');
    await failure(client.listJobs(), 'ANTINEX_BAD_ANSWER');
    await failure(client.createJob({}), 'ANTINEX_BAD_ANSWER');
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 60])('have numbers, not %d', async (id) => {
    const { client, exchanged } = await withJobs([200, {}]);
    await failure(client.getJob(id), 'ANTINEX_BAD_REQUEST');
    expect(exchanged).toEqual([]);
  });
});

describe('an answer that says no', () => {
  it.each([
    [400, ''],
    [415, { detail: 'Unsupported media type' }],
    [413, 'too large'],
    [404, '<html>'],
    [429, { detail: 'Request was throttled.' }],
  ])('%d is not asked for again', async (status, body) => {
    const { client, api } = await withJobs([status, body]);
    const error = await failure(client.createJob({ a: 1 }, { mark: 'm' }), 'ANTINEX_REFUSED');
    expect(error.details.status).toBe(status);
    expect(api.count('POST /ml/')).toBe(1);
    await failure(client.getJob(1), 'ANTINEX_REFUSED');
    expect(api.count('GET /ml/1/')).toBe(1);
  });

  it.each([
    ['', 'it does not say why; mostly a field of the wrong type'],
    ['"epochs is no number"', 'epochs is no number'],
    [
      { username: ['This field is required.'], password: ['Too short.', 'Too plain.'] },
      'username: This field is required.; password: Too short. Too plain.',
    ],
    [{ detail: { deep: [] } }, '...'],
    [`"${'x'.repeat(5000)}"`, 'xxx'],
  ])('tells why: %j', async (body, words) => {
    const { client } = await withJobs([400, body]);
    const error = await failure(client.createJob({}), 'ANTINEX_REFUSED');
    expect(error.message).toContain(`the AntiNex API refused POST /ml/ with 400: ${words}`);
    expect(error.message.length).toBeLessThan(500);
  });

  it('a redirected POST is an error and goes nowhere', async () => {
    const { client, api } = await withJobs([301, '', { Location: '/elsewhere/' }]);
    const error = await failure(client.createJob({}, { mark: 'm' }), 'ANTINEX_REDIRECTED');
    expect(error.message).toContain(
      'POST /ml/ was answered with 301 to /elsewhere/, and nothing was sent there',
    );
    expect(error.hint).toMatch(/give the URL/);
    await failure(client.listJobs(), 'ANTINEX_REDIRECTED');
    expect(api.asked.map(({ request }) => request)).toEqual([
      'POST /api-token-auth/',
      'POST /ml/',
      'GET /ml/',
    ]);
  });

  it('pages of HTML are not quoted: Django shows there what was posted', async () => {
    const page = `<html><pre>password = ${PASSWORD} redis://:broker-s3cret@h/</pre></html>`;
    const { client } = await withJobs([500, page, { 'Content-Type': 'text/html; charset=utf-8' }]);
    const error = await failure(client.createJob({}), 'ANTINEX_BROKEN');
    expect(error.details.reason).toBe(`text/html of ${Buffer.byteLength(page)} bytes`);
    const user = { username: 'u', email: 'e@example.com', password: 'a new users s3cret' };
    await failure(client.createUser(user), 'ANTINEX_BROKEN');
  });

  it('no password of a new user is told', async () => {
    const password = 'of a new user';
    const { client } = await withJobs([400, JSON.stringify(`"${password}" is too plain`)]);
    const user = { username: 'u', email: 'e@example.com', password };
    const error = await failure(client.createUser(user), 'ANTINEX_REFUSED');
    expect(error.details.reason).toBe('"***" is too plain');
  });
});

describe('a hostile answer', () => {
  const LIMIT = 1_000_000;

  it.each<[string, Reply]>([
    ['too long', [200, `{"a":"${'x'.repeat(LIMIT)}"}`]],
    ['too long, unpacked', [200, gzipSync(Buffer.alloc(50 * LIMIT, 0x20)), { 'Content-Encoding': 'gzip' }]],
    ['not what it says', [200, 'not packed at all', { 'Content-Encoding': 'gzip' }]],
    ['nested deep', [200, `${'['.repeat(200_000)}${']'.repeat(200_000)}`]],
    ['nested deep in an object', [200, `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`]],
    ['no JSON', [200, '<html>hello</html>', { 'Content-Type': 'text/html' }]],
    ['cut JSON', [200, '{"id": 1, "status": "fin']],
    ['empty', [200, '']],
    ['NaN', [200, '{"id": NaN, "status": "x"}']],
    ['bytes', [200, Buffer.from([0xff, 0xfe, 0x00, 0x80])]],
    ['no HTTP', (request) => request.socket.end('hello, this is not HTTP\r\n\r\n')],
  ])('%s', async (_, reply) => {
    const { client, api } = await withJobs(reply, { maxAnswerBytes: LIMIT });
    const error = await failure(client.getJob(1), 'ANTINEX_BAD_ANSWER');
    expect(error.message).toMatch(/^the answer to GET \/ml\/1\/ is none of an AntiNex API: /);
    expect(api.count('GET /ml/1/')).toBe(1);
  });

  it('does not touch prototypes', async () => {
    const { client } = await withJobs([200, '{"id":1,"status":"finished","__proto__":{"polluted":1}}']);
    const found = await client.getJob(1);
    expect(found.status).toBe('finished');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('a request', () => {
  it.each([
    [{ predict_rows: [{ tcp_seq: Number.NaN }] }, 'tcp_seq is NaN'],
    [{ x: Number.POSITIVE_INFINITY }, 'x is Infinity'],
    [{ x: 1n }, 'it cannot be written as JSON'],
  ])('that JSON cannot hold is not sent: %s', async (request, reason) => {
    const { client, exchanged } = await withJobs([201, created(1)]);
    const error = await failure(client.createJob(request), 'ANTINEX_BAD_REQUEST');
    expect(error.message).toBe(`POST /ml/ was not sent: ${reason}`);
    expect(exchanged).toEqual([]);
  });

  it('arrives as it is, zeros and all', async () => {
    const { client, api } = await withJobs([201, created(1)]);
    await client.createJob({ predict_rows: [{ a: 0, b: -0.5, c: 'ü' }] });
    expect(JSON.parse(api.asked[1].body)).toEqual({ predict_rows: [{ a: 0, b: -0.5, c: 'ü' }] });
  });

  it('ends when it is called off', async () => {
    const { client } = await withJobs(() => {});
    const controller = new AbortController();
    const asking = client.getJob(1, { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(asking).rejects.toThrow(/abort/i);
  });

  it.each([
    ['localhost', 'must be one such as'],
    ['ftp://localhost', 'must be one such as'],
    ['http://me:s3cret-in-url@localhost', 'must not hold a user'],
    ['http://localhost/?a=1', 'must end with its path'],
  ])('needs a URL: %s', (url, problem) => {
    expect(() => openClient({ url })).toThrow(problem);
    expect(() => openClient({ url })).not.toThrow('s3cret-in-url');
  });

  it('goes under the path of the URL', async () => {
    const api = await startApi({
      'POST /antinex/api-token-auth/': [200, { token: 'any' }],
      'GET /antinex/ml/': [200, {}],
    });
    const { client } = openClient({ url: `${api.url}/antinex/` });
    await failure(client.listJobs(), 'ANTINEX_LOGIN_REFUSED').catch(() => {});
    expect(api.asked[0].request).toBe('POST /antinex/api-token-auth/');
  });

  it('knows who it is', async () => {
    const api = await startApi({
      'GET /users/': [200, { id: 1, username: 'root', email: 'root@example.com' }],
      'POST /users/': [201, { id: 2, username: 'new', email: 'new@example.com' }],
      'GET /mlresults/': [200, result(101)],
      'GET /mlprepare/': [200, {}],
    });
    const { client } = openClient({ url: api.url });
    expect(await client.whoAmI()).toMatchObject({ id: 1, username: 'root' });
    expect(
      await client.createUser({ username: 'new', email: 'new@example.com', password: 'abcd' }),
    ).toMatchObject({
      id: 2,
    });
    expect(api.asked.at(-1)?.token).toBeUndefined();
    expect(await client.listResults()).toHaveLength(1);
    expect(await client.listPrepares()).toEqual([]);
  });
});

it('reads only the columns of predictions that are wanted', async () => {
  const rows = [{ a: 1 }, { a: 2 }];
  const predictions = rows.map((row, i) => ({ ...row, _scaled_a: 0, label_value: i, _row_idx: i }));
  const api = await startApi({
    'POST /ml/': [
      201,
      {
        job: job(1, { status: 'finished', predict_manifest: { result_id: 101, predict_rows: rows } }),
        results: result(101, { status: 'finished', predictions_json: { predictions } }),
      },
    ],
  });
  const { client } = openClient({ url: api.url, predictionColumns: ['label_value', '_row_idx'] });
  const made = await client.postJob('{"label":"x"}');
  expect(api.asked.at(-1)?.body).toBe('{"label":"x"}');
  expect(made.job.predict_manifest).toEqual({ result_id: 101 });
  expect(predictionsOf(made.result)).toEqual([
    { label_value: 0, _row_idx: 0 },
    { label_value: 1, _row_idx: 1 },
  ]);
});
