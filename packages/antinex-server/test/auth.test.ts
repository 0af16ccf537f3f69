import { createHmac, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  bugs,
  makeFolder,
  PASSWORD,
  SECRET_KEY,
  signToken,
  startServer,
  type TestServer,
  USER,
} from './support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => expect(bugs).toEqual([]));

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const claims = (more: object = {}) => ({ user_id: 1, username: USER, exp: inSeconds(60), ...more });
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const whoAmI = (headers: Record<string, string>) => server.ask('GET', '/users/', { headers });

function signed(header: object, payload: object, key = SECRET_KEY, hash = 'sha256'): string {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
}

describe('tokens', () => {
  it('are given for the right password, and are good', async () => {
    const login = await server.ask('POST', '/api-token-auth/', {
      body: { username: USER, password: PASSWORD },
    });
    expect(login.status).toBe(200);
    const payload = JSON.parse(Buffer.from(login.json.token.split('.')[1], 'base64url').toString());
    expect(Object.keys(payload).sort()).toEqual(['email', 'exp', 'user_id', 'username']);
    expect(payload.exp - Date.now() / 1000).toBeGreaterThan(290);
    expect((await whoAmI({ authorization: `JWT ${login.json.token}` })).json).toEqual({
      id: 1,
      username: USER,
      email: 'root@email.com',
    });
  });

  it('end when they say', async () => {
    const short = await startServer({ tokenLifetimeMs: 1000 });
    const body = { username: USER, password: PASSWORD };
    const { token } = (await short.ask('POST', '/api-token-auth/', { body })).json;
    expect((await short.ask('GET', '/users/', { token })).status).toBe(200);
    await expect.poll(async () => (await short.ask('GET', '/users/', { token })).status).toBe(401);
    // The real client logs in again and does not notice.
    const client = short.client();
    await client.whoAmI();
    await new Promise((done) => setTimeout(done, 1500));
    expect((await client.whoAmI()).username).toBe(USER);
  });

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const DECODING = 'Error decoding signature.';
  it.each<[string, () => string | Promise<string>, string]>([
    ['expired', () => signToken(claims({ exp: inSeconds(-1) })), 'Signature has expired.'],
    ['of another key', () => signToken(claims(), `${SECRET_KEY}.`), DECODING],
    ['with alg none', () => `${part({ alg: 'none', typ: 'JWT' })}.${part(claims())}.`, DECODING],
    ['with alg None and a signature', () => signed({ alg: 'None' }, claims()), DECODING],
    ['with HS512 of the same key', () => signed({ alg: 'HS512' }, claims(), SECRET_KEY, 'sha512'), DECODING],
    [
      'with RS256',
      () => new SignJWT(claims()).setProtectedHeader({ alg: 'RS256' }).sign(privateKey),
      DECODING,
    ],
    ['without an algorithm', () => signed({}, claims()), DECODING],
    ['with a critical header', () => signed({ alg: 'HS256', crit: ['x'], x: 1 }, claims()), DECODING],
    [
      'changed',
      async () => (await signToken(claims())).replace(/\.[^.]+\./, `.${part(claims({ user_id: 2 }))}.`),
      DECODING,
    ],
    ['without an end', () => signToken({ user_id: 1, username: USER }), DECODING],
    ['of nobody', () => signToken({ exp: inSeconds(60) }), DECODING],
    ['with a user that is no number', () => signToken(claims({ user_id: '1' })), DECODING],
    ['of a user that is gone', () => signToken(claims({ user_id: 99 })), 'Invalid signature.'],
    ['of a user with another name', () => signToken(claims({ username: 'admin' })), 'Invalid signature.'],
    ['that is none', () => 'abc.def.ghi', DECODING],
    ['that is long', () => 'a'.repeat(10_000), DECODING],
  ])('are refused: one %s', async (_, make, text) => {
    const found = await whoAmI({ authorization: `JWT ${await make()}` });
    expect([found.status, found.json]).toEqual([401, { detail: text }]);
    expect(found.headers['www-authenticate']).toBe('JWT realm="api"');
  });

  it.each(['', 'JWT', 'Bearer abc', 'JWT a b', 'Basic', 'Basic !!!', 'constructor x', '__proto__ x', ','])(
    'are asked for: %j',
    async (authorization) => expect((await whoAmI({ authorization })).status).toBe(401),
  );

  it('are not given by others than the server: a new key makes them worthless', async () => {
    const token = await server.token();
    const other = await startServer({ secretKey: undefined });
    expect((await other.ask('GET', '/users/', { token })).status).toBe(401);
  });
});

