import { gzipSync } from 'node:zlib';
import type { Recorded } from './recorded.ts';
import { type Ask, PASSWORD, signToken, USER } from './server.ts';

/** The bodies that were not recorded, put together again from what the API sent back of them. */
type Bodies = ReadonlyMap<string, object>;

/** Names of the bodies that the recorded commands read from files. */
export function bodiesOf(recordings: readonly Recorded[]): Bodies {
  const bodies = new Map<string, object>();
  for (const { body, json } of recordings) {
    if (body?.startsWith('@') !== true) continue;
    if (json?.job) bodies.set(body, jobBody(json.job));
    else if (json?.full_file) bodies.set(body, prepareBody(json));
  }
  return bodies;
}

// biome-ignore lint/suspicious/noExplicitAny: a recorded answer
function jobBody(job: any): object {
  const { use_model_name, worker_result_node, model_weights_file, job_id, result_id, ...manifest } =
    job.predict_manifest;
  const { training_data, post_proc_rules, ...fields } = manifest;
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  return { label: use_model_name, ...Object.fromEntries(given) };
}

// biome-ignore lint/suspicious/noExplicitAny: a recorded answer
function prepareBody(prepare: any): object {
  const { id, user_id, user_name, status, control_state, tracking_id, created, updated, deleted, ...fields } =
    prepare;
  const { features_to_process, ignore_features, feature_to_predict, ...post_proc } = fields.post_proc;
  return { ...fields, post_proc, pipeline_files: [], meta_data: {} };
}

/** A recorded request for our server: same method, headers and body, but tokens that our server knows. */
export async function requestOf(recorded: Recorded, bodies: Bodies): Promise<Ask> {
  const { requestHeaders, basic, body } = recorded;
  const authorization = await authorizationFor(recorded);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  return {
    headers: {
      ...(body !== undefined && form),
      ...requestHeaders,
      ...(authorization !== undefined && { authorization }),
      ...(basic !== undefined && {
        authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`,
      }),
    },
    body: contentOf(body, bodies),
  };
}

function contentOf(body: string | undefined, bodies: Bodies): unknown {
  if (body?.startsWith('@/dev/fd')) return gzipSync('{"label":"x"}');
  if (body?.startsWith('@') !== true) return body;
  const content = bodies.get(body);
  if (content === undefined) throw new Error(`nothing is known of ${body}`);
  return content;
}

async function authorizationFor(recorded: Recorded): Promise<string | undefined> {
  const { name, requestHeaders } = recorded;
  const [scheme, token] = requestHeaders.authorization?.split(' ') ?? [];
  const payload = token?.split('.')[1];
  if (payload === undefined || !token.startsWith('ey')) return requestHeaders.authorization;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const exp = Math.floor(Date.now() / 1000) + (name.includes('expired') ? -10 : 300);
  const username = claims.user_id === 2 ? 'trex' : claims.username;
  return `${scheme} ${await signToken({ ...claims, username, exp })}`;
}
