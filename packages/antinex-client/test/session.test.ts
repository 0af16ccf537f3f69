import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { job, makeToken, startApi } from './support/api.ts';
import { failure, keepSecret, openClient, USER } from './support/hearing.ts';

const ROUTES = { 'GET /ml/1/': [200, job(1)], 'GET /ml/2/': [200, job(2)] } as const;

describe('login', () => {
  it('comes with the first request, once for many at a time', async () => {
    const api = await startApi(ROUTES);
    const { client, logged } = openClient({ url: api.url });
    const jobs = await Promise.all(Array.from({ length: 20 }, () => client.getJob(1)));
    expect(new Set(jobs.map(({ id }) => id))).toEqual(new Set([1]));
    expect(api.logins).toBe(1);
    expect(logged).toEqual(['info: logged in as root']);
  });

  it('is refused once, and not tried again', async () => {
    const api = await startApi(ROUTES);
    const { client } = openClient({ url: api.url, user: 'nobody' });
    const error = await failure(client.getJob(1), 'ANTINEX_LOGIN_REFUSED');
    expect(error.message).toBe(
      `${api.url} does not let the user nobody in: Unable to log in with provided credentials.`,
    );
    expect(api.asked).toHaveLength(1);
  });

  it('names no password that the API sends back', async () => {
    const echo = { reply: ({ body }: { body: string }) => [400, { detail: `you said ${body}` }] as const };
    const api = await startApi({ 'POST /api-token-auth/': echo });
    const error = await failure(openClient({ url: api.url }).client.logIn(), 'ANTINEX_LOGIN_REFUSED');
    expect(error.message).toContain('you said {"username":"root","password":"***"}');
  });

  it('is tried again while the API is broken', async () => {
    const token = makeToken({ exp: Date.now() / 1000 + 300 });
    keepSecret(token);
    const api = await startApi({
      'POST /api-token-auth/': [
        [502, 'bad gateway'],
        [200, { token }],
      ],
    });
    await openClient({ url: api.url }).client.logIn();
    expect(api.logins).toBe(2);
  });

  it('is called off with the last request that waits for it', async () => {
    const api = await startApi({ 'POST /api-token-auth/': () => {} });
    const { client } = openClient({ url: api.url });
    const [first, second] = [new AbortController(), new AbortController()];
    const asking = [first, second].map(({ signal }) => client.getJob(1, { signal }));
    let ended = 0;
    const ends = asking.map((one) =>
      one.catch((error) => {
        ended++;
        return error.name;
      }),
    );
    await sleep(50);
    first.abort();
    expect(await ends[0]).toBe('AbortError');
    await sleep(50);
    expect([ended, api.logins, api.hangUps]).toEqual([1, 1, 0]);
    second.abort();
    expect(await ends[1]).toBe('AbortError');
    await expect.poll(() => api.hangUps).toBe(1);
    await expect(client.getJob(1, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
  });

  it.each([[{}], [[]], [{ token: 7 }], [{ token: 'a\r\nb: c' }], [{ token: '' }]])(
    'needs a token in the answer, not %j',
    async (answer) => {
      const api = await startApi({ 'POST /api-token-auth/': [200, answer] });
      const { client } = openClient({ url: api.url });
      await failure(client.logIn(), 'ANTINEX_BAD_ANSWER');
    },
  );
});

describe('a token', () => {
  it('is renewed before it ends: no request is ever refused', async () => {
    const api = await startApi(ROUTES, { tokenMs: 600, validMs: 60_000 });
    const { client, exchanged } = openClient({ url: api.url });
    for (let i = 0; i < 12; i++) {
      await client.getJob(1);
      await sleep(100);
    }
    expect(exchanged.filter(({ status }) => status === 401)).toEqual([]);
    expect(api.logins).toBeGreaterThanOrEqual(2);
    expect(api.logins).toBeLessThan(7);
  });

  it.each([-3_600_000, 3_600_000])(
    'lasts as long as it should with a clock that is off by %d ms',
    async (clockMs) => {
      const api = await startApi(ROUTES, { clockMs });
      const { client } = openClient({ url: api.url });
      for (let i = 0; i < 3; i++) await client.getJob(1);
      expect(api.logins).toBe(1);
    },
  );

  it('that ends in the middle of a run is replaced by one login', async () => {
    const api = await startApi(ROUTES, { tokenMs: 300_000, validMs: 1000 });
    const { client, exchanged } = openClient({ url: api.url });
    await client.getJob(1);
    await sleep(1050);
    const both = await Promise.all([client.getJob(1), client.getJob(2), client.getJob(1)]);
    expect(both.map(({ id }) => id)).toEqual([1, 2, 1]);
    expect(api.logins).toBe(2);
    expect(exchanged.length).toBeLessThanOrEqual(1 + 1 + 3 + 1 + 3);
  });

  it('that is never good ends as an error after two logins', async () => {
    const api = await startApi(ROUTES, { validMs: 0 });
    const error = await failure(openClient({ url: api.url }).client.getJob(1), 'ANTINEX_LOGIN_REFUSED');
    expect(error.details).toMatchObject({ user: USER, reason: expect.stringContaining('has expired') });
    expect(api.logins).toBe(2);
    expect(api.asked).toHaveLength(4);
  });

  it('that does not say when it ends is used until it is refused', async () => {
    const token = makeToken({ user_id: 1 });
    keepSecret(token);
    const api = await startApi({
      'POST /api-token-auth/': [200, { token }],
      'GET /ml/': [200, {}],
    });
    const error = await failure(openClient({ url: api.url }).client.listJobs(), 'ANTINEX_LOGIN_REFUSED');
    expect(error.message).not.toContain(token);
    expect(api.logins).toBe(2);
  });
});
