// Live capture: what each receiver gets of a load, and what a packet costs it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuSeconds } from './measure.mjs';
import { makeLoad, makeNetwork } from './network.mjs';
import { say, table } from './report.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const RECEIVE = here('./receive.mjs');
const AGENT = here('../packages/capture-udp/bin/capture-udp.js');
const SECONDS = 2;

const agent = (device, backend) => [
  process.execPath,
  [AGENT, '--device', device, '--backend', backend, '--broker', 'memory:', '--json'],
  ({ ledger }) => ({ received: ledger.published, dropped: ledger.dropped.kernel }),
];
const receive = (how) => (device) => [process.execPath, [RECEIVE, how, device, 'udp'], (counts) => counts];

/** Each receiver: its command, and how its counts are read from what it prints. */
const RECEIVERS = [
  ['tcpdump -w /dev/null', (device) => ['tcpdump', ['-i', device, '-w', '/dev/null', '-B', '32768', 'udp']]],
  ['libpcap addon, receive only', receive('slabs')],
  ['libpcap source, packets as objects', receive('source')],
  ['capture-udp, libpcap', (device) => agent(device, 'libpcap')],
  ['capture-udp, cap', (device) => agent(device, 'cap')],
];

/** The section; undefined where namespaces cannot be made or tcpreplay is missing. */
export async function capture({ quick }) {
  if (spawnSync('which', ['tcpreplay']).status !== 0) return void say('capture: needs tcpreplay; left out');
  const rates = quick ? [50_000] : [50_000, 100_000, 200_000];
  const sizes = quick ? [90] : [90, 1514];
  const runs = Number(process.env.BENCH_RUNS ?? (quick ? 1 : 3));
  const network = makeNetwork();
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const rows = [];
  try {
    for (const bytes of sizes) {
      const load = join(folder, `${bytes}.pcap`);
      await makeLoad(load, bytes);
      for (const rate of rates) rows.push(...(await compare(network, { load, bytes, rate, runs })));
    }
  } finally {
    network.remove();
    rmSync(folder, { recursive: true, force: true });
  }
  return `## Live capture

tcpreplay sends UDP packets through a veth pair for ${SECONDS} s and shares the cores with the receiver. ${runs === 1 ? 'One run each' : `Medians of ${runs}`},
receivers in turn. The agents decode each packet and make its message; the broker is in memory.

${table(['bytes', 'packets/s offered', 'receiver', 'delivered', 'CPU us per packet', 'against tcpdump'], rows)}`;
}

async function compare(network, { load, bytes, rate, runs }) {
  const results = RECEIVERS.map(() => []);
  for (let run = 0; run < runs; run++) {
    for (const [i, [name, make]] of RECEIVERS.entries()) {
      say(`capture: ${bytes} bytes at ${rate} packets/s: ${name}`);
      results[i].push(await measure(network, make(network.right.device), load, rate));
    }
  }
  const medians = results.map((list) => ({
    delivered: middle(list.map(({ delivered }) => delivered)),
    micros: middle(list.map(({ micros }) => micros)),
  }));
  return medians.map(({ delivered, micros }, i) => [
    bytes,
    rate.toLocaleString('en-US'),
    RECEIVERS[i][0],
    `${(delivered * 100).toFixed(2)} %`,
    micros.toFixed(2),
    (micros / medians[0].micros).toFixed(2),
  ]);
}

const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];

async function measure({ left, right }, [command, args, read], load, rate) {
  const child = spawn('ip', ['netns', 'exec', right.namespace, command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const exited = once(child, 'exit');
  await new Promise((resolve) => {
    child.stderr.on('data', (text) => {
      errors += text;
      if (/reading|capturing on|listening on/.test(errors)) resolve();
    });
    child.on('exit', resolve);
  });
  await pause(500);
  const before = cpuSeconds(child.pid);
  const sent = rate * SECONDS;
  const replay = ['-q', '-K', '--pps', rate, '--limit', sent, '--loop', 0, '-i', left.device, load];
  spawnSync('ip', ['netns', 'exec', left.namespace, 'tcpreplay', ...replay.map(String)]);
  await pause(500);
  const used = cpuSeconds(child.pid) - before;
  child.kill('SIGINT');
  await exited;
  const received = read
    ? read(JSON.parse(output)).received
    : Number(/(\d+) packets captured/.exec(errors)?.[1]);
  return { delivered: received / sent, micros: (used / received) * 1e6 };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
