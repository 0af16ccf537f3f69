import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decode, Packet } from '@antinex/decoder';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  build,
  ChildCapture,
  killLeftOvers,
  type Report,
  reopenUnderCollection,
  type SeenPacket,
} from './captured.ts';
import { inside, NamespacePair, whyNoNamespaces } from './namespace-pair.ts';

const whyNot = whyNoNamespaces(['ping', 'arping', 'setpriv']);

const SMALL_RING = { bufferMb: 32 };
/** It can clear the capabilities of a process that is not root; cap cannot. */
const ADDON = fileURLToPath(new URL('../../../libpcap/build/Release/addon.node', import.meta.url));
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

/** `ping -f` sends the next as soon as an answer is there. */
const flood = (namespace: string, address: string) => [
  'netns',
  'exec',
  namespace,
  'ping',
  '-q',
  '-f',
  address,
];

/** Resolves when a process has ended; throws when that takes seconds. */
async function gone(pid: number): Promise<void> {
  for (const deadline = Date.now() + 5000; existsSync(`/proc/${pid}`); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`process ${pid} is still there`);
  }
}

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

  test('opening and closing survives the garbage collector and leaves nothing behind', () => {
    expect(reopenUnderCollection(pair.left.namespace, 20)).toEqual({
      rounds: 20,
      refused: 20,
      children: 0,
      descriptors: 0,
    });
  });

  describe('privileges', () => {
    test('the process that captures has none left', async () => {
      const capture = new ChildCapture(pair.left.namespace, { device: 'lo', ...SMALL_RING });
      const { opened } = await capture.ready;
      const { uid, gid } = opened!.privileges;
      expect(opened!.privileges).toMatchObject({ capabilities: 'cleared' });
      const status = readFileSync(`/proc/${opened!.capturePid}/status`, 'utf8');
      expect(status).toContain(`\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`);
      expect(status).toContain(`\nGid:\t${gid}\t${gid}\t${gid}\t${gid}\n`);
      expect(status).toMatch(/^CapPrm:\t0{16}\nCapEff:\t0{16}$/m);
      await capture.stop();
    });

    test('it becomes the user asked for', async () => {
      const options = { device: 'lo', user: 'daemon', ...SMALL_RING };
      const capture = new ChildCapture(pair.left.namespace, options);
      const { opened } = await capture.ready;
      expect(opened?.privileges).toMatchObject({ user: 'daemon', from: 'option' });
      await capture.stop();
    });

    test('a user that does not exist', async () => {
      const options = { device: 'lo', user: 'nemo', ...SMALL_RING };
      const { error } = await new ChildCapture(pair.left.namespace, options).end();
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: '--user nemo: there is no such user' });
    });

    test('CAP_NET_RAW alone is enough, and it is said whether it is kept', async () => {
      const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
      const before = ['setpriv', ...asNobody, '--inh-caps=+net_raw', '--ambient-caps=+net_raw'];
      const capture = new ChildCapture(pair.left.namespace, { device: 'lo', ...SMALL_RING }, before);
      const { opened } = await capture.ready;
      inside(pair.left.namespace, 'ping', '-q', '-c', '1', '127.0.0.1');
      const { packets } = await capture.stop();
      expect(packets).toHaveLength(2);
      const capabilities = existsSync(ADDON) ? 'cleared' : 'kept';
      expect(opened?.privileges).toMatchObject({ from: 'unchanged', capabilities });
    });
  });

  describe('when the capture process dies', () => {
    /** A capture of numbered datagrams that have all arrived. */
    async function started(own: NamespacePair) {
      const { left, right } = own;
      const options = { device: right.device, filter: `udp dst port ${UDP_PORT}`, ...SMALL_RING };
      const capture = new ChildCapture(right.namespace, options);
      const { opened } = await capture.ready;
      inside(left.namespace, process.execPath, '-e', sender(right.address, 50));
      await sleep(200);
      return { capture, pid: opened!.capturePid };
    }

    function expectAllHandedOut({ packets = [], stats, notes, exit }: Report): void {
      expect(packets.map(datagramNumber)).toEqual(upTo(50));
      expect(exit).toEqual({ code: 0, signal: null });
      const { receivedPackets, deliveredPackets, queueDrops, waitingPackets } = stats as Record<
        string,
        number
      >;
      expect(deliveredPackets).toBe(50);
      expect(receivedPackets).toBe(deliveredPackets + queueDrops + waitingPackets);
      expect(notes?.join()).toContain('the capture process died');
    }

    test('killed: what had arrived is handed out, then it is an error', async () => {
      const { capture, pid } = await started(pair);
      process.kill(pid, 'SIGKILL');
      const report = await capture.end();
      expect(report.error).toMatchObject({
        code: 'CAPTURE_PROCESS_DIED',
        message: `the process that captured on ${pair.right.device} died: killed by SIGKILL`,
      });
      expectAllHandedOut(report);
    });

    test('killed while packets wait: those it had told of are not forgotten', async () => {
      const { left, right } = pair;
      const capture = new ChildCapture(right.namespace, {
        device: right.device,
        filter: 'udp',
        ...SMALL_RING,
      });
      const { opened } = await capture.ready;
      capture.kill('SIGSTOP');
      inside(left.namespace, process.execPath, '-e', sender(right.address, 500, 1400));
      // It tells its counts twice a second.
      await sleep(1500);
      process.kill(opened!.capturePid, 'SIGKILL');
      capture.kill('SIGCONT');
      const { error, packets = [], stats } = await capture.end();
      expect(error?.code).toBe('CAPTURE_PROCESS_DIED');
      expect(packets.length).toBeLessThan(500);
      expect(packets.map(datagramNumber)).toEqual(upTo(packets.length));
      expect(stats).toMatchObject({
        receivedPackets: 500,
        deliveredPackets: packets.length,
        queueDrops: 0,
        waitingPackets: 500 - packets.length,
      });
    });

    test.each([
      ['down', (device: string) => ['ip', 'link', 'set', device, 'down'], 'DEVICE_DOWN', 'went down'],
      ['away', (device: string) => ['ip', 'link', 'del', device], 'DEVICE_GONE', 'is no longer there'],
    ])('the device goes %s', async (_what, change, code, message) => {
      const own = new NamespacePair();
      try {
        const { capture } = await started(own);
        inside(own.right.namespace, ...change(own.right.device));
        const report = await capture.end();
        expect(report.error).toMatchObject({ code, message: `the device ${own.right.device} ${message}` });
        expectAllHandedOut(report);
      } finally {
        killLeftOvers();
        own.remove();
      }
    });

    test('the device goes down for a moment', async () => {
      const { namespace, device } = pair.right;
      const { capture } = await started(pair);
      inside(namespace, 'ip', 'link', 'set', device, 'down');
      inside(namespace, 'ip', 'link', 'set', device, 'up');
      const report = await capture.end();
      expect(report.error?.code).toBe('DEVICE_DOWN');
      expectAllHandedOut(report);
    });
  });

  test.each(['quiet', 'loaded'])(
    'the capture process ends with the one that started it (%s line)',
    async (line) => {
      const { left, right } = pair;
      const capture = new ChildCapture(right.namespace, { device: right.device, ...SMALL_RING });
      const { opened } = await capture.ready;
      const load = line === 'loaded' ? spawn('ip', flood(left.namespace, right.address)) : undefined;
      try {
        await sleep(300);
        capture.kill('SIGKILL');
        await gone(opened!.capturePid);
      } finally {
        load?.kill('SIGKILL');
      }
    },
  );

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
