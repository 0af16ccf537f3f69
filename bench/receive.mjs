// Receives and counts packets of a device until SIGINT: `source` with the capture package, `slabs` with
// the addon alone. Prints the counts as JSON.
import { openLiveSource } from '@antinex/capture';
import { openCapture } from '@antinex/libpcap';

const [how, device, filter] = process.argv.slice(2);
const print = (counts) => process.stdout.write(`${JSON.stringify(counts)}\n`);

if (how === 'slabs') {
  let received = 0;
  const capture = openCapture(
    { device, filter },
    {
      slab(slab) {
        received += slab.packetCount;
        slab.release();
      },
      end: () => print({ received, dropped: capture.stats().kernelDrops }),
    },
  );
  process.on('SIGINT', () => capture.stop());
  process.stderr.write('reading\n');
} else {
  const source = await openLiveSource({ backend: 'libpcap', device, filter });
  process.on('SIGINT', () => source.close());
  process.stderr.write('reading\n');
  let received = 0;
  for await (const packets of source) received += packets.length;
  print({ received, dropped: source.stats().kernelDrops });
}
