import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { transcriptsMissing } from '../../antinex-client/test/support/transcripts.ts';
import { INTENDED } from './support/intended.ts';
import { headerOf, type Recorded, readRecorded } from './support/recorded.ts';
import { bodiesOf, requestOf } from './support/recorded-requests.ts';
import {
  type Answer,
  type Ask,
  bugs,
  longJob,
  makeFolder,
  PASSWORD,
  smallJob,
  startServer,
  type TestServer,
} from './support/server.ts';
import { differences } from './support/shape.ts';

const recordings = transcriptsMissing === undefined ? readRecorded() : [];
const note = transcriptsMissing === undefined ? '' : ` (skipped: ${transcriptsMissing})`;
const bodies = bodiesOf(recordings);
const ASKED =
  /(predict_rows|label_rules|model_desc|ignore_features|sort_values|features_to_process|publish_to_core|desc|dataset|predictions)\b/;
const isEnded = (status: unknown) => status === 'finished' || status === 'error';

describe.skipIf(transcriptsMissing).each(['compat', 'default'] as const)(`in %s mode${note}`, (mode) => {
  const servers = new Map<string, TestServer>();
  /** Ids that records have in the recordings, and here. */
  const ids = new Map<string, number>();
  const used = new Set<string>();
  /** What the busy server answered: asked at once, since its work takes a core. */
  const early = new Map<string, Answer>();
  const start = (answerWithinMs: number) =>
    startServer({
      compat: mode === 'compat',
      answerWithinMs,
      datasetDirs: [datasets],
      loginsPerMinute: 10_000,
    });
  let datasets = '';

  beforeAll(async () => {
    datasets = makeDatasets();
    for (const name of ['7310', '7312', 'empty']) servers.set(name, await start(20_000));
    servers.set('7311', await start(0));
    // The recorded server on the other port was asked to make this user.
    for (const name of ['7310', '7312']) await makeTrex(servers.get(name)!);
    servers.set('one', await serverWithOneJob(await start(20_000)));
    const busy = await busyServer(await start(0));
    servers.set('busy', busy);
    for (const one of recordings.filter((one) => placeOf(one) === 'busy')) {
      early.set(one.name, await busy.ask(one.method, pathFor(one), await requestOf(one, bodies)));
    }
    await busy.close();
  });

  it.each(recordings.map((one) => [one.name, one] as const))('%s', async (_, recorded) => {
    const server = servers.get(placeOf(recorded))!;
    const path = pathFor(recorded);
    const request = await requestOf(recorded, bodies);
    const isWaited = recorded.method === 'GET' && recorded.json?.status && server !== servers.get('busy');
    if (isWaited) await endOf(server, path, request.headers!);
    const found = early.get(recorded.name) ?? (await server.ask(recorded.method, path, request));
    remember(recorded, await againIfRefused(server, recorded, request, found));
    // Lists are of other jobs than the recorded ones: what those were asked is no difference.
    const isList = servers.get(recorded.port) !== server;
    const lines = compare(recorded, found).filter((line) => !isList || !ASKED.test(line));
    const reasons = INTENDED.filter((one) => one.mode === undefined || one.mode === mode);
    const unexplained = lines.filter((line) => {
      const reason = reasons.find(({ where }) => where.test(`${recorded.name}: ${line}`));
      if (reason) used.add(reason.key);
      return reason === undefined;
    });
    expect(unexplained.join('\n')).toBe('');
  });

  it('has every difference that is listed', () => {
    const listed = INTENDED.filter((one) => one.mode === undefined || one.mode === mode).map(
      ({ key }) => key,
    );
    expect([...used].sort()).toEqual([...new Set(listed)].sort());
  });

  /** Which server has the records that the recorded one had. */
  function placeOf({ name, method, path, port, json, status }: Recorded): string {
    if (/^(\/ml\/|\/mlresults\/|\/mlprepare\/)$/.test(path) && method !== 'POST' && status === 200) {
      if (json?.jobs || json?.results) return 'busy';
      if (json && Object.keys(json).length > 0) return 'one';
      return method === 'GET' ? 'empty' : port;
    }
    return name === '22-mlresults-get' ? 'busy' : port;
  }

  function pathFor({ name, port, path }: Recorded): string {
    if (name === '22-mlresults-get') return '/mlresults/3/';
    return path.replace(
      /\/(\d+)\/$/,
      (_, id) => `/${ids.get(`${port}/${id}`) ?? (path.includes('99999') ? id : 1)}/`,
    );
  }

  /** The default mode does not label at random; the records that follow need the dataset all the same. */
  async function againIfRefused(server: TestServer, { name, path }: Recorded, request: Ask, found: Answer) {
    if (name !== '24-mlprepare-sync-ok' || found.status !== 422) return found;
    const { label_rules, ...body } = request.body as Record<string, unknown>;
    return server.ask('POST', path, { ...request, body: { ...body, label_rules: {} } });
  }

  function remember({ port, json }: Recorded, { json: found }: Answer): void {
    const [theirs, ours] = [json?.job?.id ?? json?.id, found?.job?.id ?? found?.id];
    if (theirs !== undefined && ours !== undefined) ids.set(`${port}/${theirs}`, ours);
  }
});

