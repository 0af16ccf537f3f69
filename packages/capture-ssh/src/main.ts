import { runAgent } from '@antinex/capture';

await runAgent({
  name: 'capture-ssh',
  description: 'Capture SSH packets and publish them',
  filter: 'tcp port 22',
  packageUrl: new URL('../package.json', import.meta.url),
});
