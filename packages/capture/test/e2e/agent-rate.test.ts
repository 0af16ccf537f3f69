import { isLedgerMessage } from '@antinex/decoder';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Agent, killAgents, type Ledger, summaryOf, sumOf, whyNoAgents } from '../agent.ts';
import { useScratch } from '../scratch.ts';
import { NamespacePair, whyNoNamespaces } from './namespace-pair.ts';
import { NamespaceRedis } from './namespace-redis.ts';
import { replay, writeTraffic } from './traffic.ts';

const whyNot = whyNoAgents() ?? whyNoNamespaces(['tcpreplay']);

const scratch = useScratch();

describe.skipIf(whyNot !== null)(`rates (${whyNot ?? 'live'})`, () => {
  let pair: NamespacePair;
  const small = scratch('small.pcap');
  const large = scratch('large.pcap');

  beforeAll(() => {
    pair = new NamespacePair();
    writeTraffic(small);
    writeTraffic(large, { bytes: 1000 });
  });
  afterEach(killAgents);
  afterAll(() => {
    pair?.remove();
  });

  const started = (args: readonly string[], options: { holdOutput?: boolean } = {}) => {
    const { namespace, device } = pair.right;
    return new Agent('tcp', {
      namespace,
      args: ['--device', device, '--json', ...args],
      ...options,
    }).ready();
  };

  test.each([
    ['libpcap', 50_000, 100_000, ['--backend', 'libpcap']],
    ['libpcap with two workers', 50_000, 50_000, ['--backend', 'libpcap', '--workers', '2']],
    ['cap', 20_000, 40_000, ['--backend', 'cap']],
  ])('%s: all of %d packets a second', async (_, packetsPerSecond, packets, args) => {
    const agent = await started(['--broker', 'memory:', ...args]);
    const sent = await replay(pair.left, small, { packetsPerSecond, loops: packets / 1000 });
    const end = await agent.stop();
    expect(sent).toBe(packets);
    expect(end.code).toBe(0);
    const { ledger } = summaryOf(end);
    expect(ledger).toMatchObject({ received: sent, receivedBytes: sent * 90, published: sent });
    expect(sumOf(ledger)).toBe(sent);
  });

  test('nobody reads --debug-packets: the kernel drops, and every packet is counted', async () => {
    const agent = await started(['--broker', 'memory:', '--debug-packets', '--buffer-mb', '1'], {
      holdOutput: true,
    });
    const sent = await replay(pair.left, large, { packetsPerSecond: 20_000, loops: 20 });
    agent.readOutput();
    const end = await agent.stop();
    const { ledger } = summaryOf(end);
    expect(end.code).toBe(0);
    expect(ledger.dropped.kernel).toBeGreaterThan(0);
    expect(ledger).toMatchObject({ received: sent, dropped: { queue: 0, broker: 0 } });
    expect(sumOf(ledger)).toBe(sent);
    expect(end.stdout.split('\n').filter((line) => line.startsWith('{"'))).toHaveLength(ledger.published);
  });

  const noRedis = whyNoNamespaces(['redis-server', 'redis-cli']);
  describe.skipIf(noRedis !== null)(`a broker that stands still (${noRedis ?? 'redis'})`, () => {
    let redis: NamespaceRedis;

    beforeAll(async () => {
      redis = await NamespaceRedis.start(pair.right.namespace);
    });
    afterAll(() => redis?.stop());

    /** What was dropped is known downstream, too. */
    function expectDelivered(ledger: Ledger): void {
      const { packets, ledgers } = redis.takeAll();
      expect(packets).toHaveLength(ledger.published);
      expect(ledgers.every(isLedgerMessage)).toBe(true);
      expect(ledgers.at(-1)).toMatchObject({ ...ledger, agent: 'capture-tcp', ended: true });
    }

    /** Sends while the broker stands still, and ends when it is back. */
    async function overload(args: readonly string[], loops: number) {
      const agent = await started([
        '--broker',
        redis.url,
        '--payload-bytes',
        '0',
        '--queue-packets',
        '256',
        ...args,
      ]);
      await agent.said(/connected to the broker/);
      redis.pause();
      const sent = await replay(pair.left, large, { packetsPerSecond: 20_000, loops });
      await agent.tells(/packets received/);
      redis.resume();
      const end = await agent.stop();
      expect(end.stderr).not.toContain('DOES NOT CLOSE');
      return { sent, end, ledger: summaryOf(end).ledger };
    }

    test('--when-full drop-newest: what the queue drops is counted', async () => {
      const { sent, end, ledger } = await overload(['--when-full', 'drop-newest'], 20);
      expect(end.code).toBe(0);
      expect(ledger.received).toBe(sent);
      expect(ledger.dropped.queue).toBeGreaterThan(sent / 2);
      expect(ledger).toMatchObject({
        published: sent - ledger.dropped.queue,
        dropped: { kernel: 0, broker: 0 },
      });
      expectDelivered(ledger);
    });

    test('--when-full block: what the kernel drops is counted', async () => {
      const { sent, end, ledger } = await overload(['--when-full', 'block', '--buffer-mb', '1'], 20);
      expect(end.code).toBe(0);
      expect(ledger.received).toBe(sent);
      expect(ledger.dropped.kernel).toBeGreaterThan(0);
      expect(ledger).toMatchObject({ dropped: { queue: 0, broker: 0 }, unread: 0 });
      expect(sumOf(ledger)).toBe(sent);
      expectDelivered(ledger);
    });

    test('a broker that does not come back: what it has not confirmed is told, within 8 s', async () => {
      const agent = await started(['--broker', redis.url]);
      await agent.said(/connected to the broker/);
      redis.pause();
      const sent = await replay(pair.left, small, { packetsPerSecond: 20_000, loops: 5 });
      const stoppedMs = performance.now();
      const end = await agent.stop();
      expect(performance.now() - stoppedMs).toBeLessThan(8000);
      redis.resume();
      expect(end.code).toBe(1);
      const { ledger } = summaryOf(end);
      expect(ledger).toMatchObject({ received: sent, published: 0, dropped: { broker: sent } });
    });
  });
});
