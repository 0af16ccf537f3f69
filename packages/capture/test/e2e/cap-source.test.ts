import { decode, Packet } from '@antinex/decoder';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { build, ChildCapture, killLeftOvers, reopenUnderCollection, type SeenPacket } from './captured.ts';
import { inside, NamespacePair, whyNoNamespaces } from './namespace-pair.ts';

const whyNot = whyNoNamespaces(['ping', 'arping', 'setpriv']);

const SMALL_RING = { bufferMb: 32 };
const UDP_PORT = 9000;
const UDP_HEADERS = 14 + 20 + 8;

/** A node program that sends `count` datagrams to an address, each holding its number and `size` bytes. */
const sender = (address: string, count: number, size = 4) => `
  const socket = require('node:dgram').createSocket('udp4');
  let left = ${count};
  for (let i = 0; i < ${count}; i++) {
    const data = Buffer.alloc(${size});
    data.writeUInt32BE(i);
    socket.send(data, ${UDP_PORT}, '${address}', () => --left || socket.close());
  }`;

function layersOf(seen: SeenPacket): string[] {
  const data = Buffer.from(seen.hex, 'hex');
  const packet = new Packet(data, 0, data.length, seen.originalLength, seen.linkType, 0, 0, '');
  return decode(packet).layers.map(({ layer }) => layer);
}

const having = (packets: readonly SeenPacket[], layer: string) =>
  packets.filter((packet) => layersOf(packet).includes(layer));

const datagramNumber = ({ hex }: SeenPacket) => Buffer.from(hex, 'hex').readUInt32BE(UDP_HEADERS);

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe.skipIf(whyNot !== null)(`capture with cap between two namespaces (${whyNot ?? 'live'})`, () => {
  let pair: NamespacePair;

  beforeAll(() => {
    build();
    pair = new NamespacePair();
  });
  // A device must not go away under a capture that a failed test left behind.
  afterEach(killLeftOvers);
  afterAll(() => pair?.remove());

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
    const queueMb = 0.01;
    const options = { device: right.device, filter: `udp dst port ${UDP_PORT}`, queueMb, ...SMALL_RING };
    const capture = new ChildCapture(right.namespace, options);
    await capture.ready;
    // A stopped reader: all that was sent waits in the ring and then comes in one go.
    capture.freeze(true);
    inside(left.namespace, process.execPath, '-e', sender(right.address, 400));
    capture.freeze(false);
    const { packets = [], stats } = await capture.stop();
    expect(packets.map(datagramNumber)).toEqual(upTo(packets.length));
    expect(packets.length).toBeGreaterThan(0);
    expect(stats!.queueDrops).toBeGreaterThan(0);
    expect(stats).toMatchObject({
      receivedPackets: 400,
      deliveredPackets: packets.length,
      queueDrops: 400 - packets.length,
    });
  });

  test('opening and closing survives the garbage collector', () => {
    expect(reopenUnderCollection(pair.left.namespace, 20)).toEqual({ rounds: 20, refused: 20 });
  });

  describe('says why it cannot capture', () => {
    test('no such device, and which there are', async () => {
      const { error } = await new ChildCapture(pair.left.namespace, { device: 'eth99' }).end();
      expect(error?.code).toBe('NO_SUCH_DEVICE');
      expect(error?.hint).toContain(pair.left.device);
    });

    test.each([
      ['tcp and (', "can't parse filter expression: syntax error"],
      ['tcp port 99999', 'illegal port number 99999'],
      ['tcp and udp', 'expression rejects all packets'],
    ])('bad filter "%s", in the words of libpcap', async (filter, reason) => {
      const { error } = await new ChildCapture(pair.left.namespace, { device: 'lo', filter }).end();
      expect(error?.code).toBe('BAD_FILTER');
      expect(error?.message).toContain(`"${filter}"`);
      expect(error?.message).toContain(reason);
    });

    test('no permission, and what to run', async () => {
      const without = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
      const { error } = await new ChildCapture(pair.left.namespace, { device: 'lo' }, without).end();
      expect(error?.code).toBe('NO_PERMISSION_TO_CAPTURE');
      expect(error?.hint).toMatch(/sudo/);
    });
  });
});
