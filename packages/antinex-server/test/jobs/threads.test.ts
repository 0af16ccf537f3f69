import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT, openEngine, testRequest, testRows } from './support/engine.ts';

/** A training of a minute or so. */
const long = (more: object = {}) => testRequest({ label: 'long', epochs: 100_000, ...more });

describe('threads', () => {
  it('predict while another trains', async () => {
    const engine = await openEngine();
    await engine.runJob(testRequest({ epochs: 1 }), DEFAULT);
    const controller = new AbortController();
    const training = engine.runJob(long(), { ...DEFAULT, signal: controller.signal });
    const end = training.catch((error: unknown) => error);
    for (let i = 0; i < 5; i++)
      expect(await engine.runJob(testRequest(), DEFAULT)).toMatchObject({ predictedRows: 300 });
    expect(engine.isKnown(long(), DEFAULT)).toBe(false);
    controller.abort(new Error('enough'));
    expect(await end).toMatchObject({ message: 'enough' });
  });

  it('train one model for two requests that both need it', async () => {
    const engine = await openEngine();
    const both = await Promise.all([
      engine.runJob(testRequest(), DEFAULT),
      engine.runJob(testRequest({ predict_rows: testRows(200) }), DEFAULT),
    ]);
    expect(both.map(({ trained, predictedRows }) => [trained, predictedRows])).toEqual([
      [true, 300],
      [false, 200],
    ]);
  });

  it('end a job, its wait too, when the signal says so, and work on', async () => {
    const engine = await openEngine();
    const [first, second] = [new AbortController(), new AbortController()];
    const jobs = [
      engine.runJob(long({ label: 'first' }), { ...DEFAULT, signal: first.signal }),
      engine.runJob(long({ label: 'second' }), { ...DEFAULT, signal: second.signal }),
    ].map((job) => job.catch((error: unknown) => error));
    const third = engine.runJob(testRequest({ epochs: 1 }), DEFAULT);
    await setTimeout(300);
    second.abort(new Error('second'));
    expect(await jobs[1]).toMatchObject({ message: 'second' });
    first.abort(new Error('first'));
    expect(await jobs[0]).toMatchObject({ message: 'first' });
    expect(await third).toMatchObject({ trained: true });
    await expect(engine.runJob(testRequest(), { ...DEFAULT, signal: first.signal })).rejects.toThrow('first');
  });

  it('leave the caller its turns while rows are read', async () => {
    const engine = await openEngine();
    await engine.runJob(testRequest({ epochs: 1 }), DEFAULT);
    const rows = testRows(100_000);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const told = await engine.runJob(testRequest({ predict_rows: rows, max_records: 10 }), DEFAULT);
    clearInterval(timer);
    expect(told).toMatchObject({ predictedRows: 10, leftOffRows: 99_990 });
    expect(turns).toBeGreaterThan(5);
  });

  it('leave off rows that would make an answer too long', async () => {
    const engine = await openEngine({ limits: { answerLength: 10_000 } });
    const told = await engine.runJob(testRequest({ epochs: 1 }), DEFAULT);
    expect(told.predictionsJson.length).toBeLessThanOrEqual(10_000);
    expect(told.predictions).toHaveLength(told.predictedRows);
    expect(told.predictedRows + told.leftOffRows).toBe(300);
    expect(told.leftOffRows).toBeGreaterThan(100);
  });

  it.each([
    ['rows', { rows: 299 }],
    ['values', { cells: 1000 }],
  ])('refuse more %s than there may be', async (_, limits) => {
    const engine = await openEngine({ limits });
    await expect(engine.runJob(testRequest(), DEFAULT)).rejects.toMatchObject({ code: 'JOB_TOO_LARGE' });
  });

  it('keep so many models, and train those anew that they keep', async () => {
    const engine = await openEngine({ limits: { models: 2 } });
    const train = (label: string) => engine.runJob(testRequest({ label, epochs: 1, retrain: true }), DEFAULT);
    await train('one');
    await train('two');
    await expect(train('three')).rejects.toMatchObject({ code: 'JOB_TOO_LARGE' });
    await train('one');
  });

  it('end when the engine is closed, and all jobs with them', async () => {
    const engine = await openEngine();
    const jobs = ['a', 'b', 'c'].map((label) => engine.runJob(long({ label }), DEFAULT));
    const ends = Promise.allSettled(jobs);
    await setTimeout(200);
    await engine.close();
    expect((await ends).map((end) => end.status === 'rejected' && end.reason.code)).toEqual(
      Array(3).fill('QUEUE_CLOSED'),
    );
    await expect(engine.runJob(testRequest(), DEFAULT)).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
  });
});
