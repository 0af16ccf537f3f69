import { predictionsOf, resultIdOf } from '@antinex/antinex-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../src/store/database.ts';
import { Jobs } from '../src/store/jobs.ts';
import {
  bugs,
  longJob,
  makeFolder,
  PASSWORD,
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
afterAll(() => expect(bugs).toEqual([]));

const post = (body: unknown, to = server) => to.ask('POST', '/ml/', { token, body });

describe('the real client', () => {
  it('trains, predicts, and finds its jobs again', async () => {
    const client = server.client();
    const trained = await client.createJob(smallJob('Client'), { mark: 'mark of the training' });
    expect([trained.job.status, trained.result.status]).toEqual(['finished', 'finished']);
    expect(resultIdOf(trained.job)).toBe(trained.result.id);
    const asked = rowsOf(6).map(({ label_value, ...row }) => row);
    const { job } = await client.createJob(smallJob(' CLIENT ', { predict_rows: asked, desc: 'again' }));
    const { result } = await client.waitForJob(job.id);
    const predictions = predictionsOf(result);
    expect(predictions.map(({ _row_idx }) => _row_idx)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { label_name } of predictions) expect(['attack', 'not_attack']).toContain(label_name);
    expect((await client.findJob('mark of the training'))?.id).toBe(trained.job.id);
    const [newest, oldest] = await client.listJobs();
    expect([newest.id, newest.desc, oldest.id]).toEqual([job.id, 'again', trained.job.id]);
    expect((await client.listResults()).map(({ id }) => id)).toEqual([job.id, trained.job.id]);
    expect(await client.listPrepares()).toEqual([]);
  });

  it('hears why a job failed', async () => {
    const { job, result } = await server
      .client()
      .createJob(smallJob('none', { predict_rows: [{ a: 1, b: 2 }] }));
    expect(job.status).toBe('error');
    expect(result.error_data).toContain('no model is named "none"');
    await expect(server.client().waitForJob(job.id)).rejects.toMatchObject({ code: 'ANTINEX_JOB_FAILED' });
  });

  it('hears which fields are wrong', async () => {
    await expect(server.client().createJob({ label: 'x', epochs: 'abc' })).rejects.toMatchObject({
      code: 'ANTINEX_REFUSED',
      details: { status: 422, reason: expect.stringContaining('epochs: A valid integer is required.') },
    });
  });

  it('does not see what belongs to another', async () => {
    await server.ask('POST', '/users/', { body: { username: 'other', password: PASSWORD, email: 'o@b.co' } });
    const other = server.client('other', PASSWORD);
    expect(await other.listJobs()).toEqual([]);
    await expect(other.getJob(1)).rejects.toMatchObject({ code: 'ANTINEX_NOT_FOUND' });
    await expect(other.getResult(1)).rejects.toMatchObject({ code: 'ANTINEX_NOT_FOUND' });
  });
});

describe('a posted job', () => {
  it('is kept as it was sent', async () => {
    const desc = 'a\u0000b\ud83d';
    const rows = [...rowsOf(6), { a: 1.5e-9, b: -0.25, label_value: 1, 'odd "key"\u0000\u2028': 'täxt ✓' }];
    const body = smallJob('Kept', {
      predict_rows: rows,
      training_data: '{"x": [1, null]}',
      desc,
    });
    const posted = await post(body);
    const found = await server.ask('GET', `/ml/${posted.json.job.id}/`, { token });
    expect(found.json).toEqual(posted.json.job);
    expect(found.json.predict_manifest).toMatchObject({
      predict_rows: rows,
      training_data: { x: [1, null] },
    });
    expect(found.json.desc).toBe(desc);
    const result = await server.ask('GET', `/mlresults/${posted.json.job.id}/`, { token });
    expect(result.json).toEqual(posted.json.results);
  });

  it('has numbers that came as text', async () => {
    const { json } = await post(
      smallJob('Text', { epochs: '3', test_size: ' 0.25 ', apply_scaler: 'true', seed: '7.0' }),
    );
    expect(json.job.predict_manifest).toMatchObject({
      epochs: 3,
      test_size: 0.25,
      apply_scaler: true,
      seed: 7,
    });
  });

  it('does not become another one by fields that nobody asked for', async () => {
    const { json } = await post({
      ...smallJob('Extra'),
      id: 1,
      user_id: 99,
      status: 'finished',
      tracking_id: 'mine',
      model_weights_file: '/etc/passwd',
      constructor: { prototype: 1 },
    });
    expect(json.job).toMatchObject({ user_id: 1, tracking_id: expect.stringMatching(/^ml_[\da-f-]{36}$/) });
    expect(json.job.predict_manifest.model_weights_file).not.toContain('/');
  });

  it('is answered at once where nothing is waited for, and ends all the same', async () => {
    const quick = await startServer({ answerWithinMs: 0 });
    const { json } = await quick.ask('POST', '/ml/', { token, body: smallJob('Quick') });
    expect([json.job.status, json.job.control_state, json.results.status]).toEqual([
      'initial',
      'active',
      'initial',
    ]);
    const { job, result } = await quick.client().waitForJob(json.job.id);
    expect([job.status, result.status]).toEqual(['finished', 'finished']);
  });

  it('is answered as it is when the time is over; a prediction does not wait behind it', async () => {
    const busy = await startServer({ answerWithinMs: 1000 });
    const client = busy.client();
    await client.waitForJob((await client.createJob(smallJob('Known'))).job.id);
    const long = await client.createJob(longJob('Long'));
    const waiting = await client.createJob(smallJob('Waits'));
    expect([long.job.status, waiting.job.status]).toEqual(['started', 'initial']);
    const predicted = await client.createJob(smallJob('Known'));
    expect((await client.waitForJob(predicted.job.id)).job.status).toBe('finished');
    expect((await client.getJob(long.job.id)).status).toBe('started');
    // The one that runs is called off and the other never starts.
    await busy.close();
  });

  it('that was started five times and never ended is taken to be the reason', async () => {
    const dataDir = makeFolder();
    await (await startServer({ dataDir })).close();
    const database = new Database(dataDir);
    const jobs = new Jobs(database, { jobs: 100, bytes: 1e6 });
    const { predict_rows, ...request } = smallJob('Kills');
    const add = () =>
      jobs.add({ userId: 1, trackingId: 't', request, rowsJson: JSON.stringify(predict_rows) });
    const [killer, other] = [await add(), await add()];
    for (let n = 0; n < 5; n++) jobs.start(killer.id);
    for (let n = 0; n < 4; n++) jobs.start(other.id);
    database.close();
    const client = (await startServer({ dataDir })).client();
    await expect(client.waitForJob(killer.id)).rejects.toMatchObject({
      code: 'ANTINEX_JOB_FAILED',
      details: { reason: expect.stringContaining('the server ended 5 times') },
    });
    expect((await client.waitForJob(other.id)).job.status).toBe('finished');
  });

  it('of a label that is being trained waits for that model, and is then answered by it', async () => {
    const both = await Promise.all([
      post(smallJob('Twice')),
      post(smallJob('twice', { predict_rows: rowsOf(4) })),
    ]);
    expect(both.map(({ json }) => json.job.status)).toEqual(['finished', 'finished']);
    expect(both[1].json.results.predictions_json.predictions).toHaveLength(4);
    expect(both[1].json.results.acc_data.accuracy).toBe(both[0].json.results.acc_data.accuracy);
  });
});

describe('what is kept', () => {
  it('is bounded: the oldest records go, and rows and predictions before them', async () => {
    const dataDir = makeFolder();
    const options = { dataDir, keep: { jobs: 20, bytes: 6000 } };
    const small = await startServer(options);
    const random = () => Array.from({ length: 30 }, () => ({ a: Math.random(), b: Math.random() }));
    await small.ask('POST', '/ml/', { token, body: smallJob('Bounded') });
    for (let n = 0; n < 30; n++) {
      const { status } = await small.ask('POST', '/ml/', {
        token,
        body: smallJob('Bounded', { predict_rows: random() }),
      });
      expect(status).toBe(201);
    }
    const check = async (server: TestServer) => {
      const get = async (path: string) => (await server.ask('GET', path, { token })).json;
      expect(await get('/ml/11/')).toEqual({});
      const old = [await get('/ml/12/'), await get('/mlresults/12/')];
      expect([old[0].status, old[0].predict_manifest.predict_rows, old[1].predictions_json]).toEqual([
        'finished',
        null,
        null,
      ]);
      const last = [await get('/ml/31/'), await get('/mlresults/31/')];
      expect(last[0].predict_manifest.predict_rows).toHaveLength(30);
      expect(last[1].predictions_json.predictions).toHaveLength(30);
      const metrics = (await server.ask('GET', '/metrics')).text;
      expect(Number(/kept_bytes (\d+)/.exec(metrics)![1])).toBeLessThanOrEqual(6000);
    };
    await check(small);
    await small.close();
    await check(await startServer(options));
  });

  it('does not grow without end by what waits: more is put off', async () => {
    const full = await startServer({ answerWithinMs: 0, maxWaiting: 3 });
    await full.ask('POST', '/ml/', { token, body: longJob('Long') });
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++)
      statuses.push((await full.ask('POST', '/ml/', { token, body: smallJob(`Waits ${n}`) })).status);
    expect(statuses).toEqual([201, 201, 201, 503, 503, 503]);
    expect((await full.ask('GET', '/readyz')).status).toBe(503);
    expect((await full.ask('GET', '/healthz')).status).toBe(200);
    await full.close();
  });

  it('lists twenty, newest first', async () => {
    const many = await startServer({ answerWithinMs: 0 });
    await many.ask('POST', '/ml/', { token, body: longJob('Long') });
    for (let n = 0; n < 24; n++) await many.ask('POST', '/ml/', { token, body: smallJob(`Job ${n}`) });
    const { jobs } = (await many.ask('GET', '/ml/', { token })).json;
    expect(jobs.map(({ id }: { id: number }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => 25 - at));
    await many.close();
  });
});
