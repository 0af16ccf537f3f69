import { runAgent } from '@antinex/capture';

await runAgent({
  name: 'capture-arp',
  description: 'Capture ARP packets and publish them',
  filter: 'arp',
  packageUrl: new URL('../package.json', import.meta.url),
});
