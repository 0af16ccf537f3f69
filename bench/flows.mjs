// From a capture to flows and features: whole processes, beside programs that make flows of captures.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledStage } from './bundled-stage.mjs';
import { makeFlows } from './make-flows.mjs';
import { median } from './measure.mjs';
import { count, say, table } from './report.mjs';

const NETML = fileURLToPath(new URL('../packages/netml/bin/netml.js', import.meta.url));
/** Frames of header-only captures are cut to it. */
const SNAP_LENGTH = 96;
const has = (tool) => spawnSync('which', [tool]).status === 0;

/** The section: packets per CPU second of capture -> flows -> IAT + STATS beside argus, softflowd and tshark; memory. */
export async function flows({ quick }) {
  const PACKETS = quick ? 100_000 : 1_000_000;
  const HEADERS = quick ? 500_000 : 5_000_000;
  const PEER_PACKETS = quick ? 50_000 : 500_000;
  const RUNS = Number(process.env.BENCH_RUNS ?? (quick ? 1 : 5));

  const program = await bundledStage('flow-stage');
  const stage = (...args) => [process.execPath, [program, ...args]];
  const folder = mkdtempSync(join(tmpdir(), 'bench-flows-'));
  try {
    const file = join(folder, 'bench.pcap');
    say(`making a capture of ${PACKETS} packets`);
    const whole = { packets: PACKETS, ...(await makeFlows(file, PACKETS)) };
    whole.rows = await compare({ runs: RUNS, capture: file, packets: PACKETS, stage, folder });
    if (has('tshark')) {
      await makeFlows(file, PEER_PACKETS);
      const tshark = measuring(RUNS, PEER_PACKETS);
      whole.rows.push(await tshark('tshark -z conv,tcp', 'tshark', ['-nqr', file, '-z', 'conv,tcp']));
    }
    await makeFlows(file, HEADERS / 10, SNAP_LENGTH);
    const [command, args] = stage('features', file);
    const few = await measuring(1, HEADERS / 10)(OURS, command, args);
    say(`making a capture of ${HEADERS} packets`);
    const headers = { packets: HEADERS, ...(await makeFlows(file, HEADERS, SNAP_LENGTH)) };
    headers.rows = await compare({ runs: RUNS, capture: file, packets: HEADERS, stage, folder });
    return report({ whole, headers, few, peerPackets: PEER_PACKETS, runs: RUNS });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const OURS = 'flows, IAT and STATS';

/** Measures commands over a capture of so many packets. */
const measuring = (runs, packets) => async (what, command, args) => {
  say(`measuring: ${what}, ${packets} packets`);
  const result = await median(runs, command, args);
  return { what, packets, ...result, perCpuSecond: packets / result.cpuSeconds };
};

async function compare({ runs, capture, packets, stage, folder }) {
  const measure = measuring(runs, packets);
  const rows = [
    await measure('read the file', ...stage('read', capture)),
    await measure('flows', ...stage('flows', capture)),
    await measure(OURS, ...stage('features', capture)),
    await measure('the same as netml makes them', ...stage('features', capture, 'netml')),
    await measure('`netml learn extract`: STATS to CSV', NETML, [
      ...['learn', 'extract', '--pcap', capture],
      ...['--feature-type', 'STATS', '--feature', join(folder, 'stats.csv')],
    ]),
  ];
  if (has('argus')) rows.push(await measure('argus', 'argus', ['-r', capture, '-w', '/dev/null']));
  if (has('softflowd')) {
    // It exports to a port that nobody reads.
    const quiet = ['-c', 'none', '-p', join(folder, 'pid')];
    rows.push(await measure('softflowd', 'softflowd', ['-d', '-r', capture, '-n', '127.0.0.1:9', ...quiet]));
  }
  return rows;
}

function report({ whole, headers, few, peerPackets, runs }) {
  return `## From a capture to flows and features

Made-up conversations, most of them short, 500 at once. Medians of ${runs}.

Whole packets: ${count(whole.packets)} of ${count(whole.meanBytes)} bytes on average, ${count(whole.conversations)} conversations (tshark: ${count(peerPackets)} packets).

${tableOf(whole.rows)}

Headers only, ${SNAP_LENGTH} bytes of each packet: ${count(headers.packets)} packets, ${count(headers.conversations)} conversations. Of a tenth of them, our
peak memory is ${count(few.peakMb)} MB.

${tableOf(headers.rows)}`;
}

function tableOf(rows) {
  const ours = rows.find(({ what }) => what === OURS).perCpuSecond;
  return table(
    ['what', 'packets per CPU second', `${OURS} against it`, 'peak memory, MB'],
    rows.map(({ what, perCpuSecond, peakMb }) => [
      what,
      count(perCpuSecond),
      (ours / perCpuSecond).toFixed(2),
      count(peakMb),
    ]),
  );
}
