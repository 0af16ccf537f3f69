// Captures in the network namespace it is started in, until SIGTERM; reports in lines of JSON.
// usage: node capture-child.mjs '{"device": "lo", "filter": "udp", "bufferMb": 8, "leaveAfter": 1}'
import { openCapSource } from '@antinex/capture';

const { leaveAfter = Infinity, ...options } = JSON.parse(process.argv[2]);
const report = (line) => console.log(JSON.stringify(line));
const controller = new AbortController();
process.once('SIGTERM', () => controller.abort());

try {
  const source = await openCapSource({ ...options, signal: controller.signal });
  report({ opened: { description: source.description, linkTypes: source.linkTypes } });
  const packets = [];
  for await (const batch of source) {
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
  report({ packets, stats: source.stats() });
} catch (error) {
  report({ error: { code: error.code, message: error.message, hint: error.hint } });
}
