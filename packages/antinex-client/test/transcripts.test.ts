import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCode } from '@antinex/runtime';
import { describe, expect, it, test } from 'vitest';
import { accuracyOf, predictionsOf, resultIdOf } from '../src/records.ts';
import { generateAiRequest } from '../src/request/generate-ai-request.ts';
import { startApi } from './support/api.ts';
import { failure, openChannel, openClient } from './support/hearing.ts';
import {
  readRecording,
  readTranscripts,
  type Transcript,
  transcriptsMissing,
} from './support/transcripts.ts';

const transcripts = transcriptsMissing === undefined ? readTranscripts() : [];
const note = transcriptsMissing === undefined ? '' : ` (skipped: ${transcriptsMissing})`;

/** A HEAD has a length and no body: as the answer to a GET it is one that was cut. */
const isCut = ({ method }: Transcript) => method === 'HEAD';
const ofLogin = ({ path }: Transcript) => path === '/api-token-auth/';
const parsed = ({ answer }: Transcript) => JSON.parse(answer.toString());
const byName = (name: string) => transcripts.find((one) => one.name === `${name}.txt`)!;

const isShortened = ({ method, headers, answer }: Transcript): boolean => {
  const length = headers.indexOf('Content-Length');
  return length >= 0 && method !== 'HEAD' && Number(headers[length + 1]) !== answer.length;
};

/**
 * Answers exactly as recorded: status line, headers in their order, every byte of the body. Only where
 * folders were taken out of a body when it was stored, the length is that of what is left.
 */
const replay =
  (recorded: Transcript) =>
  (_: IncomingMessage, response: ServerResponse): void => {
    const { status, reason, answer } = recorded;
    const headers = [...recorded.headers];
    if (isShortened(recorded)) headers[headers.indexOf('Content-Length') + 1] = String(answer.length);
    response.sendDate = false;
    response.writeHead(status, reason, headers);
    response.end(answer);
  };

/** An API that answers all that the client asks at a recorded path with the recording. */
const replaying = async (transcript: Transcript) => {
  const { path } = transcript;
  return startApi({ [`GET ${path}`]: replay(transcript), [`POST ${path}`]: replay(transcript) });
};

function expectedCode({ status }: Transcript): ErrorCode {
  if (status === 401) return 'ANTINEX_LOGIN_REFUSED';
  if (status < 400) return 'ANTINEX_REDIRECTED';
  return status < 500 ? 'ANTINEX_REFUSED' : 'ANTINEX_BROKEN';
}

test.skipIf(transcriptsMissing)(`there are recordings${note}`, () => {
  expect(transcripts.length).toBe(119);
  expect(transcripts.filter(isShortened).length).toBe(7);
});

describe.skipIf(transcriptsMissing)(`each recorded answer is understood${note}`, () => {
  it.each(transcripts.filter((one) => !ofLogin(one)).map((one) => [one.name, one] as const))(
    '%s',
    async (_, recorded) => {
      const api = await replaying(recorded);
      const channel = openChannel({ url: api.url, retries: 0 });
      const method = recorded.method === 'POST' ? 'POST' : 'GET';
      const asking = channel.ask({
        method,
        // Also where the slash is missing: the API answers that, although the client never asks so.
        path: recorded.path as `/${string}/`,
        ...(method === 'POST' && { body: { recorded: recorded.name } }),
      });
      if (isCut(recorded)) await failure(asking, 'ANTINEX_UNREACHABLE');
      else if (recorded.status >= 200 && recorded.status < 300)
        expect(await asking).toEqual(parsed(recorded));
      else {
        const error = await failure(asking, expectedCode(recorded));
        if (recorded.status !== 401) expect(error.details).toMatchObject({ status: recorded.status });
      }
      const sent = api.asked.filter(({ request }) => request === `${method} ${recorded.path}`);
      expect(sent).toHaveLength(recorded.status === 401 ? 2 : 1);
      expect(api.logins).toBe(recorded.status === 401 ? 2 : 1);
    },
  );

  it.each(transcripts.filter(ofLogin).map((one) => [one.name, one] as const))('%s', async (_, recorded) => {
    const api = await replaying(recorded);
    const { client } = openClient({ url: api.url, retries: 0 });
    if (recorded.status === 200) return client.logIn();
    const code = recorded.status === 400 ? 'ANTINEX_LOGIN_REFUSED' : expectedCode(recorded);
    await failure(client.logIn(), code);
    expect(api.logins).toBe(1);
  });
});

