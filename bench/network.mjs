// Two network namespaces with a cable between them, and packets sent over it.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { encodeLayers, LinkType, Packet } from '@antinex/decoder';
import { PcapWriter } from '@antinex/pcap-file';

const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Makes the pair; `inside(side)` is how a command in one of them begins. */
export function makeNetwork() {
  const id = process.pid.toString(36);
  const sides = ['left', 'right'].map((name) => ({
    namespace: `bench-${id}-${name}`,
    device: `b${id}${name[0]}`,
  }));
  const [left, right] = sides;
  const remove = () => {
    for (const { namespace } of sides) {
      try {
        ip('netns', 'del', namespace);
      } catch {
        // It was not made.
      }
    }
  };
  try {
    for (const { namespace } of sides) {
      ip('netns', 'add', namespace);
      ip('netns', 'exec', namespace, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1');
    }
    ip(
      '-n',
      left.namespace,
      'link',
      'add',
      left.device,
      'type',
      'veth',
      'peer',
      'name',
      right.device,
      'netns',
      right.namespace,
    );
    for (const { namespace, device } of sides) {
      for (const name of [device, 'lo']) ip('-n', namespace, 'link', 'set', name, 'up');
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { left, right, remove };
}

/** Writes a capture of UDP packets of `bytes` each, in 256 flows. */
export async function makeLoad(path, bytes, packets = 4096) {
  const file = createWriteStream(path);
  const writer = new PcapWriter(file, { linkType: LinkType.ETHERNET });
  const load = '5a'.repeat(bytes - 42);
  for (let i = 0; i < packets; i++) {
    const frame = encodeLayers([
      { layer: 'ether', dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01', type: 0x0800 },
      {
        layer: 'ip',
        version: 4,
        ihl: 5,
        len: bytes - 14,
        id: i,
        ttl: 64,
        proto: 17,
        src: '192.0.2.1',
        dst: '192.0.2.2',
      },
      { layer: 'udp', sport: 40_000 + (i % 256), dport: 9, len: bytes - 34, chksum: 0 },
      { layer: 'raw', load },
    ]);
    await writer.write(new Packet(frame, 0, frame.length, frame.length, LinkType.ETHERNET, 1, i, ''));
  }
  const closed = once(file, 'close');
  await writer.end();
  await closed;
}
