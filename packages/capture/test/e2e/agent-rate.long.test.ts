import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Agent, killAgents, summaryOf, sumOf, whyNoAgents } from '../agent.ts';
import { useScratch } from '../scratch.ts';
import { NamespacePair, whyNoNamespaces } from './namespace-pair.ts';
import { NamespaceRedis } from './namespace-redis.ts';
import { replay, writeTraffic } from './traffic.ts';

const whyNot = process.env.LONG
  ? (whyNoAgents() ?? whyNoNamespaces(['tcpreplay', 'redis-server', 'redis-cli']))
  : 'half a minute and two whole cores: LONG=1 runs it';

const PACKETS = 500_000;

const scratch = useScratch();

describe.skipIf(whyNot !== null)(`rates with ${PACKETS} packets (${whyNot ?? 'live'})`, () => {
  let pair: NamespacePair;
  const traffic = scratch('traffic.pcap');

  beforeAll(() => {
    pair = new NamespacePair();
    writeTraffic(traffic);
  });
  afterEach(killAgents);
  afterAll(() => pair?.remove());

  /** Captures what is sent at that rate, and tells how much of it came through. */
  async function delivered(packetsPerSecond: number, args: readonly string[]) {
    const { namespace, device } = pair.right;
    const all = ['--device', device, '--broker', 'memory:', '--json', ...args];
    const agent = await new Agent('tcp', { namespace, args: all }).ready();
    const startedMs = performance.now();
    const sent = await replay(pair.left, traffic, { packetsPerSecond, loops: PACKETS / 1000 });
    const rate = Math.round(sent / (performance.now() - startedMs));
    const end = await agent.stop();
    const { ledger } = summaryOf(end);
    const percent = (100 * ledger.published) / sent;
    console.log(`${args.join(' ')}: ${percent.toFixed(2)} % of ${sent} at ${rate},000 packets/s`);
    expect([end.code, sent, sumOf(ledger)]).toEqual([0, PACKETS, ledger.received]);
    return { sent, ledger, percent };
  }

  const LIBPCAP = ['--backend', 'libpcap'];
  const TWO = [...LIBPCAP, '--workers', '2'];

  test('libpcap: all of 100,000 packets a second', async () => {
    expect((await delivered(100_000, LIBPCAP)).percent).toBe(100);
  });

  test.each([
    [200_000, LIBPCAP],
    [200_000, TWO],
    [400_000, LIBPCAP],
  ])('at %d packets a second %j counts every packet', async (packetsPerSecond, args) => {
    const { sent, ledger } = await delivered(packetsPerSecond, args);
    expect(ledger.received).toBe(sent);
  });

  test('cap: all of 50,000 packets a second', async () => {
    expect((await delivered(50_000, ['--backend', 'cap'])).percent).toBe(100);
  });

  test.each(['drop-newest', 'block'])(
    'a slow broker, --when-full %s: every packet is counted',
    async (policy) => {
      const { namespace, device } = pair.right;
      const redis = await NamespaceRedis.start(namespace);
      try {
        const queue = ['--queue-packets', '256', '--when-full', policy, '--buffer-mb', '4'];
        const args = ['--device', device, '--broker', redis.url, '--payload-bytes', '0', '--json', ...queue];
        const agent = await new Agent('tcp', { namespace, args }).ready();
        await agent.said(/connected to the broker/);
        // It stands still half of the time.
        let running = true;
        const toggle = setInterval(() => {
          running = !running;
          if (running) redis.resume();
          else redis.pause();
        }, 100);
        const sent = await replay(pair.left, traffic, { packetsPerSecond: 100_000, loops: PACKETS / 1000 });
        clearInterval(toggle);
        redis.resume();
        const end = await agent.stop();
        const { ledger } = summaryOf(end);
        expect(end.code).toBe(0);
        expect(ledger.received).toBe(sent);
        expect(sumOf(ledger)).toBe(sent);
        expect(ledger.published).toBeLessThan(sent);
        expect(redis.take()).toHaveLength(ledger.published);
      } finally {
        await redis.stop();
      }
    },
  );
});
