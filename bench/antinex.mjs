// Predictions through the AntiNex API: rows posted one request after the other, as the packet-processor does.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AntinexClient, generateAiRequest, predictionsOf } from '@antinex/antinex-client';
import Papa from 'papaparse';
import { cpuSeconds } from './measure.mjs';
import { count, say, table } from './report.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SERVER = here('../packages/antinex-server/bin/antinex-server.js');
const REQUEST = here('../examples/full-django.json');
const DATASETS = here('../examples/datasets');
const ROWS_A_POST = [1, 100, 500, 2000];
const SECONDS = 10;

/** The section. */
export async function antinex({ quick }) {
  const seconds = quick ? 1 : SECONDS;
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const server = spawn(
    process.execPath,
    [SERVER, '--port', '0', '--data', folder, '--dataset-dir', DATASETS, '--json', '--log-level', 'warn'],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ANTINEX_PASSWORD: 'for this run only' } },
  );
  const ended = new Promise((resolve) => server.once('close', resolve));
  try {
    const { value } = await createInterface({ input: server.stdout })[Symbol.asyncIterator]().next();
    const client = new AntinexClient({
      url: JSON.parse(value).url,
      user: 'root',
      password: 'for this run only',
    });
    const template = JSON.parse(readFileSync(REQUEST, 'utf8'));
    say('antinex: training');
    const trainingMs = await timeOf(async () => {
      const { job } = await client.createJob(template);
      await client.waitForJob(job.id);
    });
    const { data } = Papa.parse(readFileSync(join(DATASETS, 'full-django.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    });
    const lines = [];
    for (const rowsAPost of ROWS_A_POST) {
      say(`antinex: ${rowsAPost} rows a post`);
      lines.push(await post({ client, server, template, data, rowsAPost, seconds }));
    }
    return `## Predictions through the AntiNex API

antinex-server has learned from \`examples/full-django.json\` (${count(data.length)} rows, cross-validated; ${(trainingMs / 1000).toFixed(1)} s
through the API). Then one client posts rows of ${template.features_to_process.length} features, each request after the answer to the one
before, for ${seconds} s; every row's prediction came back and was counted. Client and server share the cores, and the
server stores each job, its rows and its predictions.

${table(['rows a post', 'posts/s', 'rows predicted/s', 'rows per CPU second of the server', 'median answer, ms', 'slowest, ms'], lines)}`;
  } finally {
    server.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function post({ client, server, template, data, rowsAPost, seconds }) {
  const { dataset: _, ...rest } = template;
  const bodies = Array.from({ length: 5 }, (_, at) => {
    const rows = Array.from({ length: rowsAPost }, (_, i) => data[(at * rowsAPost + i) % data.length]);
    return generateAiRequest(rows, { template: rest }).body;
  });
  await predict(client, bodies[0], rowsAPost);
  const cpuBefore = cpuSeconds(server.pid);
  const startMs = performance.now();
  const answersMs = [];
  while (performance.now() - startMs < seconds * 1000) {
    answersMs.push(await timeOf(() => predict(client, bodies[answersMs.length % bodies.length], rowsAPost)));
  }
  const tookS = (performance.now() - startMs) / 1000;
  const cpu = cpuSeconds(server.pid) - cpuBefore;
  const rows = answersMs.length * rowsAPost;
  answersMs.sort((a, b) => a - b);
  return [
    count(rowsAPost),
    count(answersMs.length / tookS),
    count(rows / tookS),
    count(rows / cpu),
    answersMs[answersMs.length >> 1].toFixed(1),
    answersMs.at(-1).toFixed(1),
  ];
}

/** Throws unless each row got its prediction. */
async function predict(client, body, rows) {
  const { job, result } = await client.createJob(body);
  const done = job.status === 'finished' ? result : (await client.waitForJob(job.id)).result;
  const predictions = predictionsOf(done);
  const whole = predictions.filter(({ _row_idx, label_name }, i) => _row_idx === i && label_name);
  if (whole.length !== rows) throw new Error(`${whole.length} predictions of ${rows}`);
}

async function timeOf(work) {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}
