// Captures in the network namespace it is started in, until SIGTERM; reports in lines of JSON.
// usage: node capture-child.mjs '{"device": "lo", "filter": "udp", "bufferMb": 8, "leaveAfter": 1}'
import { readFileSync } from 'node:fs';
// The source alone: the package as a whole takes twice as long to load.
import { openCapSource } from '../../dist/cap-source.js';

const { leaveAfter = Infinity, iterate = true, waitMs = 0, ...options } = JSON.parse(process.argv[2]);
const report = (line) => console.log(JSON.stringify(line));
const controller = new AbortController();
process.once('SIGTERM', () => controller.abort());
// A terminal's ^C reaches the capture process too; here it means nothing.
process.on('SIGINT', () => {});

/** 0 when there is none. */
const capturePid = () => Number(readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8'));

const packets = [];
let source;
let error;
try {
  source = await openCapSource({ ...options, signal: controller.signal });
  const { description, linkTypes, privileges } = source;
  report({ opened: { description, linkTypes, privileges, capturePid: capturePid() } });
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  for await (const batch of iterate ? source : []) {
    for (const packet of batch) {
      packets.push({
        hex: packet.bytes.subarray(0, 128).toString('hex'),
        timeMs: packet.timestampSeconds * 1000 + packet.timestampNanos / 1e6,
        capturedLength: packet.capturedLength,
        originalLength: packet.originalLength,
        linkType: packet.linkType,
        interfaceName: packet.interfaceName,
      });
    }
    if (packets.length >= leaveAfter) break;
  }
  await source.close();
} catch ({ code, message, hint }) {
  error = { code, message, hint };
}
const left = source && { packets, stats: source.stats(), notes: source.notes(), leftPid: capturePid() };
report({ error, ...left });
