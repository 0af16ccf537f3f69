import { setTimeout as sleep } from 'node:timers/promises';
import { listDevices } from '@antinex/libpcap';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type CapturedPacket, killLibpcapCaptures, LibpcapCapture } from './libpcap-capture.ts';
import { inside, NamespacePair, whyNoNamespaces } from './namespace-pair.ts';

const whyNot = whyNoNamespaces(['ping', 'setpriv']) ?? whyNoAddon();

function whyNoAddon(): string | null {
  try {
    listDevices();
    return null;
  } catch {
    return 'needs the native addon of @antinex/libpcap: npm run setup';
  }
}

const UDP_PORT = 9000;
const HEADERS = 14 + 20 + 8;
const FILTER = `udp dst port ${UDP_PORT}`;

/** A node program: each of `flows` sockets sends `count` datagrams of `size` bytes that hold their number. */
const sender = (address: string, count: number, size = 60, flows = 1) => `
  const data = Buffer.alloc(${size});
  for (let flow = 0; flow < ${flows}; flow++) {
    const socket = require('node:dgram').createSocket('udp4');
    let left = ${count};
    for (let i = 0; i < ${count}; i++) {
      const numbered = Buffer.from(data);
      numbered.writeUInt32BE(i);
      socket.send(numbered, ${UDP_PORT}, '${address}', () => --left || socket.close());
    }
  }`;

