// From a capture to flows and features: whole processes, beside programs that make flows of captures.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFlows } from './make-flows.mjs';
import { median } from './measure.mjs';
import { count, say, table } from './report.mjs';

const STAGE = fileURLToPath(new URL('./flow-stage.mjs', import.meta.url));
/** Frames of the large captures are cut to it, as header-only captures are. */
const SNAP_LENGTH = 96;
const has = (tool) => spawnSync('which', [tool]).status === 0;

/** The section: packets per CPU second of capture -> flows -> IAT + STATS beside argus, softflowd and tshark; memory. */
export async function flows({ quick }) {
  const PACKETS = quick ? 100_000 : 1_000_000;
  const PEER_PACKETS = quick ? 50_000 : 500_000;
  const MEMORY_PACKETS = quick ? [100_000, 500_000] : [500_000, 5_000_000];
  const RUNS = Number(process.env.BENCH_RUNS ?? (quick ? 1 : 5));

  const folder = mkdtempSync(join(tmpdir(), 'bench-flows-'));
  const node = process.execPath;
  try {
    const capture = join(folder, 'large.pcap');
    say(`making a capture of ${PACKETS} packets`);
    const { meanBytes, conversations } = await makeFlows(capture, PACKETS);
    const small = join(folder, 'small.pcap');
    await makeFlows(small, PEER_PACKETS);
    const rows = [];
    const add = async (what, packets, command, args) => {
      say(`measuring: ${what}`);
      const result = await median(RUNS, command, args);
      rows.push({ what, packets, ...result, perCpuSecond: packets / result.cpuSeconds });
    };
    await add('read the file', PACKETS, node, [STAGE, 'read', capture]);
    await add('flows', PACKETS, node, [STAGE, 'flows', capture]);
    await add('flows, IAT and STATS', PACKETS, node, [STAGE, 'features', capture]);
    await add('the same as netml makes them', PACKETS, node, [STAGE, 'features', capture, 'netml']);
    if (has('argus')) await add('argus', PACKETS, 'argus', ['-r', capture, '-w', '/dev/null']);
    if (has('softflowd')) {
      // It exports to a port that nobody reads.
      const quiet = ['-c', 'none', '-p', join(folder, 'pid')];
      await add('softflowd', PACKETS, 'softflowd', ['-d', '-r', capture, '-n', '127.0.0.1:9', ...quiet]);
    }
    if (has('tshark')) {
      await add('tshark -z conv,tcp', PEER_PACKETS, 'tshark', ['-n', '-q', '-r', small, '-z', 'conv,tcp']);
    }
    rmSync(capture);
    const memory = [];
    for (const packets of MEMORY_PACKETS) {
      const file = join(folder, 'memory.pcap');
      await makeFlows(file, packets, SNAP_LENGTH);
      say(`measuring memory: ${packets} packets`);
      memory.push({ packets, ...(await median(1, node, [STAGE, 'features', file])) });
      rmSync(file);
    }
    return report({
      rows,
      memory,
      meanBytes,
      conversations,
      packets: PACKETS,
      peerPackets: PEER_PACKETS,
      runs: RUNS,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report({ rows, memory, meanBytes, conversations, packets, peerPackets, runs }) {
  const ours = rows.find(({ what }) => what === 'flows, IAT and STATS').perCpuSecond;
  return `## From a capture to flows and features

One capture of ${count(conversations)} made-up conversations, most of them short, 500 at once (${count(packets)} packets of
${count(meanBytes)} bytes on average; tshark over ${count(peerPackets)}). Medians of ${runs}.

${table(
  ['what', 'packets per CPU second', 'flows, IAT and STATS against it', 'peak memory, MB'],
  rows.map(({ what, perCpuSecond, peakMb }) => [
    what,
    count(perCpuSecond),
    (ours / perCpuSecond).toFixed(2),
    count(peakMb),
  ]),
)}

Memory of flows, IAT and STATS, of captures cut to ${SNAP_LENGTH} bytes a packet:

${table(
  ['packets', 'peak memory, MB', 'packets per CPU second'],
  memory.map(({ packets: many, peakMb, cpuSeconds }) => [
    count(many),
    count(peakMb),
    count(many / cpuSeconds),
  ]),
)}`;
}
