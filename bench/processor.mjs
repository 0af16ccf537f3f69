// The packet-processor alone: a queue that is full already, until its last row is durable.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure } from './measure.mjs';
import { makeLoad } from './network.mjs';
import { count, say, table } from './report.mjs';
import { expectRows } from './rows.mjs';
import { hasRabbitmq, startRabbitmq, startRedis } from './servers.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const AGENT = here('../packages/capture-udp/bin/capture-udp.js');
const PROCESSOR = here('../packages/packet-processor/bin/packet-processor.js');
const PEER = here('./peer_consumer.py');
/** Debian's, which has python3-redis and python3-kombu. */
const PYTHON = '/usr/bin/python3';
const BYTES = 90;

const node = process.execPath;
const processor = (more = []) => ({
  name: 'packet-processor',
  saveAfterNum: more[1] ?? '100',
  command: ({ url, rows, folder }) => [
    node,
    [PROCESSOR, '--broker', url, '--dataset-dir', folder, '--stop-after-num', rows, ...more].map(String),
  ],
});
const python = (wire) => ({
  name: `Python, ${wire === 'batch' ? 'redis-py' : 'kombu'}, json and csv`,
  saveAfterNum: '-',
  isPeer: true,
  // With kombu it takes minutes for as many as we do.
  share: wire === 'batch' ? 1 : 0.05,
  command: ({ url, rows, folder }) => [PYTHON, [PEER, url, wire, rows, join(folder, 'peer.csv')].map(String)],
});
const isPythonThere = () => spawnSync(PYTHON, ['-c', 'import redis, kombu']).status === 0;

/** Where messages wait, how many of them, and who takes them. */
function queues(quick) {
  const few = quick ? 0.1 : 1;
  const peers = (wire) => (isPythonThere() ? [python(wire)] : []);
  const both = [processor(), processor(['--save-after-num', '8192'])];
  return {
    redis: [
      {
        name: 'Redis, batches',
        wire: 'batch',
        packets: 1_000_000 * few,
        takers: [...both, ...peers('batch')],
      },
      { name: 'Redis, kombu', wire: 'kombu', packets: 500_000 * few, takers: [...both, ...peers('kombu')] },
    ],
    rabbitmq: [
      { name: 'RabbitMQ, batches', wire: 'batch', packets: 500_000 * few, takers: both },
      { name: 'RabbitMQ, kombu', wire: 'kombu', packets: 100_000 * few, takers: both },
    ],
  };
}

/** The section; without the brokers that are not installed. */
export async function processorAlone({ quick }) {
  const runs = Number(process.env.BENCH_RUNS ?? (quick ? 1 : 3));
  const starts = { redis: startRedis, ...(hasRabbitmq() ? { rabbitmq: startRabbitmq } : {}) };
  const rows = [];
  for (const [kind, start] of Object.entries(starts)) {
    const broker = await start();
    try {
      for (const queue of queues(quick)[kind]) rows.push(...(await compare(broker, queue, runs)));
    } finally {
      await broker.stop();
    }
  }
  return `## The packet-processor alone

Messages of ${BYTES}-byte UDP packets wait in the queue as \`capture-udp\` published them: in batches of up to 256
with schema 2, for kombu one by one with the legacy schema. Then the program is started, with default
settings but for SAVE_AFTER_NUM where it is not 100; the time ends when every row is durable and the
program has ended. The broker shares the cores. ${runs === 1 ? 'One run each' : `Medians of ${runs}`}; every row was counted. Python
makes nothing durable before the end, and no snapshots.

${table(['queue', 'program', 'SAVE_AFTER_NUM', 'rows', 'rows/s', 'CPU us per row', 'peak memory, MB', 'against Python'], rows)}`;
}

async function compare(broker, { name, wire, packets, takers }, runs) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const results = takers.map(() => []);
  try {
    const load = join(folder, 'load.pcap');
    await makeLoad(load, BYTES, packets);
    for (let run = 0; run < runs; run++) {
      for (const [i, taker] of takers.entries()) {
        await broker.empty();
        say(`processor: ${name}: filling the queue with ${packets} packets`);
        await measure(node, [AGENT, '--read', load, '--broker', broker.url, '--wire', wire]);
        say(`processor: ${name}: ${taker.name}, SAVE_AFTER_NUM ${taker.saveAfterNum}`);
        results[i].push(await take(taker, { url: broker.url, rows: packets * (taker.share ?? 1) }));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const medians = results.map((list) => list.sort((a, b) => a.wallSeconds - b.wallSeconds)[runs >> 1]);
  const peer = medians[takers.findIndex(({ isPeer }) => isPeer)];
  return medians.map(({ rows, wallSeconds, cpuSeconds, peakMb }, i) => [
    name,
    takers[i].name,
    takers[i].saveAfterNum,
    count(rows),
    count(rows / wallSeconds),
    ((cpuSeconds / rows) * 1e6).toFixed(1),
    count(peakMb),
    peer ? (rows / wallSeconds / (peer.rows / peer.wallSeconds)).toFixed(1) : '-',
  ]);
}

async function take(taker, { url, rows }) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const result = await measure(...taker.command({ url, rows, folder }));
    await expectRows(folder, rows);
    return { ...result, rows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
