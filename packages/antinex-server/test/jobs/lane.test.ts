import { expect, it, onTestFinished } from 'vitest';
import { LIMITS } from '../../src/jobs/limits.ts';
import { Lane } from '../../src/jobs/threads/lane.ts';
import { openEngine, testRequest } from './support/engine.ts';

it('a thread that dies fails its task with words, and the next task has another', async () => {
  const engine = await openEngine();
  const { modelFile } = await engine.runJob(testRequest({ epochs: 1 }), { compat: false });
  const limits = { ...LIMITS, threadMegabytes: 4 };
  const lane = new Lane({ limits });
  onTestFinished(() => lane.close());
  const task = { kind: 'describe', model: { path: modelFile, version: 1 } } as const;
  const ends = await Promise.allSettled([lane.run(task), lane.run(task)]);
  for (const end of ends)
    expect(end).toMatchObject({
      status: 'rejected',
      reason: { code: 'JOB_THREAD_DIED', message: expect.stringContaining('more memory') },
    });
  limits.threadMegabytes = 256;
  expect(await lane.run(task)).toEqual({
    columns: ['a', 'b', 'c'],
    predictFeature: 'label_value',
    mlType: 'classification',
  });
});
