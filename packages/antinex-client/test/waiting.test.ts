import { describe, expect, it } from 'vitest';
import { accuracyOf, predictionsOf } from '../src/records.ts';
import { job, type Reply, result, startApi } from './support/api.ts';
import { failure, openClient, PASSWORD } from './support/hearing.ts';

const at = (status: string): Reply => [200, job(1, { status })];
const FINISHED = result(101, {
  status: 'finished',
  acc_data: { accuracy: 83.25 },
  predictions_json: { predictions: [{ _row_idx: 0, label_value: 0, label_name: 'not_attack' }] },
});

const waiting = async (replies: readonly Reply[], its: object = FINISHED, options: object = {}) => {
  const api = await startApi({ 'GET /ml/1/': replies, 'GET /mlresults/101/': [200, its] });
  return { api, ...openClient({ url: api.url, retries: 0, ...options }) };
};

describe('waiting for a job', () => {
  it('ends with its result', async () => {
    const { client, api } = await waiting(
      ['initial', 'analyzing', 'started', 'launched', 'finished'].map(at),
    );
    const done = await client.waitForJob(1);
    expect(done.job.status).toBe('finished');
    expect(accuracyOf(done.result)).toBe(83.25);
    expect(predictionsOf(done.result)).toEqual([{ _row_idx: 0, label_value: 0, label_name: 'not_attack' }]);
    expect(api.count('GET /ml/1/')).toBe(5);
  });

  it('takes "Completed" for an end, too', async () => {
    const { client } = await waiting([at('Completed')]);
    expect((await client.waitForJob(1)).result.id).toBe(101);
  });

  it.each(['error', 'failed', 'cancelled'])('"%s" is a failure with its reason', async (status) => {
    const why = { status: 'error', error_data: `no rows, redis://:broker-s3cret@h/0, and ${PASSWORD}` };
    const { client } = await waiting([at('started'), at(status)], result(101, why));
    const error = await failure(client.waitForJob(1), 'ANTINEX_JOB_FAILED');
    expect(error.message).toBe(`the job 1 ended as "${status}": no rows, redis://:***@h/0, and ***`);
  });

  it('does not wait for ever for a core that never answers', async () => {
    const { client } = await waiting([at('started'), at('launched')]);
    const error = await failure(client.waitForJob(1, { launchedMs: 300 }), 'ANTINEX_JOB_STUCK');
    expect(error.message).toMatch(/^the job 1 is still "launched" after \d+ s$/);
    expect(error.hint).toMatch(/core/);
  });

  it('has a deadline in every state', async () => {
    const { client } = await waiting([at('started')]);
    const error = await failure(client.waitForJob(1, { deadlineMs: 250 }), 'ANTINEX_JOB_STUCK');
    expect(error.details).toMatchObject({ status: 'started' });
    expect(error.details.waitedMs).toBeLessThan(5000);
  });

  it('ends at once when there is no such job', async () => {
    const { client, api } = await waiting([[200, {}]]);
    await failure(client.waitForJob(1), 'ANTINEX_NOT_FOUND');
    expect(api.count('GET /ml/1/')).toBe(1);
  });

  it('goes on when the API was away', async () => {
    const away: Reply = (request) => request.socket.resetAndDestroy();
    const { client } = await waiting([at('started'), away, [502, ''], away, at('finished')]);
    expect((await client.waitForJob(1)).job.status).toBe('finished');
  });

  it('says what was wrong with an API that stays away', async () => {
    const { client } = await waiting([at('started'), [502, '']]);
    await failure(client.waitForJob(1, { deadlineMs: 1500 }), 'ANTINEX_BROKEN');
  });

  it('ends when it is called off', async () => {
    const { client } = await waiting([at('started')]);
    await expect(client.waitForJob(1, { signal: AbortSignal.timeout(150) })).rejects.toThrow(/abort/i);
  });
});

describe('waiting for a dataset', () => {
  const prepare = (status: string): Reply => [200, { id: 3, status, title: 'd' }];

  it('ends when it is prepared', async () => {
    const api = await startApi({ 'GET /mlprepare/3/': [prepare('started'), prepare('finished')] });
    const { client } = openClient({ url: api.url });
    expect(await client.waitForPrepare(3)).toEqual({ id: 3, status: 'finished', title: 'd' });
  });

  it('says that it does not know why it failed', async () => {
    const api = await startApi({ 'GET /mlprepare/3/': prepare('error') });
    const error = await failure(openClient({ url: api.url }).client.waitForPrepare(3), 'ANTINEX_JOB_FAILED');
    expect(error.message).toBe('the dataset 3 ended as "error": the API does not say why');
  });
});
