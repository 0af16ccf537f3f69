import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { resultJson } from '../records.ts';
import { ok, TAGS, UNAUTHORIZED } from '../schemas.ts';
import { addRecordRoutes } from './records.ts';

/** `/mlresults/`: what came of jobs. They are made by jobs alone: posting one does nothing, as in the original. */
export function addResultRoutes(app: FastifyInstance, context: Context): void {
  const { jobs } = context;
  addRecordRoutes(app, context, {
    url: '/mlresults/',
    name: 'Ml Job Result',
    kind: 'MLJobResult',
    key: 'results',
    tag: TAGS.jobs,
    requests: jobs,
    json: async (job, withRows) => resultJson(job, withRows ? await jobs.predictionsJson(job.id) : undefined),
    post: {
      schema: { tags: [TAGS.jobs], summary: 'Does nothing', response: { 200: ok('{}'), 401: UNAUTHORIZED } },
      handle: () => '{}',
    },
  });
}
