import { runAgent } from '@antinex/capture';

await runAgent({
  name: 'capture-icmp',
  description: 'Capture ICMP and ICMPv6 packets and publish them',
  filter: 'icmp or icmp6',
  packageUrl: new URL('../package.json', import.meta.url),
});
