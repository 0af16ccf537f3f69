// One stage over one capture, in a process of its own: node bench/stage.mjs read|decode|json FILE
import { decode, LazyMessage, TextWriter, toMessage, writeMessageJson } from '@antinex/decoder';
import { openCapture } from '@antinex/pcap-file';

const origin = { source: 'bench', session: '0' };
const out = new TextWriter(1 << 20);
let number = 0;

const STAGES = {
  read: () => {},
  decode: (packet) => decode(packet),
  message: (packet) => toMessage(decode(packet), origin, ++number),
  json: (packet) => {
    if (out.length > 1 << 19) out.length = 0;
    writeMessageJson(new LazyMessage(decode(packet), origin, ++number), out);
  },
};

const [stage, file] = process.argv.slice(2);
const run = STAGES[stage];
for await (const batch of await openCapture(file)) {
  for (const packet of batch) run(packet);
}
