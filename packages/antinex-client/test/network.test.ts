import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePorts } from '../../broker/test/servers/free-ports.ts';
import { created, job, type Reply, result, startApi } from './support/api.ts';
import { failure, openClient } from './support/hearing.ts';

const RESET: Reply = (request) => request.socket.resetAndDestroy();
const SILENCE: Reply = () => {};
/** Half an answer, and then nothing more. */
const HALF: Reply = (request) =>
  request.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"id":', () =>
    request.socket.resetAndDestroy(),
  );
/** A byte every 50 ms: each is progress, and the answer never ends. */
const DRIP: Reply = (_, response) => {
  response.writeHead(200, { 'Content-Length': '100000' });
  const timer = setInterval(() => response.write('x'), 50);
  response.once('close', () => clearInterval(timer));
};
const BROKEN: Reply = [503, { detail: 'later' }];
const NOT_HANDED_ON: Reply = [500, { job: null, results: null }];

// Retries wait a random time.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0.05));
afterEach(() => void vi.restoreAllMocks());

describe('asking', () => {
  it.each<[string, Reply]>([
    ['a broken server', BROKEN],
    ['a connection that is reset', RESET],
    ['half an answer', HALF],
  ])('goes on after %s', async (_, reply) => {
    const api = await startApi({ 'GET /ml/1/': [reply, reply, [200, job(1)]] });
    const { client, logged } = openClient({ url: api.url });
    expect(await client.getJob(1)).toMatchObject({ id: 1 });
    expect(api.count('GET /ml/1/')).toBe(3);
    expect(logged.filter((line) => line.endsWith('; trying again'))).toHaveLength(2);
  });

  it.each<[string, Reply]>([
    ['nothing', SILENCE],
    ['a byte now and then', DRIP],
  ])('gives up on a server that sends %s', async (_, reply) => {
    const api = await startApi({ 'GET /ml/1/': reply });
    const { client, exchanged } = openClient({ url: api.url, timeoutMs: 300, retries: 1 });
    const error = await failure(client.getJob(1), 'ANTINEX_TIMEOUT');
    expect(error.message).toBe('the AntiNex API did not answer GET /ml/1/ within 0.3 s');
    expect(api.count('GET /ml/1/')).toBe(2);
    for (const { durationMs } of exchanged.slice(1)) expect(durationMs).toBeLessThan(5000);
  });

  it('gives up on a server that is not there', async () => {
    const [port] = await freePorts(1);
    const { client, exchanged } = openClient({ url: `http://127.0.0.1:${port}`, retries: 2 });
    const error = await failure(client.listJobs(), 'ANTINEX_UNREACHABLE');
    expect(error.details).toEqual({
      url: `http://127.0.0.1:${port}`,
      reason: 'connection refused',
      mayBeDone: false,
    });
    expect(exchanged).toHaveLength(3);
    expect(exchanged[0]).toMatchObject({ request: 'POST /api-token-auth/', status: undefined });
  });

  it('gives up on a host that does not exist', async () => {
    const { client } = openClient({ url: 'http://no-such-host.invalid', retries: 0 });
    expect((await failure(client.logIn(), 'ANTINEX_UNREACHABLE')).details.mayBeDone).toBe(false);
  });

  it('takes no proxy from the environment: the token goes where the URL says', async () => {
    const [port] = await freePorts(1);
    process.env.HTTP_PROXY = `http://127.0.0.1:${port}`;
    try {
      const api = await startApi({ 'GET /ml/1/': [200, job(1)] });
      expect(await openClient({ url: api.url, retries: 0 }).client.getJob(1)).toMatchObject({ id: 1 });
    } finally {
      delete process.env.HTTP_PROXY;
    }
  });
});

describe('posting a job', () => {
  it.each<[string, Reply, 'ANTINEX_BROKEN' | 'ANTINEX_UNREACHABLE']>([
    ['an error', [500, 'oops'], 'ANTINEX_BROKEN'],
    ['a reset', RESET, 'ANTINEX_UNREACHABLE'],
  ])('without a mark is not repeated after %s: it may have been done', async (_, reply, code) => {
    const api = await startApi({ 'POST /ml/': reply });
    const error = await failure(openClient({ url: api.url }).client.createJob({ label: 'x' }), code);
    expect(error.details).toMatchObject({ mayBeDone: true });
    expect(api.count('POST /ml/')).toBe(1);
  });

  it('with a mark is repeated when the job is not there', async () => {
    const api = await startApi({
      'POST /ml/': [RESET, [201, created(8)]],
      'GET /ml/': [200, job(7, { desc: 'of somebody else' })],
    });
    const { client } = openClient({ url: api.url });
    expect((await client.createJob({ label: 'x', desc: 'mine' }, { mark: 'batch-1' })).job.id).toBe(8);
    const descs = api.asked
      .filter((one) => one.request === 'POST /ml/')
      .map((one) => JSON.parse(one.body).desc);
    expect(descs).toEqual(['mine batch-1/0', 'mine batch-1/1']);
  });

  it.each<[string, Reply]>([
    ['a reset', RESET],
    ['a timeout', SILENCE],
    ['a broken proxy', [504, '<html>']],
  ])('with a mark finds the job that was made before %s', async (_, reply) => {
    const api = await startApi({
      'POST /ml/': reply,
      'GET /ml/': [200, { jobs: [job(9, { desc: 'other' }), job(7, { desc: 'batch-1/0' })] }],
      'GET /mlresults/107/': [200, result(107)],
    });
    const { client } = openClient({ url: api.url, timeoutMs: 300 });
    const { job: found, result: its } = await client.createJob({ label: 'x' }, { mark: 'batch-1' });
    expect([found.id, its.id]).toEqual([7, 107]);
    expect(api.count('POST /ml/')).toBe(1);
    expect((await client.findJob('batch-1'))?.id).toBe(7);
    expect(await client.findJob('batch-2')).toBeUndefined();
  });

  it('repeats what the API stored but handed to nobody, and does not take that job for it', async () => {
    const api = await startApi({
      'POST /ml/': [NOT_HANDED_ON, RESET, [201, created(9)]],
      'GET /ml/': [200, job(7, { desc: 'batch-1/0' })],
    });
    const { client } = openClient({ url: api.url });
    expect((await client.createJob({ label: 'x' }, { mark: 'batch-1' })).job.id).toBe(9);
  });

  it('ends after its retries', async () => {
    const api = await startApi({ 'POST /ml/': NOT_HANDED_ON });
    const { client } = openClient({ url: api.url, retries: 1 });
    const error = await failure(client.createJob({ label: 'x' }, { mark: 'm' }), 'ANTINEX_BROKEN');
    expect(error.message).toBe('the AntiNex API broke at POST /ml/ with 500: it could not hand the job on');
    expect(api.count('POST /ml/')).toBe(2);
  });
});
