// From the cable to rows: generator, capture agent, Redis and packet-processor on this machine, at several rates.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuSeconds, measure } from './measure.mjs';
import { makeLoad, makeNetwork } from './network.mjs';
import { count, say, table } from './report.mjs';
import { durableRows, expectRows } from './rows.mjs';
import { startRedis } from './servers.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const AGENT = here('../packages/capture-udp/bin/capture-udp.js');
const PROCESSOR = here('../packages/packet-processor/bin/packet-processor.js');
const BYTES = 90;
/** How long rows may take at most. */
const REST_MS = 120_000;
/** Rows that are this late are behind. */
const LATE_SECONDS = 1;

/** The section; undefined where namespaces cannot be made or tcpreplay is missing. */
export async function live({ quick }) {
  if (spawnSync('which', ['tcpreplay']).status !== 0) return void say('live: needs tcpreplay; left out');
  const rates = quick ? [25_000, 50_000] : [25_000, 50_000, 75_000, 100_000, 125_000, 150_000];
  const seconds = quick ? 3 : 10;
  const runs = Number(process.env.BENCH_RUNS ?? (quick ? 1 : 3));
  const network = makeNetwork();
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const results = [];
  try {
    const load = join(folder, 'load.pcap');
    await makeLoad(load, BYTES);
    for (const rate of rates) {
      for (let run = 0; run < runs; run++) {
        say(`live: ${rate} packets/s for ${seconds} s`);
        results.push(await chain(network, { load, rate, sent: rate * seconds }));
      }
    }
  } finally {
    network.remove();
    rmSync(folder, { recursive: true, force: true });
  }
  return report(results, { rates, seconds, runs });
}

/** Starts the chain, sends, waits for the last row, and ends it. */
async function chain({ left, right }, { load, rate, sent }) {
  const inside = ['ip', 'netns', 'exec', right.namespace];
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const redis = await startRedis(inside);
  const programs = [];
  const start = async (words, ready) => {
    const program = startProgram([...inside, process.execPath, ...words], ready);
    programs.push(program);
    await program.isReady;
    return program;
  };
  try {
    const broker = ['--broker', redis.url, '--json'];
    const processor = await start([PROCESSOR, ...broker, '--dataset-dir', folder], /writing /);
    const agent = await start([AGENT, ...broker, '--device', right.device], /connected to the broker/);
    const pids = { agent: agent.pid, redis: redis.pid, processor: processor.pid };
    const before = cpuOf(pids);
    const replay = ['-q', '-K', '--pps', rate, '--limit', sent, '--loop', 0, '-i', left.device, load];
    const generator = await measure(
      'ip',
      ['netns', 'exec', left.namespace, 'tcpreplay', ...replay].map(String),
    );
    const sentMs = performance.now();
    await sleep(300);
    const { agent: agentCpu } = cpuOf(pids);
    const { ledger } = await agent.end();
    while (durableRows(folder) < ledger.published && performance.now() - sentMs < REST_MS) await sleep(20);
    const behindSeconds = (performance.now() - sentMs) / 1000;
    const after = { ...cpuOf(pids), agent: agentCpu };
    const { rows } = await processor.end();
    await expectRows(folder, rows);
    const micros = (seconds) => (seconds / sent) * 1e6;
    return {
      rate,
      sent,
      rows,
      ledger,
      behindSeconds,
      sentPerSecond: sent / generator.wallSeconds,
      micros: {
        generator: micros(generator.cpuSeconds),
        ...Object.fromEntries(Object.keys(pids).map((name) => [name, micros(after[name] - before[name])])),
      },
    };
  } finally {
    for (const { kill } of programs) kill();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const cpuOf = (pids) =>
  Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid)]));

/** A program that says when it is ready, and prints JSON at its end. */
function startProgram([command, ...words], ready) {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let [output, errors] = ['', ''];
  child.stdout.on('data', (text) => {
    output += text;
  });
  const isReady = new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => {
      errors += text;
      if (ready.test(errors)) resolve();
    });
    child.on('exit', () => reject(new Error(`it ended: ${errors}`)));
  });
  const end = async () => {
    child.kill('SIGTERM');
    await exited;
    return JSON.parse(output);
  };
  return { pid: child.pid, isReady, end, kill: () => child.kill('SIGKILL') };
}

function report(results, { rates, seconds, runs }) {
  // The run with the median share of rows stands for its rate.
  const share = ({ rows, sent }) => rows / sent;
  const medians = rates.map((rate) => {
    const all = results.filter((result) => result.rate === rate).sort((a, b) => share(a) - share(b));
    return all[all.length >> 1];
  });
  const whole = medians.filter((result) => share(result) === 1);
  const keepingUp = whole.filter(({ behindSeconds }) => behindSeconds <= LATE_SECONDS);
  const highest = (list) => (list.length > 0 ? `${count(list.at(-1).rate)} packets/s` : 'none of these');
  const names = Object.keys(medians[0].micros);
  return `## Live, from the cable to durable rows

tcpreplay sends ${BYTES}-byte UDP packets through a veth pair for ${seconds} s; \`capture-udp\`, Redis and \`packet-processor\`, all with default
settings, share the cores with it. ${runs === 1 ? 'One run each' : `The median of ${runs} runs`}; each row of the CSV was counted. Behind: seconds from
the last packet to the last durable row, with the end of the agent (0.5 s at least). CPU: us per packet sent.

${table(
  [
    'packets/s',
    'rows',
    'dropped by the kernel',
    'by the queue',
    'by the broker',
    'behind, s',
    ...names,
    'all',
  ],
  medians.map((result) => [
    count(result.rate),
    `${(share(result) * 100).toFixed(2)} %`,
    ...['kernel', 'queue', 'broker'].map((place) => count(result.ledger.dropped[place])),
    result.behindSeconds.toFixed(1),
    ...names.map((name) => result.micros[name].toFixed(1)),
    names.reduce((sum, name) => sum + result.micros[name], 0).toFixed(1),
  ]),
)}

Highest rate with a row for every packet: ${highest(whole)}; with the last row at most ${LATE_SECONDS} s behind: ${highest(keepingUp)}.`;
}