afterAll(() => expect(bugs).toEqual([]));

/** In what an answer differs from the recorded one: status, headers, and the keys and types of its JSON. */
function compare(recorded: Recorded, found: Answer): string[] {
  const lines: string[] = [];
  if (found.status !== recorded.status) return [`status ${found.status} for ${recorded.status}`];
  for (const name of ['www-authenticate', 'location']) {
    const [theirs, ours] = [headerOf(recorded, name), found.headers[name]];
    if (theirs !== ours) lines.push(`${name} ${ours} for ${theirs}`);
  }
  const allow = headerOf(recorded, 'allow')?.split(', ').sort().join();
  const ours = found.headers.allow?.split(', ').sort().join();
  if (allow !== undefined && allow !== ours) lines.push(`allow ${ours} for ${allow}`);
  const type = (text: string | undefined) => text?.split(';')[0];
  const [theirType, ourType] = [
    type(headerOf(recorded, 'content-type')),
    type(found.headers['content-type']),
  ];
  if (recorded.status < 300 || recorded.status >= 400)
    if (theirType !== ourType) lines.push(`content-type ${ourType} for ${theirType}`);
  if (recorded.json !== undefined || found.json !== undefined)
    lines.push(...differences(recorded.json, found.json));
  if (recorded.status >= 400 && recorded.json !== undefined && found.text !== JSON.stringify(recorded.json))
    lines.push(`says ${found.text}`);
  return lines;
}

async function endOf(server: TestServer, path: string, headers: Record<string, string>): Promise<void> {
  await expect
    .poll(async () => isEnded((await server.ask('GET', path, { headers })).json?.status), { timeout: 30_000 })
    .toBe(true);
}

/** A server that has two jobs waiting behind one that takes long. */
async function busyServer(server: TestServer): Promise<TestServer> {
  const token = await server.token();
  for (const body of [longJob('long'), smallJob('second'), smallJob('third')])
    expect((await server.ask('POST', '/ml/', { token, body })).status).toBe(201);
  return server;
}

async function makeTrex(server: TestServer): Promise<void> {
  const body = { username: 'trex', password: PASSWORD, email: 'bugs@antinex.com' };
  expect((await server.ask('POST', '/users/', { body })).status).toBe(201);
}

async function serverWithOneJob(server: TestServer): Promise<TestServer> {
  const body = smallJob('one');
  expect((await server.ask('POST', '/ml/', { token: await server.token(), body })).status).toBe(201);
  return server;
}

/** Datasets under the names that the recorded requests have for theirs. */
function makeDatasets(): string {
  const folder = makeFolder();
  const write = (path: string, columns: readonly string[], label: string, rows: number) => {
    const lines = Array.from({ length: rows }, (_, at) =>
      [...columns.map((_, column) => ((at + 1) * (column + 3)) % 97), at % 2].join(),
    );
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), [[...columns, label].join(), ...lines, ''].join('\n'));
  };
  for (const { json } of recordings) {
    const manifest = json?.job?.predict_manifest;
    if (manifest?.dataset)
      write(manifest.dataset, manifest.features_to_process, manifest.predict_feature, 120);
    for (const file of json?.pipeline_files ?? []) {
      const { features_to_process: features, ignore_features: ignored } = json.post_proc;
      const columns = features.filter((name: string) => !name.startsWith('label_'));
      write(file, [...columns, ...ignored.filter((name: string) => name !== 'label_name')], 'other', 30);
    }
  }
  return folder;
}

test('the differences are those of the documentation', () => {
  const docs = readFileSync(new URL('../../../docs/antinex-server.md', import.meta.url), 'utf8');
  const told = [...docs.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, key]) => key);
  expect(told.sort()).toEqual([...new Set(INTENDED.map(({ key }) => key))].sort());
});
