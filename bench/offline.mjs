// From a capture file to JSON and rows: whole processes over one large capture.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledStage } from './bundled-stage.mjs';
import { makeCapture } from './make-capture.mjs';
import { median } from './measure.mjs';
import { count, say, table } from './report.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const NETPIPE = here('../packages/cli/bin/netpipe.js');
const has = (tool) => spawnSync('which', [tool]).status === 0;

/** The section: packets per CPU second of each stage beside tcpdump and tshark, and memory. */
export async function offline({ quick }) {
  const PACKETS = quick ? 100_000 : 1_000_000;
  const MEMORY_PACKETS = quick ? [10_000, 100_000] : [100_000, 1_000_000, 5_000_000];
  const PEER_PACKETS = quick ? 20_000 : 100_000;
  const RUNS = quick ? 1 : 3;

  const stage = await bundledStage('stage');
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const csv = join(folder, 'out.csv');
  const removeOutput = () => {
    for (const file of [csv, `${csv}.manifest.json`]) rmSync(file, { force: true });
  };
  const run = (file) => ['run', '--read', file, '--output-csv', csv];
  try {
    const capture = join(folder, 'large.pcap');
    say(`making a capture of ${PACKETS} packets`);
    const meanBytes = await makeCapture(capture, PACKETS);
    const rows = [];
    const add = async (what, packets, command, args, before) => {
      say(`measuring: ${what}`);
      const result = await median(RUNS, command, args, before);
      rows.push({ what, packets, ...result, perCpuSecond: packets / result.cpuSeconds });
      return rows.at(-1);
    };
    const node = process.execPath;
    await add('read the file', PACKETS, node, [stage, 'read', capture]);
    await add('decode', PACKETS, node, [stage, 'decode', capture]);
    await add('decode + message', PACKETS, node, [stage, 'message', capture]);
    await add('decode + JSON', PACKETS, node, [stage, 'json', capture]);
    await add('`netpipe decode` (NDJSON)', PACKETS, node, [NETPIPE, 'decode', capture]);
    await add('`netpipe decode --schema legacy`', PACKETS, node, [
      NETPIPE,
      'decode',
      capture,
      '--schema',
      'legacy',
    ]);
    await add(
      '`netpipe run`: file -> durable CSV, all columns',
      PACKETS,
      node,
      [NETPIPE, ...run(capture)],
      removeOutput,
    );
    const csvBytesPerRow = statSync(csv).size / PACKETS;
    const small = join(folder, 'small.pcap');
    await makeCapture(small, PEER_PACKETS);
    if (has('tcpdump')) await add('tcpdump -nn', PACKETS, 'tcpdump', ['-nn', '-r', capture]);
    if (has('tshark')) {
      const fields = [
        'frame.time_epoch',
        'ip.src',
        'ip.dst',
        'tcp.srcport',
        'tcp.dstport',
        'tcp.flags',
        'udp.length',
      ];
      const asked = ['-n', '-r', small, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
      await add(`tshark -T fields (${fields.length} fields)`, PEER_PACKETS, 'tshark', asked);
      await add('tshark -T ek', PEER_PACKETS, 'tshark', ['-n', '-r', small, '-T', 'ek']);
    }
    const memory = [];
    for (const packets of MEMORY_PACKETS) {
      const file = join(folder, 'memory.pcap');
      await makeCapture(file, packets);
      say(`measuring memory: ${packets} packets`);
      removeOutput();
      memory.push({ packets, ...(await median(1, node, [NETPIPE, ...run(file)])) });
    }
    return report({
      rows,
      memory,
      meanBytes,
      csvBytesPerRow,
      packets: PACKETS,
      peerPackets: PEER_PACKETS,
      runs: RUNS,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report({ rows, memory, meanBytes, csvBytesPerRow, packets, peerPackets, runs }) {
  const tcpdump = rows.find(({ what }) => what.startsWith('tcpdump'));
  const ratio = (value) => (tcpdump ? (value / tcpdump.perCpuSecond).toFixed(2) : '-');
  return `## From file to JSON and rows

One capture built from \`examples/captures\` (${count(packets)} Ethernet packets, ${count(meanBytes)} bytes on average; tshark
over ${count(peerPackets)} of them). Medians of ${runs}.

${table(
  ['what', 'packets per CPU second', 'against tcpdump -nn', 'packets per second', 'peak memory, MB'],
  rows.map((row) => [
    row.what,
    count(row.perCpuSecond),
    ratio(row.perCpuSecond),
    count(row.packets / row.wallSeconds),
    count(row.peakMb),
  ]),
)}

Rows of the CSV hold all columns and the whole payload: ${count(csvBytesPerRow)} bytes on average.

Memory of \`netpipe run\`, file to durable CSV:

${table(
  ['packets', 'peak memory, MB', 'packets per CPU second', 'packets per second'],
  memory.map((row) => [
    count(row.packets),
    count(row.peakMb),
    count(row.packets / row.cpuSeconds),
    count(row.packets / row.wallSeconds),
  ]),
)}`;
}
