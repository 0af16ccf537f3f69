import { once } from 'node:events';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bugs,
  logged,
  makeFolder,
  rowsOf,
  smallJob,
  startServer,
  type TestServer,
} from './support/server.ts';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startServer();
  token = await server.token();
});
afterAll(async () => {
  expect(bugs).toEqual([]);
  expect((await server.ask('GET', '/users/', { token })).status).toBe(200);
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  server.ask('POST', '/ml/', { token, body, headers });

/** What the server sends to bytes on a socket, until it ends the connection. */
async function talk(text: string | Buffer, limitMs = 20_000): Promise<string> {
  const socket = connect(server.server.port, '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.write(text);
  socket.setTimeout(limitMs, () => socket.destroy(new Error('still open')));
  await once(socket, 'close').catch(() => {});
  return heard;
}

describe('bodies', () => {
  it.each<[string, unknown, Record<string, string>, number]>([
    ['no JSON', '{bad', {}, 400],
    ['nothing', '', {}, 400],
    ['NaN', '{"label":"x","predict_rows":[{"a":NaN}]}', {}, 400],
    ['a list', '[]', {}, 400],
    ['null', 'null', {}, 400],
    ['a text', '"x"', {}, 400],
    ['a number', '1e999', {}, 400],
    ['a form', 'label=x', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
    ['plain text', '{}', { 'content-type': 'text/plain' }, 415],
    ['a type that is none', '{}', { 'content-type': '\u00e4;;;' }, 415],
    ['a file upload', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['gzip that says so', gzipSync('{}'), { 'content-encoding': 'gzip' }, 400],
    ['gzip that does not', gzipSync('{}'), {}, 400],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), {}, 400],
    ['a forbidden key', '{"__proto__":{"isAdmin":true}}', {}, 400],
    ['a deep list', `{"label":"x","predict_rows":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, {}, 400],
    ['deep objects', '{"a":'.repeat(100_000), {}, 400],
    ['a deep text', JSON.stringify({ ...smallJob('x'), pre_proc: '['.repeat(50_000) }), {}, 422],
    ['rows in rows', JSON.stringify(smallJob('x', { predict_rows: [[1], [2]] })), {}, 422],
    ['a label that is none', JSON.stringify(smallJob('x', { label: { a: 1 } })), {}, 422],
    [
      'a number that is too large',
      JSON.stringify(smallJob('x')).replace('"epochs":2', '"epochs":1e999'),
      {},
      422,
    ],
    [
      'many features',
      JSON.stringify(smallJob('x', { features_to_process: Array(100_000).fill('feature') })),
      {},
      422,
    ],
    ['a long label', JSON.stringify(smallJob('x'.repeat(600))), {}, 422],
  ])('%s', async (_, body, headers, status) => {
    const found = await post(body, headers);
    expect([found.status, found.headers['content-type']]).toEqual([
      status,
      'application/json; charset=utf-8',
    ]);
    expect(found.text.length).toBeLessThan(2000);
  });

  it('do not reach into files', async () => {
    const server = await startServer({ datasetDirs: [makeFolder()] });
    for (const dataset of [
      '/etc/passwd',
      '../../../../etc/passwd',
      'x\u0000/etc/passwd',
      'file:///etc/passwd',
      '..',
      '',
    ]) {
      const body = smallJob('x', { dataset, predict_rows: undefined });
      const found = await server.ask('POST', '/ml/', { token, body });
      expect(found.status, dataset).toBe(422);
      expect(found.text).not.toContain('root:');
    }
  });

  it('that hold SQL change nothing', async () => {
    const evil = "'; DROP TABLE users; --";
    const { json } = await post(smallJob(evil, { desc: evil, title: `${evil}"` }));
    expect(json.job).toMatchObject({ status: 'finished', title: `${evil}"`, desc: evil });
    expect((await server.ask('GET', `/ml/${encodeURIComponent("1' OR '1'='1")}/`, { token })).status).toBe(
      400,
    );
    expect((await server.ask('GET', '/users/', { token })).status).toBe(200);
  });

  it('that are too long are refused, at once if they say so', async () => {
    const found = await post(Buffer.alloc(17 * 2 ** 20, ' '));
    expect([found.status, found.json]).toEqual([413, { detail: 'The request body is too large.' }]);
    const head = `POST /ml/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: JWT ${token}\r\nContent-Type: application/json\r\n`;
    expect(await talk(`${head}Content-Length: 99999999999\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 /);
    const chunk = `100000\r\n${'x'.repeat(2 ** 20)}\r\n`;
    expect(await talk(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(18)}`)).toMatch(
      /^HTTP\/1.1 413 /,
    );
    const login = await server.ask('POST', '/api-token-auth/', { body: Buffer.alloc(100_000, ' ') });
    expect(login.status).toBe(413);
  });

  it('are not read without a user', async () => {
    const head =
      'POST /ml/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\nConnection: close\r\n\r\n';
    expect(await talk(head)).toMatch(/^HTTP\/1.1 401 /);
  });

  it('of many at once are put off before they fill the memory', async () => {
    const open = (length: number) => {
      const socket = connect(server.server.port, '127.0.0.1');
      socket.write(
        `POST /ml/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: JWT ${token}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n{`,
      );
      return socket;
    };
    const sockets = Array.from({ length: 20 }, () => open(16 * 2 ** 20));
    const answers: string[] = [];
    for (const socket of sockets) socket.once('data', (answer) => answers.push(String(answer).slice(9, 12)));
    await expect.poll(() => answers).toEqual(['503', '503', '503', '503']);
    for (const socket of sockets) socket.destroy();
    await expect.poll(async () => (await post(Buffer.alloc(15 * 2 ** 20, ' '))).status).toBe(400);
  });

  it('of logins that never end take no more room than a login may', async () => {
    const head =
      'POST /api-token-auth/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const sockets = Array.from({ length: 20 }, () => connect(server.server.port, '127.0.0.1'));
    for (const socket of sockets) socket.on('error', () => {}).write(`${head}1\r\n{\r\n`);
    const body = { username: 'root', password: '123321' };
    for (let tries = 0; tries < 3; tries++)
      expect((await server.ask('POST', '/api-token-auth/', { body })).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});

describe('answers', () => {
  it('that nobody reads do not fill the memory', async () => {
    const large = await startServer();
    const rows = rowsOf(14_000).map((row) => ({ ...row, text: 'x'.repeat(1000) }));
    expect((await large.ask('POST', '/ml/', { token, body: smallJob('Large') })).status).toBe(201);
    const body = smallJob('Large', { predict_rows: rows });
    const { id } = (await large.ask('POST', '/ml/', { token, body })).json.job;
    const requests: ClientRequest[] = [];
    const statusOf = () =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { authorization: `JWT ${token}` };
        const request = httpRequest(`${large.url}/ml/${id}/`, { agent: false, headers });
        // Nobody takes the body.
        request.on('response', ({ statusCode }) => resolve(statusCode));
        request.on('error', reject).end();
        requests.push(request);
      });
    const statuses = await Promise.all(Array.from({ length: 16 }, statusOf));
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    for (const request of requests) request.on('error', () => {}).destroy();
    await expect.poll(async () => (await large.ask('GET', `/ml/${id}/`, { token })).status).toBe(200);
  });
});

describe('requests', () => {
  it.each<[string, string, RegExp]>([
    ['no HTTP', 'hello\r\n\r\n', /^HTTP\/1.1 400 /],
    ['no host', 'GET /users/ HTTP/1.1\r\n\r\n', /^HTTP\/1.1 400 /],
    [
      'another host',
      'GET /users/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 400 /,
    ],
    [
      'a long header',
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
      /^HTTP\/1.1 431 /,
    ],
    [
      'two lengths',
      'POST /ml/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
      /^HTTP\/1.1 400 /,
    ],
    [
      'a length and chunks',
      'POST /ml/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1.1 400 /,
    ],
    [
      'a bad path',
      'GET /ml/%zz/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 400 /,
    ],
    [
      'a long path',
      `GET /ml/${'1'.repeat(200)}/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1.1 4\d\d /,
    ],
    [
      'a way up',
      'GET /docs/static/../../../package.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 40[0-9] /,
    ],
    [
      'a hidden way up',
      'GET /docs/static/%2e%2e%2f%2e%2e%2fpackage.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 40[0-9] /,
    ],
    [
      'another method',
      'TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 40[45] /,
    ],
  ])('%s', async (_, text, answer) => {
    const heard = await talk(text);
    expect(heard).toMatch(answer);
    expect(heard).not.toMatch(/node_modules|\.ts:\d|antinex-server-/);
  });

  it.each([
    ['GET', '/nothing/', 404],
    ['PATCH', '/ml/', 405],
    ['DELETE', '/ml/', 405],
    ['POST', '/ml/1/', 405],
    ['PUT', '/api-token-auth/', 405],
    ['OPTIONS', '/mlprepare/1/', 200],
    ['PUT', '/ml/1/', 200],
    ['DELETE', '/mlresults/1/', 200],
  ])('%s %s is %i', async (method, path, status) => {
    const found = await server.ask(method, path, { token });
    expect([found.status, found.json === undefined]).toEqual([status, false]);
  });

  it.each([
    ['localhost', '/users/', 200],
    ['127.0.0.1:8010', '/users/', 200],
    ['LOCALHOST:1', '/users/', 200],
    ['localhost.evil.example', '/users/', 400],
    ['evil.example:8010', '/users/', 400],
    ['evil.example', '/docs', 400],
    ['10.0.0.7', '/healthz', 200],
  ])('by the name %s for %s are %i', async (host, path, status) => {
    expect((await server.ask('GET', path, { token, headers: { host } })).status).toBe(status);
  });

  it('without a slash at the end lose nothing that is posted', async () => {
    const posted = await server.ask('POST', '/ml', { token, body: smallJob('Slash') });
    expect([posted.status, posted.json.job.title]).toEqual([201, 'Slash']);
    const login = await server.ask('POST', '/api-token-auth', {
      body: { username: 'root', password: '123321' },
    });
    expect(login.status).toBe(200);
    const read = await server.ask('GET', '/ml?x=/', { token });
    expect([read.status, read.headers.location]).toEqual([301, '/ml/?x=/']);
  });

  it('of one address are limited', async () => {
    const limited = await startServer({ requestsPerMinute: 20 });
    const statuses: number[] = [];
    for (let n = 0; n < 25; n++) statuses.push((await limited.ask('GET', '/healthz')).status);
    expect([statuses.indexOf(429), new Set(statuses)]).toEqual([20, new Set([200, 429])]);
  });

  it('that come a byte at a time are cut off, and others are answered meanwhile', async () => {
    const sockets = Array.from({ length: 100 }, () => connect(server.server.port, '127.0.0.1'));
    const closed = sockets.map(
      (socket) => new Promise((done) => socket.on('error', () => {}).on('close', done)),
    );
    for (const socket of sockets) socket.write('POST /ml/ HTTP/1.1\r\nHost: localhost\r\n');
    const drip = setInterval(() => {
      for (const socket of sockets) if (!socket.destroyed) socket.write('X-A: b\r\n');
    }, 500);
    expect((await server.ask('GET', '/users/', { token })).status).toBe(200);
    const start = performance.now();
    await Promise.all(closed);
    clearInterval(drip);
    expect(performance.now() - start).toBeLessThan(15_000);
  }, 30_000);
});

describe('nothing leaks', () => {
  it('into the log', async () => {
    await post(smallJob('a secret label', { desc: 'a secret text', predict_rows: [{ a: 1 }] }));
    await server.ask('POST', '/api-token-auth/', { body: { username: 'root', password: 'a secret word' } });
    await server.ask('POST', '/api-token-auth/', { body: '{"password": "a secret word", bad' });
    expect(logged.filter((line) => line.includes('a secret word') || line.includes('a secret text'))).toEqual(
      [],
    );
    expect(logged.filter((line) => /eyJ|scrypt\$/.test(line))).toEqual([]);
  });

  it('out of errors: what cannot be read is not quoted', async () => {
    const found = await server.ask('POST', '/api-token-auth/', { body: '{"password": "hunter2", bad' });
    expect([found.status, found.text.includes('hunter2')]).toEqual([400, false]);
  });

  it('out of any answer: no hash, no folder, no broker', async () => {
    const texts = [];
    for (const path of [
      '/',
      '/users/',
      '/ml/',
      '/mlresults/',
      '/mlprepare/',
      '/openapi.json',
      '/metrics',
      '/readyz',
      '/docs/json',
    ])
      texts.push((await server.ask('GET', path, { token })).text);
    for (const text of texts) expect(text).not.toMatch(/scrypt|\/tmp\/|auth_url|redis:|amqp:/);
  });
});
