import { runAgent } from '@antinex/capture';

await runAgent({
  name: 'capture-udp',
  description: 'Capture UDP packets and publish them',
  filter: 'udp',
  packageUrl: new URL('../package.json', import.meta.url),
});
