import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Requests, Stored } from '../../store/requests.ts';
import type { Context } from '../context.ts';
import { listJson } from '../records.ts';
import { failedJob } from '../refusal.ts';
import { type Action, addApiRoute } from '../route.ts';
import { ERROR, ID, ok, UNAUTHORIZED } from '../schemas.ts';

export interface RecordRoutes {
  /** `/ml/` */
  readonly url: string;
  /** `Ml Job` */
  readonly name: string;
  /** `MLJob`, as the original's complaints name it. */
  readonly kind: string;
  /** `jobs`: where a list has its records. */
  readonly key: string;
  readonly tag: string;
  readonly requests: Requests;
  /** A record as it is sent; without its rows when they would be too much. */
  readonly json: (record: Stored, withRows: boolean) => Promise<string>;
  readonly post: Action;
  readonly fields?: object;
}

/** Rows of a list, characters; the records of older jobs come without theirs. */
const MOST_LISTED = 32 * 2 ** 20;
const NOTHING = '{}';
const NUMBER = /^\d{1,15}$/;

/** The routes of one kind of record: those of the user who asks, and nobody else's. */
export function addRecordRoutes(app: FastifyInstance, context: Context, routes: RecordRoutes): void {
  const { url, name, kind, key, tag, requests, json, post, fields } = routes;
  const { memory } = context;
  const nothing: Action = { handle: () => NOTHING };
  addApiRoute(app, context, {
    url,
    name: `${name} List`,
    description: 'The last twenty, newest first: {} for none, the bare record for one, a list for more.',
    ...(fields && { fields }),
    actions: {
      POST: post,
      GET: {
        schema: {
          tags: [tag],
          summary: 'The last twenty, newest first',
          response: { 200: ok('The records'), 401: UNAUTHORIZED },
        },
        handle: (request) =>
          memory.make(async () => {
            const records: string[] = [];
            let length = 0;
            for (const record of requests.newest(userOf(request))) {
              const text = await json(record, length < MOST_LISTED);
              length += text.length;
              records.push(text);
            }
            return listJson(key, records);
          }),
      },
    },
  });
  addApiRoute(app, context, {
    url: `${url}:id/`,
    name: `${name} Instance`,
    description: 'One record; {} when there is none, or it is somebody else’s.',
    actions: {
      GET: {
        schema: {
          tags: [tag],
          summary: 'One record',
          params: ID,
          response: { 200: ok('The record, or {}'), 400: ERROR, 401: UNAUTHORIZED },
        },
        handle: async (request) => {
          const { id } = request.params as { id: string };
          if (!NUMBER.test(id)) throw failedJob(kind, `Field 'id' expected a number but got '${id}'.`);
          const record = requests.byId(Number(id));
          return record?.userId === userOf(request) ? memory.make(() => json(record, true)) : NOTHING;
        },
      },
      PUT: nothing,
      DELETE: nothing,
    },
  });
}

/** Routes with records let nobody in without a user. */
export function userOf({ user }: FastifyRequest): number {
  if (user === undefined) throw new Error('the route has no user');
  return user.id;
}