describe('passwords', () => {
  const logIn = (body: unknown) => server.ask('POST', '/api-token-auth/', { body });
  const WRONG = { non_field_errors: ['Unable to log in with provided credentials.'] };

  it.each([
    ['a wrong password', { username: USER, password: 'nope' }],
    ['an unknown user', { username: 'nobody', password: PASSWORD }],
    ['SQL', { username: "root' OR '1'='1", password: "' OR 1=1 --" }],
    ['a name that is cut at a NUL', { username: 'root\u0000x', password: PASSWORD }],
    ['a name that is no text of Unicode', { username: 'root\ud800', password: PASSWORD }],
  ])('%s is told as any other', async (_, body) => {
    const found = await logIn(body);
    expect([found.status, found.json]).toEqual([400, WRONG]);
  });

  it.each([
    [null, 400],
    [[], 400],
    ['"text"', 400],
    ['7', 400],
    [{ username: 1, password: {} }, 400],
    [{ username: '', password: null }, 400],
    [{ username: ['root'], password: [PASSWORD] }, 400],
  ])('%j is no login', async (body, status) => expect((await logIn(body)).status).toBe(status));

  it('that everybody knows is not served to other hosts', async () => {
    const dataDir = makeFolder();
    const user = { username: USER, email: 'root@email.com', password: undefined, isReachable: true };
    await (await startServer({ dataDir })).close();
    await expect(startServer({ dataDir, firstUser: user })).rejects.toThrow(/that everybody knows/);
    const chosen = { ...user, password: 'a better one' };
    await (await startServer({ dataDir, firstUser: chosen })).close();
    await (await startServer({ dataDir, firstUser: user })).close();
  });

  it('of users that there are and are not take as long', async () => {
    const median = async (username: string) => {
      const times: number[] = [];
      for (let n = 0; n < 9; n++) {
        const start = performance.now();
        await logIn({ username, password: 'nope' });
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[4];
    };
    const [known, unknown] = [await median(USER), await median('nobody')];
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(3);
  });

  it('do for HTTP Basic, also such with colons and letters of all kinds', async () => {
    const password = 'p:ss "wörd" ✓';
    const made = await server.ask('POST', '/users/', {
      body: { username: 'b@sic', password, email: 'b@b.co' },
    });
    expect(made.status).toBe(201);
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    for (let n = 0; n < 3; n++)
      expect((await whoAmI(basic(`b@sic:${password}`))).json.username).toBe('b@sic');
    expect((await whoAmI(basic(`b@sic:${password}x`))).status).toBe(401);
    expect((await whoAmI(basic(`root:${password}`))).status).toBe(401);
    expect((await whoAmI(basic('b@sic'))).status).toBe(401);
  });
});

describe('many logins', () => {
  const [TRIES, LIMIT] = process.env.LONG ? [10_000, 30] : [400, 10];

  it(`${TRIES} of one address: most are put off, quickly, and the server answers others meanwhile`, async () => {
    const limited = await startServer({ loginsPerMinute: LIMIT });
    const token = await limited.token();
    const start = performance.now();
    const statuses = new Map<number, number>();
    let slowestMs = 0;
    for (let sent = 0; sent < TRIES; sent += 50) {
      const tries = Array.from({ length: 50 }, (_, at) =>
        limited.ask('POST', '/api-token-auth/', {
          body: { username: `user${sent + at}`, password: 'guess' },
        }),
      );
      const asked = performance.now();
      expect((await limited.ask('GET', '/users/', { token })).status).toBe(200);
      slowestMs = Math.max(slowestMs, performance.now() - asked);
      for (const { status, headers } of await Promise.all(tries)) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 429) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      }
    }
    expect([...statuses.keys()].sort()).toEqual([400, 429]);
    // Another minute may have begun.
    const minutes = Math.ceil((performance.now() - start) / 60_000 + 1);
    expect(statuses.get(400)).toBeLessThanOrEqual((LIMIT + 1) * minutes);
    expect(slowestMs).toBeLessThan(5000);
  });

  it('wrong ones for one name put that name off, but not where its user was let in before', async () => {
    const limited = await startServer({ loginsPerMinute: 10, trustProxy: '127.0.0.1' });
    const logIn = (from: string, password: string) =>
      limited.ask('POST', '/api-token-auth/', {
        headers: { 'x-forwarded-for': from },
        body: { username: USER, password },
      });
    expect((await logIn('10.0.0.1', PASSWORD)).status).toBe(200);
    // Each from another network: no address is put off.
    for (let n = 2; n < 13; n++) expect((await logIn(`10.0.0.${n}`, 'guess')).status).toBe(400);
    expect((await logIn('10.0.0.99', 'guess')).status).toBe(429);
    expect((await logIn('10.0.0.98', PASSWORD)).status).toBe(429);
    expect((await logIn('10.0.0.1', PASSWORD)).status).toBe(200);
  });

  it('by HTTP Basic count, too', async () => {
    const limited = await startServer({ loginsPerMinute: 5 });
    const authorization = `Basic ${Buffer.from('root:guess').toString('base64')}`;
    const statuses: number[] = [];
    for (let n = 0; n < 8; n++)
      statuses.push((await ask(limited.url, 'GET', '/users/', { headers: { authorization } })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  });
});

describe('new users', () => {
  const NEW = { username: 'new', password: 'abcdef', email: 'new@b.co' };

  it('are made by anybody, if that is allowed, and can then log in', async () => {
    const user = await server.client().createUser({ ...NEW, username: 'made by the client' });
    expect(user.username).toBe('made by the client');
    expect((await server.client('made by the client', 'abcdef').whoAmI()).id).toBe(user.id);
  });

  it.each([
    [{ ...NEW, username: 'x'.repeat(31) }, 'Please enter a valid username'],
    [{ ...NEW, username: 'a\u0000b' }, 'Please enter a valid username'],
    [{ ...NEW, username: 'a\u001b[2J' }, 'Please enter a valid username'],
    [{ ...NEW, username: USER }, "username 'root' is already in use"],
    [{ ...NEW, password: 'abc' }, 'password too short'],
    [{ ...NEW, password: 'x'.repeat(2000) }, 'password too long'],
    [{ ...NEW, email: 'a@b@c' }, 'Please enter a valid email'],
    [{ ...NEW, email: 'a b@c.de' }, 'Please enter a valid email'],
    [{ username: 'x', password: 'abcdef' }, 'missing email'],
    [{ password: 'abcdef' }, 'missing username'],
    [{ username: 'x' }, 'missing password'],
    [null, 'missing username'],
    [[], 'missing username'],
  ])('are refused: %j', async (body, text) => {
    const found = await server.ask('POST', '/users/', { body });
    expect([found.status, found.json]).toEqual([400, text]);
  });

  it('are made by the first user alone where registration is closed', async () => {
    const closed = await startServer({ openRegistration: false });
    const make = (token?: string, username = 'second') =>
      closed.ask('POST', '/users/', { token, body: { ...NEW, username } });
    expect((await make()).status).toBe(401);
    expect((await make(await closed.token())).status).toBe(201);
    const second = await closed.token(2, 'second');
    expect((await closed.ask('GET', '/users/7/', { token: second })).json.username).toBe('second');
    expect((await make(second, 'third')).status).toBe(403);
  });

  it('of one name are one, however many ask at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, () => server.ask('POST', '/users/', { body: { ...NEW, username: 'twin' } })),
    );
    expect(all.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(400)]);
  });
});
