import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ChildCapture, killLeftOvers, type Report, reopenUnderCollection } from './captured.ts';
import { datagramNumber, gone, SMALL_RING, sender, UDP_PORT, upTo } from './datagrams.ts';
import { inside, NamespacePair, whyNoNamespaces } from './namespace-pair.ts';
import { withPair } from './with-pair.ts';

const whyNot = whyNoNamespaces(['ping']);

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

describe.skipIf(whyNot !== null)(`the life of a capture with cap (${whyNot ?? 'live'})`, () => {
  let pair: NamespacePair;
  withPair((made) => {
    pair = made;
  });

  test('opening and closing survives the garbage collector and leaves nothing behind', () => {
    expect(reopenUnderCollection(pair.left.namespace, 20)).toEqual({
      rounds: 20,
      refused: 20,
      children: 0,
      descriptors: 0,
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
});
