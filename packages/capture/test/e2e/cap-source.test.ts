import { setTimeout as sleep } from 'node:timers/promises';
import { decode, Packet } from '@antinex/decoder';
import { describe, expect, test } from 'vitest';
import { ChildCapture, type SeenPacket } from './captured.ts';
import { datagramNumber, gone, SMALL_RING, sender, UDP_HEADERS, UDP_PORT, upTo } from './datagrams.ts';
import { inside, type NamespacePair, whyNoNamespaces } from './namespace-pair.ts';
import { withPair } from './with-pair.ts';

const whyNot = whyNoNamespaces(['ping', 'arping']);

function layersOf(seen: SeenPacket): string[] {
  const data = Buffer.from(seen.hex, 'hex');
  const packet = new Packet(data, 0, data.length, seen.originalLength, seen.linkType, 0, 0, '');
  return decode(packet).layers.map(({ layer }) => layer);
}

const having = (packets: readonly SeenPacket[], layer: string) =>
  packets.filter((packet) => layersOf(packet).includes(layer));

describe.skipIf(whyNot !== null)(`capture with cap between two namespaces (${whyNot ?? 'live'})`, () => {
  let pair: NamespacePair;
  withPair((made) => {
    pair = made;
  });

  test('every packet once: ARP, ping both ways, numbered datagrams', async () => {
    const { left, right } = pair;
    const startMs = Date.now();
    const capture = new ChildCapture(right.namespace, { device: right.device, ...SMALL_RING });
    await capture.ready;
    inside(left.namespace, 'arping', '-q', '-c', '2', '-I', left.device, right.address);
    inside(left.namespace, 'ping', '-q', '-c', '5', '-i', '0.05', right.address);
    inside(right.namespace, 'ping', '-q', '-c', '2', '-i', '0.05', left.address);
    inside(left.namespace, process.execPath, '-e', sender(right.address, 300));
    const { opened, packets = [], stats, exit } = await capture.stop();

    expect(exit).toEqual({ code: 0, signal: null });
    expect(opened?.linkTypes).toEqual([1]);
    expect(having(packets, 'arp')).toHaveLength(2 * 2);
    const echoes = having(packets, 'icmp').filter((packet) => !layersOf(packet).includes('udp'));
    expect(echoes).toHaveLength(2 * (5 + 2));
    expect(new Set(echoes.map(({ hex }) => hex)).size).toBe(echoes.length);
    const datagrams = having(packets, 'udp').filter((packet) => !layersOf(packet).includes('icmp'));
    expect(datagrams.map(datagramNumber)).toEqual(upTo(300));

    expect(stats).toMatchObject({
      receivedPackets: packets.length,
      deliveredPackets: packets.length,
      queueDrops: 0,
      waitingPackets: 0,
      kernelDrops: 'unknown',
    });
    const times = packets.map(({ timeMs }) => timeMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(startMs);
    expect(times.at(-1)).toBeLessThanOrEqual(Date.now());
    expect(new Set(packets.map(({ interfaceName }) => interfaceName))).toEqual(new Set([right.device]));
  });

  test('a filter lets nothing else through', async () => {
    const { left, right } = pair;
    const filter = `udp dst port ${UDP_PORT} and src ${left.address}`;
    const capture = new ChildCapture(right.namespace, { device: right.device, filter, ...SMALL_RING });
    await capture.ready;
    inside(left.namespace, 'ping', '-q', '-c', '2', '-i', '0.05', right.address);
    inside(left.namespace, process.execPath, '-e', sender(right.address, 20));
    const { opened, packets = [] } = await capture.stop();
    expect(packets.map(datagramNumber)).toEqual(upTo(20));
    expect(opened?.description).toContain(`filter "${filter}"`);
  });

  test.each(['lo', 'any'])('loopback packets come once, not twice (%s)', async (device) => {
    const capture = new ChildCapture(pair.left.namespace, { device, filter: 'icmp', ...SMALL_RING });
    await capture.ready;
    inside(pair.left.namespace, 'ping', '-q', '-c', '3', '-i', '0.05', '127.0.0.1');
    const { packets = [] } = await capture.stop();
    expect(packets).toHaveLength(2 * 3);
  });

  test('a frame above the snaplen keeps its length on the wire', async () => {
    const capture = new ChildCapture(pair.left.namespace, { device: 'lo', filter: 'udp', ...SMALL_RING });
    await capture.ready;
    inside(pair.left.namespace, process.execPath, '-e', sender('127.0.0.1', 1, 65507));
    const { packets = [] } = await capture.stop();
    expect(packets).toHaveLength(1);
    expect(packets[0]).toMatchObject({ capturedLength: 65535, originalLength: UDP_HEADERS + 65507 });
  });

  test('a consumer may leave early', async () => {
    const { left, right } = pair;
    const options = { device: right.device, filter: 'udp', leaveAfter: 1, ...SMALL_RING };
    const capture = new ChildCapture(right.namespace, options);
    await capture.ready;
    inside(left.namespace, process.execPath, '-e', sender(right.address, 10));
    const { stats, exit } = await capture.end();
    expect(exit).toEqual({ code: 0, signal: null });
    const { receivedPackets, deliveredPackets, queueDrops, waitingPackets } = stats as Record<string, number>;
    expect(deliveredPackets).toBeGreaterThan(0);
    expect(receivedPackets).toBe(deliveredPackets + queueDrops + waitingPackets);
  });

  test('a full queue drops the newest and counts them', async () => {
    const { left, right } = pair;
    const options = { device: right.device, filter: `udp dst port ${UDP_PORT}`, queueMb: 0.1, ...SMALL_RING };
    const capture = new ChildCapture(right.namespace, options);
    await capture.ready;
    capture.kill('SIGSTOP');
    inside(left.namespace, process.execPath, '-e', sender(right.address, 500, 1400));
    await sleep(300);
    capture.kill('SIGCONT');
    const { packets = [], stats } = await capture.stop();
    expect(packets.map(datagramNumber)).toEqual(upTo(packets.length));
    expect(packets.length).toBeGreaterThan(0);
    expect(packets.length).toBeLessThan(500);
    expect(stats).toMatchObject({
      receivedPackets: 500,
      receivedBytes: 500 * (UDP_HEADERS + 1400),
      deliveredPackets: packets.length,
      queueDrops: 500 - packets.length,
      waitingPackets: 0,
    });
  });

  test('packets that wait when the capture ends are still handed out', async () => {
    const { left, right } = pair;
    const options = { device: right.device, filter: `udp dst port ${UDP_PORT}`, ...SMALL_RING };
    const capture = new ChildCapture(right.namespace, options);
    await capture.ready;
    capture.kill('SIGSTOP');
    inside(left.namespace, process.execPath, '-e', sender(right.address, 500, 1400));
    await sleep(300);
    // The end is asked for, and seen, before the first of them is read.
    capture.kill('SIGTERM');
    capture.kill('SIGCONT');
    const { packets = [], stats, exit } = await capture.end();
    expect(exit).toEqual({ code: 0, signal: null });
    expect(packets.map(datagramNumber)).toEqual(upTo(500));
    expect(stats).toMatchObject({ receivedPackets: 500, deliveredPackets: 500, queueDrops: 0 });
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('a consumer may come when all is over (%s)', async (signal) => {
    const { left, right } = pair;
    const options = { device: right.device, filter: 'udp', waitMs: 1500, ...SMALL_RING };
    const capture = new ChildCapture(right.namespace, options);
    const { opened } = await capture.ready;
    inside(left.namespace, process.execPath, '-e', sender(right.address, 50, 1400));
    await sleep(300);
    if (signal === 'SIGTERM') capture.kill(signal);
    else process.kill(opened!.capturePid, signal);
    await gone(opened!.capturePid);
    const { packets, error, stats } = await capture.end();
    expect(error?.code).toBe(signal === 'SIGTERM' ? undefined : 'CAPTURE_PROCESS_DIED');
    expect(packets?.map(datagramNumber)).toEqual(upTo(50));
    expect(stats).toMatchObject({ receivedPackets: 50, deliveredPackets: 50, waitingPackets: 0 });
  });

  test('^C in a terminal, which reaches both processes, loses nothing', async () => {
    const { left, right } = pair;
    const capture = new ChildCapture(right.namespace, { device: right.device, filter: 'udp', ...SMALL_RING });
    const { opened } = await capture.ready;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(opened!.capturePid, signal);
    capture.kill('SIGINT');
    inside(left.namespace, process.execPath, '-e', sender(right.address, 20));
    const { packets, error } = await capture.stop();
    expect(error).toBeUndefined();
    expect(packets?.map(datagramNumber)).toEqual(upTo(20));
  });

  test('a source that is closed and never read frees the device', async () => {
    const { namespace, device } = pair.right;
    const { exit, leftPid } = await new ChildCapture(namespace, {
      device,
      iterate: false,
      ...SMALL_RING,
    }).end();
    expect(exit).toEqual({ code: 0, signal: null });
    expect(leftPid).toBe(0);
  });
});
