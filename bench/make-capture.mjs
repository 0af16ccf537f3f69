// Builds a large capture out of the project's own small ones, repeated with moving time.

import { once } from 'node:events';
import { createWriteStream, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LinkType, Packet } from '@antinex/decoder';
import { openCapture, PcapWriter } from '@antinex/pcap-file';

const EXAMPLES = fileURLToPath(new URL('../examples/captures/', import.meta.url));
const BATCH = 4096;

/** Ethernet packets of all examples, in the order of the files. */
async function examplePackets() {
  const packets = [];
  for (const name of readdirSync(EXAMPLES)
    .filter((file) => /\.pcap(ng)?$/.test(file))
    .sort()) {
    const reader = await openCapture(EXAMPLES + name);
    for await (const batch of reader) {
      for (const { data, offset, capturedLength, originalLength, linkType } of batch) {
        if (linkType !== LinkType.ETHERNET) continue;
        const bytes = Buffer.from(data.subarray(offset, offset + capturedLength));
        packets.push({ bytes, originalLength });
      }
    }
  }
  return packets;
}

/** Writes `count` packets, 10 microseconds apart, to `path`; answers their mean captured length in bytes. */
export async function makeCapture(path, count) {
  const examples = await examplePackets();
  const file = createWriteStream(path, { highWaterMark: 1 << 20 });
  const writer = new PcapWriter(file, { linkType: LinkType.ETHERNET, resolution: 'us' });
  let total = 0;
  for (let done = 0; done < count; done += BATCH) {
    const batch = [];
    for (let i = done; i < Math.min(done + BATCH, count); i++) {
      const { bytes, originalLength } = examples[i % examples.length];
      const micros = i * 10;
      const seconds = 1_700_000_000 + Math.floor(micros / 1e6);
      batch.push(
        new Packet(
          bytes,
          0,
          bytes.length,
          originalLength,
          LinkType.ETHERNET,
          seconds,
          (micros % 1e6) * 1000,
          '',
        ),
      );
      total += bytes.length;
    }
    await writer.writeBatch(batch);
  }
  await writer.end();
  if (!file.closed) {
    file.end();
    await once(file, 'close');
  }
  return total / count;
}
