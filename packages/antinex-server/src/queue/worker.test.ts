import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JobEngine } from '../jobs/types.ts';
import { Database } from '../store/database.ts';
import { Jobs } from '../store/jobs.ts';
import { Prepares } from '../store/prepares.ts';
import { Users } from '../store/users.ts';
import { Worker } from './worker.ts';

const KEEP = { jobs: 100, bytes: 1e9 };
const DONE = {
  ...{ predictionsJson: '[]', predictions: [], predictedRows: 0, leftOffRows: 0, accuracy: null },
  ...{ scores: null, accData: {}, modelJson: '{}', modelFile: 'x', trained: false },
};
/** Has the end of every job at hand. */
const engine = { runJob: async () => DONE } as Partial<JobEngine> as JobEngine;

/** Has no room for what comes of jobs, until told otherwise. */
class FullJobs extends Jobs {
  hasRoom = false;

  override async finish(...args: Parameters<Jobs['finish']>): Promise<void> {
    if (!this.hasRoom) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    return super.finish(...args);
  }
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'antinex-worker-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a job whose end has no room on the disk is done again, as often as it takes', async () => {
  const database = new Database(folder);
  const user = new Users(database).add({ username: 'a', email: '', password: 'x' })!;
  const jobs = new FullJobs(database, KEEP);
  const prepares = new Prepares(database, KEEP.jobs);
  const options = { engine, jobs, prepares, compat: false, dataDir: folder };
  const worker = new Worker({ ...options, log: () => {}, onBug: () => {} });
  const { id } = await jobs.add({ userId: user.id, trackingId: 't', request: {}, rowsJson: '[]' });
  const run = () => worker.run('job', id, undefined, new AbortController().signal);
  for (let tries = 0; tries < 10; tries++) await expect(run()).rejects.toMatchObject({ code: 'SQLITE_FULL' });
  expect(jobs.byId(id)).toMatchObject({ status: 'initial', attempts: 0 });
  jobs.hasRoom = true;
  expect(await run()).toEqual({ predictionsJson: '[]' });
  expect(jobs.byId(id)).toMatchObject({ status: 'finished', attempts: 1 });
  database.close();
});
