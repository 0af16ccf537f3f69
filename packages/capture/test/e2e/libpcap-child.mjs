// Captures with libpcap in the network namespace it is started in, until SIGTERM; reports in lines of JSON.
// usage: node libpcap-child.mjs '{"device": "lo", "filter": "udp", "members": 2, "holdMs": 500, "leaveAfter": 1}'
import { setTimeout as sleep } from 'node:timers/promises';
// The source alone: the package as a whole takes twice as long to load.
import { openLibpcapSource } from '../../dist/libpcap-source.js';

const { members = 1, holdMs = 0, leaveAfter = Infinity, ...options } = JSON.parse(process.argv[2]);
const report = (line) => console.log(JSON.stringify(line));
const controller = new AbortController();
process.once('SIGTERM', () => controller.abort());

/** All packets of one source. Waits with the first batch in hand, if so asked. */
async function consume(source) {
  const packets = [];
  let largestBatch = 0;
  let error;
  try {
    for await (const batch of source) {
      if (packets.length === 0) await sleep(holdMs);
      largestBatch = Math.max(largestBatch, batch.length);
      for (const packet of batch) {
        packets.push({
          hex: packet.bytes.subarray(0, 64).toString('hex'),
          timeNs: String(packet.timestampNs),
          capturedLength: packet.capturedLength,
          originalLength: packet.originalLength,
          linkType: packet.linkType,
          interfaceName: packet.interfaceName,
        });
      }
      if (packets.length >= leaveAfter) break;
    }
  } catch ({ code, message }) {
    error = { code, message };
  }
  // The capture of one who left goes on to its end.
  if (packets.length >= leaveAfter) await sleep(300);
  await source.close();
  return { packets, largestBatch, stats: source.stats(), notes: source.notes(), error };
}

try {
  const sources = [];
  for (let i = 0; i < members; i++) {
    sources.push(await openLibpcapSource({ ...options, signal: controller.signal }));
  }
  const [{ description, linkTypes, timestamps }] = sources;
  report({ opened: { description, linkTypes, timestamps } });
  report({ results: await Promise.all(sources.map(consume)) });
} catch ({ code, message, hint }) {
  report({ refused: { code, message, hint } });
}
