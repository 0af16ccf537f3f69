/** Writes numbered packets for ever and prints how many were awaited: `node writer-child.mjs FILE OPTIONS`. */
import { Packet } from '@antinex/decoder';
import { openRotatingWriter } from '@antinex/pcap-file';

const [path, options] = process.argv.slice(2);
const writer = await openRotatingWriter(path, JSON.parse(options));
for (let written = 0; ; written += 100) {
  const batch = Array.from({ length: 100 }, (_, i) => {
    const data = Buffer.alloc(500);
    data.writeUInt32BE(written + i);
    return new Packet(data, 0, data.length, data.length, 1, 1_700_000_000, written + i, 'eth0');
  });
  await writer.write(batch);
  process.stdout.write(`${written + 100}\n`);
}
