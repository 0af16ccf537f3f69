import { randomUUID } from 'node:crypto';
import { within } from '@antinex/runtime';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { readFields } from '../fields/field.ts';
import { PREPARE_FIELDS } from '../fields/prepare-fields.ts';
import { describeFields, schemaOf } from '../fields/schema.ts';
import { prepareJson } from '../records.ts';
import { busy, invalidFields } from '../refusal.ts';
import { bodyOf } from '../request-body.ts';
import { ERROR, INVALID, ok, TAGS, UNAUTHORIZED } from '../schemas.ts';
import { addRecordRoutes, userOf } from './records.ts';

/** `/mlprepare/`: datasets made of CSV files. */
export function addPrepareRoutes(app: FastifyInstance, context: Context): void {
  const { prepares, queue, engine, options } = context;
  addRecordRoutes(app, context, {
    url: '/mlprepare/',
    name: 'Ml Prepare',
    kind: 'MLPrepare',
    key: 'prepares',
    tag: TAGS.datasets,
    requests: prepares,
    json: async (prepare) => prepareJson(prepare),
    fields: describeFields(PREPARE_FIELDS),
    post: {
      takesBody: true,
      schema: {
        tags: [TAGS.datasets],
        summary: 'Merge CSV files into a dataset to train with',
        body: schemaOf(PREPARE_FIELDS),
        response: {
          201: ok('The record, as far as it has come'),
          400: ERROR,
          401: UNAUTHORIZED,
          422: INVALID,
        },
      },
      handle: async (request, reply) => {
        const { values, problems } = readFields(PREPARE_FIELDS, bodyOf(request, 'MLPrepare'));
        const all: Record<string, readonly string[]> = { ...problems };
        for (const { field, reason } of options.compat ? [] : engine.prepareProblemsOf(values))
          all[field] ??= [reason];
        if (Object.keys(all).length > 0) throw invalidFields(all, options.compat);
        if (queue.waiting >= options.maxWaiting) throw busy('Too many jobs wait.');
        const prepare = prepares.add(userOf(request), `prep_${randomUUID()}`, values);
        const ended = queue.add('prepare', prepare.id, values);
        reply.code(201);
        if (options.answerWithinMs === 0) return prepareJson(prepare);
        await within(options.answerWithinMs, ended);
        return prepareJson(prepares.byId(prepare.id) ?? prepare);
      },
    },
  });
}
