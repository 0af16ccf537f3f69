import { randomUUID } from 'node:crypto';
import { within } from '@antinex/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { JobRequest } from '../../jobs/types.ts';
import type { Stored } from '../../store/requests.ts';
import type { Context } from '../context.ts';
import { ML_FIELDS, ROWS_FIELD, ROWS_SCHEMA } from '../fields/ml-fields.ts';
import { readMlRequest } from '../fields/ml-request.ts';
import { describeFields, schemaOf } from '../fields/schema.ts';
import { missingFiles } from '../named-files.ts';
import { jobJson, resultJson } from '../records.ts';
import { busy, invalidFields } from '../refusal.ts';
import { bodyOf } from '../request-body.ts';
import { ERROR, INVALID, ok, TAGS, UNAUTHORIZED } from '../schemas.ts';
import { addRecordRoutes, userOf } from './records.ts';

/** `/ml/`: trainings and predictions. */
export function addJobRoutes(app: FastifyInstance, context: Context): void {
  const { jobs } = context;
  addRecordRoutes(app, context, {
    url: '/ml/',
    name: 'Ml Job',
    kind: 'MLJob',
    key: 'jobs',
    tag: TAGS.jobs,
    requests: jobs,
    json: async (job, withRows) => jobJson(job, withRows ? await jobs.rowsJson(job.id) : undefined),
    fields: describeFields(ML_FIELDS),
    post: {
      takesBody: true,
      schema: {
        tags: [TAGS.jobs],
        summary: 'Train a model, or predict with one',
        body: schemaOf(ML_FIELDS, { [ROWS_FIELD]: ROWS_SCHEMA }),
        response: {
          201: ok('The job and its result, as far as they have come'),
          400: ERROR,
          401: UNAUTHORIZED,
          422: INVALID,
        },
      },
      handle: async (request, reply) => {
        const { values, rows } = await readRequest(context, request);
        const answer = await runJob(context, userOf(request), values, rows);
        reply.code(201);
        return answer;
      },
    },
  });
}

/** The fields that name files; the original looks for these before it answers. */
const FILES = ['csv_file', 'meta_file'];

async function readRequest({ engine, options }: Context, request: FastifyRequest) {
  const { compat, datasetFolders } = options;
  const { values, rows, problems } = readMlRequest(bodyOf(request, 'MLJob'));
  const names = compat ? FILES : [...FILES, 'dataset'];
  const all: Record<string, readonly string[]> = {
    ...(await missingFiles(names, values, datasetFolders)),
    ...problems,
  };
  // The original finds out about the rest when it is at work, and so does compat mode.
  const later = compat ? [] : engine.problemsOf({ ...values, [ROWS_FIELD]: rows });
  for (const { field, reason } of later) all[field] ??= [reason];
  if (Object.keys(all).length > 0) throw invalidFields(all, compat);
  return { values, rows };
}

/** Stores a job, waits a while for its end, and answers it as it is then. */
async function runJob(context: Context, userId: number, values: JobRequest, rows: unknown): Promise<string> {
  const { jobs, queue, options } = context;
  if (queue.waiting >= options.maxWaiting || jobs.isFull) throw busy('Too many jobs wait.');
  const rowsJson = JSON.stringify(rows ?? null);
  const job = await jobs.add({ userId, trackingId: `ml_${randomUUID()}`, request: values, rowsJson });
  const ended = queue.add('job', job.id, { ...values, [ROWS_FIELD]: rows });
  const answer = (now: Stored, predictionsJson?: string) =>
    `{"job":${jobJson(now, rowsJson)},"results":${resultJson(now, predictionsJson)}}`;
  if (options.answerWithinMs === 0) return answer(job);
  const done = await within(options.answerWithinMs, ended);
  return answer(jobs.byId(job.id) ?? job, done?.predictionsJson);
}
