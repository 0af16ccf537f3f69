// Makes full-django.csv: our recorded captures as normal packets, generated ones as attacks.
// usage: node make-full-django.mjs [FILE]      the same bytes each time; README.md says what is in them
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createFlattener } from '../../packages/dataset/dist/index.js';
import { LinkType, legacyBody, Packet } from '../../packages/decoder/dist/index.js';
import { RandomState } from '../../packages/models/dist/index.js';
import { openCapture } from '../../packages/pcap-file/dist/index.js';
import { attackSessions } from './attacks.mjs';

const SEED = 42;
/** What AntiNex writes where a row has no value. */
const MISSING = -1;
const LABEL = 'label_value';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { features_to_process: features } = JSON.parse(readFileSync(here('../full-django.json'), 'utf8'));
const random = new RandomState(SEED);

/** The frames of all our captures, in the order of the files. */
async function recordedFrames() {
  const folder = here('../captures/');
  const frames = [];
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith('.pcap'))
    .sort()) {
    for await (const batch of await openCapture(folder + name))
      for (const packet of batch)
        if (packet.linkType === LinkType.ETHERNET) frames.push(Buffer.from(packet.bytes));
  }
  return frames;
}

/** Attacks begin anywhere in the recording and go on as slowly or fast as they please. */
function attackFrames(recorded) {
  return Object.values(attackSessions(random))
    .flat()
    .flatMap((session) => {
      const begin = random.uniform(0, 0.9 * recorded);
      const pace = random.uniform(0.2, (recorded - begin) / session.length);
      return session.map((frame, i) => ({
        frame,
        label: 1,
        time: begin + i * pace + random.uniform(0, pace),
      }));
    });
}

/** One recording: packets of both kinds by time. */
function mixed(normal) {
  const packets = [
    ...normal.map((frame, time) => ({ frame, label: 0, time })),
    ...attackFrames(normal.length),
  ];
  return packets.sort((a, b) => a.time - b.time);
}

/** Rows of numbers, as a processor with --schema legacy makes them and a client sends them. */
function* rowsOf(packets) {
  const flattener = createFlattener('legacy');
  let idx = 0;
  for (const { frame, label } of packets) {
    const packet = new Packet(frame, 0, frame.length, frame.length, LinkType.ETHERNET, 0, 0, '');
    const row = flattener.flatten(legacyBody(packet, 'example'), idx);
    if (row.cells === undefined) continue;
    idx++;
    const cells = features.map((name) => row.cells[flattener.columns.indexOf(name)]);
    yield [...cells.map((cell) => (typeof cell === 'number' ? cell : MISSING)), label];
  }
}

const rows = [...rowsOf(mixed(await recordedFrames()))];
const file = process.argv[2] ?? here('full-django.csv');
writeFileSync(file, [[...features, LABEL], ...rows].map((cells) => `${cells.join()}\n`).join(''));
const attacks = rows.filter((row) => row.at(-1) === 1).length;
process.stdout.write(`${file}: ${rows.length} rows, ${rows.length - attacks} normal and ${attacks} attack\n`);
