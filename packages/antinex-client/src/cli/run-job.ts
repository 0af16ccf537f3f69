import { randomUUID } from 'node:crypto';
import type { WaitOptions } from '../waiting.ts';
import { describeJob, describeResult } from './describe.ts';
import type { Opened } from './open-client.ts';
import type { Outcome } from './run-command.ts';

/** Has a job done, and answers what came of it. */
export async function runJob(
  { client, logger, signal }: Opened,
  request: object,
  wait: WaitOptions,
): Promise<Outcome> {
  const { job } = await client.createJob(request, { mark: randomUUID(), signal });
  logger.info(`job ${job.id} is ${job.status}`);
  const done = await client.waitForJob(job.id, wait);
  return { record: done, text: describeJob(done.job) + describeResult(done.result) };
}
