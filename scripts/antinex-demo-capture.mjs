// Makes the capture that the AntiNex demo replays: everyday traffic with attacks in between.
// usage: node antinex-demo-capture.mjs FILE.pcap      prints the number of packets
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { attackSessions } from '../examples/datasets/attacks.mjs';
import { LinkType, Packet } from '../packages/decoder/dist/index.js';
import { RandomState } from '../packages/models/dist/index.js';
import { openCapture, PcapWriter } from '../packages/pcap-file/dist/index.js';

/** Not that of the dataset the model is trained on: it has never seen these attacks. */
const SEED = 7;
const RECORDED = fileURLToPath(new URL('../examples/captures/mixed.pcap', import.meta.url));
const START_SECONDS = 1_767_225_600;
const MILLISECOND_NS = 1_000_000;

const frames = [];
for await (const batch of await openCapture(RECORDED))
  for (const { bytes } of batch) frames.push(Buffer.from(bytes));

const random = new RandomState(SEED);
const places = frames.map((frame, place) => ({ frame, place }));
for (const session of Object.values(attackSessions(random)).flat()) {
  const begin = random.uniform(0, frames.length);
  places.push(...session.map((frame, i) => ({ frame, place: begin + i / 10 })));
}
places.sort((a, b) => a.place - b.place);

const file = createWriteStream(process.argv[2]);
const writer = new PcapWriter(file, { linkType: LinkType.ETHERNET, resolution: 'us' });
const packetOf = ({ frame }, number) => {
  const seconds = START_SECONDS + Math.floor(number / 1000);
  const nanoseconds = (number % 1000) * MILLISECOND_NS;
  return new Packet(frame, 0, frame.length, frame.length, LinkType.ETHERNET, seconds, nanoseconds, '');
};
await writer.writeBatch(places.map(packetOf));
await writer.end();
if (!file.closed) file.end();
process.stdout.write(`${places.length}\n`);