const numberOf = ({ hex }: CapturedPacket) => Buffer.from(hex, 'hex').readUInt32BE(HEADERS);
const sourcePortOf = ({ hex }: CapturedPacket) => Buffer.from(hex, 'hex').readUInt16BE(HEADERS - 8);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe.skipIf(whyNot !== null)(`capture with libpcap between two namespaces (${whyNot ?? 'live'})`, () => {
  let pair: NamespacePair;

  beforeAll(() => {
    pair = new NamespacePair();
  });
  afterEach(killLibpcapCaptures);
  afterAll(() => pair?.remove());

  const send = (count: number, size?: number, flows?: number) =>
    inside(pair.left.namespace, process.execPath, '-e', sender(pair.right.address, count, size, flows));

  async function open(
    options: Partial<ConstructorParameters<typeof LibpcapCapture>[1]> = {},
    host = pair.right,
  ) {
    const capture = new LibpcapCapture(host.namespace, { device: host.device, filter: FILTER, ...options });
    await capture.ready;
    return capture;
  }

  test('every packet once, in order, with the kernel times in nanoseconds', async () => {
    const { left, right } = pair;
    const beforeNs = BigInt(Date.now()) * 1_000_000n;
    const capture = await open({ filter: '' });
    inside(left.namespace, 'ping', '-q', '-c', '3', '-i', '0.05', right.address);
    send(300);
    const { packets, stats, notes } = await capture.stop();
    const afterNs = BigInt(Date.now() + 1) * 1_000_000n;

    const datagrams = packets.filter(({ hex }) => hex.slice(46, 48) === '11');
    expect(datagrams.map(numberOf)).toEqual(upTo(300));
    // Echoes, their answers, and nothing but "port unreachable", which Linux limits.
    expect(packets.length - datagrams.length).toBeGreaterThanOrEqual(2 * 3);
    const times = packets.map(({ timeNs }) => BigInt(timeNs));
    expect(times.every((time, i) => time >= (times[i - 1] ?? beforeNs) && time <= afterNs)).toBe(true);
    expect(times.some((time) => time % 1000n !== 0n)).toBe(true);
    expect(
      packets.every(({ linkType, interfaceName }) => linkType === 1 && interfaceName === right.device),
    ).toBe(true);
    expect(stats).toEqual({
      receivedPackets: packets.length,
      receivedBytes: packets.reduce((sum, { capturedLength }) => sum + capturedLength, 0),
      deliveredPackets: packets.length,
      queueDrops: 0,
      waitingPackets: 0,
      kernelDrops: 0,
      interfaceDrops: 0,
    });
    expect(notes).toEqual([]);
  });

  test('a filter, a snaplen, and what it says of itself', async () => {
    const { left, right } = pair;
    const filter = `${FILTER} and src ${left.address}`;
    const capture = await open({ filter, snaplen: 64, promiscuous: false, bufferMb: 2 });
    expect(inside(right.namespace, 'ip', '-d', 'link', 'show', right.device)).toContain('promiscuity 0');
    inside(left.namespace, 'ping', '-q', '-c', '2', '-i', '0.05', right.address);
    send(20, 1000);
    const { packets, stats } = await capture.stop();
    expect(packets.map(numberOf)).toEqual(upTo(20));
    expect(packets[0]).toMatchObject({ capturedLength: 64, originalLength: HEADERS + 1000 });
    expect(stats.interfaceDrops).toBe('unknown');
    const { opened } = await capture.end();
    expect(opened).toEqual({
      description: `${right.device} (libpcap, filter "${filter}", 2 MB ring)`,
      linkTypes: [1],
      timestamps: 'kernel',
    });
  });

  test('promiscuous by default', async () => {
    const { right } = pair;
    const capture = await open();
    expect(inside(right.namespace, 'ip', '-d', 'link', 'show', right.device)).toContain('promiscuity 1');
    await capture.stop();
  });

  test.each([
    ['in', '00'],
    ['out', '08'],
  ] as const)('direction %s of a ping', async (direction, icmpType) => {
    const { left, right } = pair;
    const capture = await open({ filter: 'icmp', direction }, left);
    inside(left.namespace, 'ping', '-q', '-c', '4', '-i', '0.05', right.address);
    const { packets } = await capture.stop();
    expect(packets.map(({ hex }) => hex.slice(68, 70))).toEqual([icmpType, icmpType, icmpType, icmpType]);
  });

  test.each(['lo', 'any'])('loopback packets come once, not twice (%s)', async (device) => {
    const capture = await open({ device, filter: 'icmp' });
    inside(pair.right.namespace, 'ping', '-q', '-c', '3', '-i', '0.05', '127.0.0.1');
    const { packets } = await capture.stop();
    expect(packets).toHaveLength(2 * 3);
  });

  // On the sender's side, where packets are captured as they are sent, no other queue can lose one.
  test.each([
    ['waits', {}],
    ['waits and is then asked to end', { stopEarly: true }],
  ])(
    'a consumer that %s: sent = received + kernel drops',
    async (_, { stopEarly = false }: { stopEarly?: boolean }) => {
      const SENT = 10_000;
      const capture = await open({ bufferMb: 1, snaplen: 2000, holdMs: 1500 }, pair.left);
      send(SENT, 1400);
      if (!stopEarly) await sleep(1800);
      const { packets, stats, largestBatch } = await capture.stop();
      expect(stats.kernelDrops).toBeGreaterThan(0);
      expect(stats.receivedPackets + Number(stats.kernelDrops)).toBe(SENT);
      expect(stats).toMatchObject({ deliveredPackets: packets.length, waitingPackets: 0, queueDrops: 0 });
      expect(stats.receivedPackets).toBe(packets.length);
      expect(packets.every(({ capturedLength }) => capturedLength === HEADERS + 1400)).toBe(true);
      expect(largestBatch).toBeLessThanOrEqual(1024);
    },
  );

  test('a consumer may leave early: what it left is counted', async () => {
    const capture = await open({ leaveAfter: 1, holdMs: 400 });
    send(500);
    const { results, exitCode } = await capture.end();
    const [{ stats }] = results!;
    expect(exitCode).toBe(0);
    expect(stats.deliveredPackets).toBeGreaterThan(0);
    expect(stats).toMatchObject({
      receivedPackets: 500,
      waitingPackets: 500 - stats.deliveredPackets,
      kernelDrops: 0,
    });
  });

  test('two sources of one fanout group share the packets by flow', async () => {
    const FLOWS = 32;
    const capture = await open({ members: 2, fanoutGroup: 17 });
    send(20, 60, FLOWS);
    await capture.stop();
    const [one, two] = (await capture.end()).results!;
    const [portsOfOne, portsOfTwo] = [one, two].map(({ packets }) => new Set(packets.map(sourcePortOf)));
    expect(portsOfOne.size + portsOfTwo.size).toBe(FLOWS);
    expect(new Set([...portsOfOne, ...portsOfTwo]).size).toBe(FLOWS);
    expect(Math.min(portsOfOne.size, portsOfTwo.size)).toBeGreaterThan(0);
    for (const { packets } of [one, two]) {
      for (const port of new Set(packets.map(sourcePortOf))) {
        const flow = packets.filter((packet) => sourcePortOf(packet) === port);
        expect(flow.map(numberOf)).toEqual(upTo(20));
      }
    }
  });

  test('the capture goes on when the link goes down and comes back', async () => {
    const { right } = pair;
    const capture = await open();
    send(5);
    inside(right.namespace, 'ip', 'link', 'set', right.device, 'down');
    await sleep(400);
    inside(right.namespace, 'ip', 'link', 'set', right.device, 'up');
    await sleep(400);
    send(7);
    const { packets, notes, error } = await capture.stop();
    expect(error).toBeUndefined();
    expect(packets.map(numberOf)).toEqual([...upTo(5), ...upTo(7)]);
    expect(notes).toEqual([`the link of ${right.device} went down once`]);
  });

  test('it ends with an error, behind the last packet, when the device is removed', async () => {
    const own = new NamespacePair();
    try {
      const capture = await open({}, own.right);
      inside(own.left.namespace, process.execPath, '-e', sender(own.right.address, 50));
      inside(own.right.namespace, 'ip', 'link', 'del', own.right.device);
      const { results, exitCode } = await capture.end();
      const [{ packets, error, stats }] = results!;
      expect(exitCode).toBe(0);
      expect(packets.map(numberOf)).toEqual(upTo(50));
      expect(error?.code).toBe('DEVICE_GONE');
      expect(error?.message).toContain(own.right.device);
      expect(stats).toMatchObject({
        receivedPackets: 50,
        deliveredPackets: 50,
        kernelDrops: 0,
        interfaceDrops: 0,
      });
    } finally {
      own.remove();
    }
  });

  describe('says why it cannot capture', () => {
    const refusal = async (options: object, before: string[] = []) => {
      const capture = new LibpcapCapture(
        pair.right.namespace,
        { device: pair.right.device, ...options },
        before,
      );
      return (await capture.end()).refused;
    };

    test('no such device, and which there are', async () => {
      const refused = await refusal({ device: 'eth99' });
      expect(refused?.code).toBe('NO_SUCH_DEVICE');
      expect(refused?.hint).toContain(pair.right.device);
    });

    test('a device that is down', async () => {
      const { right } = pair;
      inside(right.namespace, 'ip', 'link', 'add', 'idle', 'type', 'veth', 'peer', 'name', 'other');
      const refused = await refusal({ device: 'idle' });
      inside(right.namespace, 'ip', 'link', 'del', 'idle');
      expect(refused?.code).toBe('DEVICE_DOWN');
    });

    test('a bad filter, in the words of libpcap', async () => {
      const refused = await refusal({ filter: 'tcp and (' });
      expect(refused?.code).toBe('BAD_FILTER');
      expect(refused?.message).toContain("can't parse filter expression: syntax error");
    });

    test('an option that makes no sense', async () => {
      expect(await refusal({ bufferMb: 5000 })).toMatchObject({ code: 'CONFIG_INVALID' });
    });

    test('no permission, and what to run', async () => {
      const refused = await refusal({}, ['setpriv', '--bounding-set=-all', '--inh-caps=-all']);
      expect(refused?.code).toBe('NO_PERMISSION_TO_CAPTURE');
      expect(refused?.hint).toMatch(/sudo/);
    });
  });
});
