import { mayBeDone, type RetryPolicy, withRetries } from './http/retry.ts';
import { fieldsOf, type Job, type JobResult } from './records.ts';

/** A job and its result, which is there from the start and filled in at the end. */
export interface Created {
  readonly job: Job;
  readonly result: JobResult;
}

export interface PostOnce {
  /** A text that no other job has. */
  readonly mark: string;
  readonly request: object;
  /** Posts a request once. */
  readonly post: (request: object) => Promise<Created>;
  readonly listJobs: () => Promise<readonly Job[]>;
  readonly resultOf: (job: Job) => Promise<JobResult>;
  readonly retry: RetryPolicy;
}

/**
 * Posts a job until it is there, and only once: each attempt has a mark of its own in `desc`, and what
 * may have been done in spite of a failure is looked for before the next attempt. An attempt that the
 * API has stored without handing it on counts as never made.
 */
export async function postOnce(options: PostOnce): Promise<Created> {
  const { mark, request, post, listJobs, resultOf, retry } = options;
  const perhapsDone: string[] = [];
  return withRetries(
    async (attempt) => {
      const jobs = perhapsDone.length > 0 ? await listJobs() : [];
      const found = jobs.find((job) => perhapsDone.some((desc) => isMarked(job, desc)));
      if (found) return { job: found, result: await resultOf(found) };
      const desc = `${mark}/${attempt}`;
      try {
        return await post({ ...request, desc: withDesc(request, desc) });
      } catch (error) {
        if (mayBeDone(error)) perhapsDone.push(desc);
        throw error;
      }
    },
    { ...retry, mayRetry: () => true },
  );
}

/** Whether a job was made with this mark. */
export const isMarked = ({ desc }: Job, mark: string): boolean =>
  typeof desc === 'string' && desc.includes(mark);

function withDesc(request: object, mark: string): string {
  const { desc } = fieldsOf(request);
  return typeof desc === 'string' && desc !== '' ? `${desc} ${mark}` : mark;
}
