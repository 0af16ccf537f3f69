import { runAgent } from '@antinex/capture';

await runAgent({
  name: 'capture-telnet',
  description: 'Capture Telnet packets and publish them',
  filter: 'tcp port 23',
  packageUrl: new URL('../package.json', import.meta.url),
});
