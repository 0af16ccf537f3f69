import { runAgent } from '@antinex/capture';

await runAgent({
  name: 'capture-tcp',
  description: 'Capture TCP packets of web traffic and publish them',
  filter: 'tcp and (port 80 or port 443 or port 8010 or port 8443)',
  packageUrl: new URL('../package.json', import.meta.url),
});