describe.skipIf(transcriptsMissing)(`records are read from what was recorded${note}`, () => {
  const open = async (name: string) => {
    const recorded = byName(name);
    const api = await replaying(recorded);
    return { recorded, ...openClient({ url: api.url, retries: 0 }) };
  };

  const posts = transcripts
    .filter(({ path, status }) => path === '/ml/' && status === 201)
    .map(({ name }) => name);
  it.each(posts)('a new job: %s', async (name) => {
    const { client, recorded } = await open(name.replace('.txt', ''));
    const { job, result } = await client.createJob({ label: 'x' });
    const { job: itsJob, results: itsResult } = parsed(recorded);
    expect([job, result]).toEqual([itsJob, itsResult]);
    expect(resultIdOf(job)).toBe(result.id);
  });

  const lists = transcripts.filter(({ method, path, status }) => {
    return method === 'GET' && status === 200 && ['/ml/', '/mlresults/', '/mlprepare/'].includes(path);
  });
  it.each(lists.map((one) => [one.name, one] as const))('a list: %s', async (name, recorded) => {
    const { client } = await open(name.replace('.txt', ''));
    const lists: Record<string, [key: string, list: () => Promise<readonly { id: number }[]>]> = {
      '/ml/': ['jobs', () => client.listJobs()],
      '/mlresults/': ['results', () => client.listResults()],
      '/mlprepare/': ['prepares', () => client.listPrepares()],
    };
    const [key, list] = lists[recorded.path];
    const found = await list();
    const answer = parsed(recorded);
    expect(found).toEqual(answer[key] ?? (answer.id === undefined ? [] : [answer]));
    expect(found.map(({ id }) => id)).toEqual(found.map(({ id }) => id).toSorted((a, b) => b - a));
  });

  it.each(['async-70-get-job-not-found', 'async-76-get-job-not-owner', 'sync-70-get-job-not-found'])(
    'not found: %s',
    async (name) => {
      const { client, recorded } = await open(name);
      await failure(client.getJob(Number(recorded.path.split('/')[2])), 'ANTINEX_NOT_FOUND');
    },
  );

  it('a finished job, its result and its predictions', async () => {
    const [jobs, results] = [byName('21-ml-get-job-finished'), byName('22-mlresults-get-finished')];
    const api = await startApi({
      [`GET ${jobs.path}`]: replay(jobs),
      [`GET ${results.path}`]: replay(results),
    });
    const { client } = openClient({ url: api.url });
    const { job, result } = await client.waitForJob(parsed(jobs).id);
    expect([job, result]).toEqual([parsed(jobs), parsed(results)]);
    expect(accuracyOf(result)).toBe(parsed(results).acc_data.accuracy);
    expect(predictionsOf(result)).toEqual(parsed(results).predictions_json.predictions);
  });

  it('a job that stays "launched"', async () => {
    const { client, recorded } = await open('21-ml-get-job');
    const error = await failure(
      client.waitForJob(parsed(recorded).id, { launchedMs: 200 }),
      'ANTINEX_JOB_STUCK',
    );
    expect(error.details.status).toBe('launched');
  });

  it('a prepared dataset', async () => {
    const { client, recorded } = await open('26-mlprepare-get');
    expect(await client.waitForPrepare(parsed(recorded).id, { deadlineMs: 1000 })).toEqual(parsed(recorded));
  });

  it('users', async () => {
    const { client, recorded } = await open('async-80-users-get');
    expect(await client.whoAmI()).toEqual(parsed(recorded));
    const made = await open('07-user-create-ok');
    const user = { username: 'trex', email: 'bugs@antinex.com', password: 'abcdef' };
    expect(await made.client.createUser(user)).toEqual(parsed(made.recorded));
  });
});

describe.skipIf(transcriptsMissing)(`the token of the original${note}`, () => {
  it('ends in the middle of a run: one new login, where the Python client asks for ever', async () => {
    const expired = byName('async-44-expired-token');
    const done = byName('20-ml-predict-async-ok');
    const api = await startApi({ 'POST /ml/': [replay(done), replay(expired), replay(done)] });
    const { client } = openClient({ url: api.url });
    await client.createJob({ label: 'x' });
    await client.createJob({ label: 'y' });
    expect(api.asked.map(({ request }) => request)).toEqual([
      'POST /api-token-auth/',
      'POST /ml/',
      'POST /ml/',
      'POST /api-token-auth/',
      'POST /ml/',
    ]);
  });
});

test.skipIf(transcriptsMissing)(`the imitated request is the recorded one${note}`, () => {
  const recorded = JSON.parse(readRecording('96-generate_ai_request-output.json'));
  const { publish_to_core: _, ...template } = recorded;
  const { body } = generateAiRequest([{ tcp_seq: 1 }, { tcp_seq: 2, ip_len: 0 }, { tcp_seq: '', x: 1 }], {
    template: { ...template, predict_rows: [], label: 'of the template', seed: 1 },
    imitateOriginal: true,
    features: [...recorded.features_to_process, 'label_value'],
    modelName: 'py-client-demo',
    metrics: ['accuracy'],
    histories: ['val_loss', 'val_acc', 'loss', 'acc'],
    numSplits: 2,
  });
  // As text: the order of keys counts, too.
  expect(JSON.stringify(body)).toBe(JSON.stringify(recorded));
});
