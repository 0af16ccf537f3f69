import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RabbitmqServer, rabbitmqMissing } from '../../../broker/test/servers/rabbitmq-server.ts';
import { RedisServer, redisMissing } from '../../../broker/test/servers/redis-server.ts';
import { Agent, killAgents, summaryOf, whyNoAgents } from '../../../capture/test/agent.ts';
import { inside, NamespacePair, whyNoNamespaces } from '../../../capture/test/e2e/namespace-pair.ts';
import { replay, writeTraffic } from '../../../capture/test/e2e/traffic.ts';
import { useScratch } from '../../../capture/test/scratch.ts';
import { csvFiles, idsOf, newFolder } from '../datasets.ts';
import { IdOrder } from '../id-order.ts';
import { allRows, PLACES } from '../loss-suite.ts';
import { startProcessor } from '../processor-child.ts';
import { NamespaceDoor } from './namespace-door.ts';

const isLong = process.env.LONG === '1';
const missing = whyNoAgents() ?? whyNoNamespaces(['tcpreplay', 'nft']);
const PORT = 7000;
const PACE = isLong ? 5000 : 1000;
/** How long each cut lasts and what is before it, and how often all of them come. */
const [CUT_MS, GOOD_MS, ROUNDS] = isLong ? [3000, 3000, 2] : [800, 500, 1];
/** One that drivers give a connection up for. */
const LONG_CUT_MS = 20_000;
const LIMIT_MS = isLong ? 300_000 : 120_000;

const scratch = useScratch();

describe.skipIf(missing)(missing ?? 'the network between agents and their broker', () => {
  let pair: NamespacePair;
  let door: NamespaceDoor | undefined;
  const traffic = scratch('traffic.pcap');

  beforeAll(() => {
    writeTraffic(traffic);
    // Agents are at the left, their broker at the right. What they capture comes by a cable of its own.
    pair = new NamespacePair();
    const { namespace } = pair.left;
    inside(namespace, ...'ip link add sender type veth peer name tapped'.split(' '));
    for (const device of ['sender', 'tapped']) inside(namespace, 'ip', 'link', 'set', device, 'up');
  });
  afterEach(async () => {
    killAgents();
    await door?.close();
    door = undefined;
  });
  afterAll(() => pair?.remove());

  /** Each answers how it ends. */
  const CUTS = {
    'the cable is out': () => {
      const { namespace, device } = pair.right;
      inside(namespace, 'ip', 'link', 'set', device, 'down');
      return () => inside(namespace, 'ip', 'link', 'set', device, 'up');
    },
    'every packet is lost': () => filter('drop'),
    'every third packet is lost': () => filter('numgen random mod 3 < 1 drop'),
    'connections are reset': () => filter('meta l4proto tcp reject with tcp reset'),
  };

  /** Does something to what comes to the broker's host. */
  function filter(rule: string) {
    const nft = (words: string) => inside(pair.right.namespace, 'nft', words);
    nft(`table ip cut { chain arriving { type filter hook input priority 0; ${rule}; }; }`);
    return () => nft('delete table ip cut');
  }

  async function cutAgainAndAgain(): Promise<void> {
    const cuts = Array(ROUNDS).fill(Object.values(CUTS)).flat();
    for (const cut of cuts) {
      await sleep(GOOD_MS);
      const mend = cut();
      await sleep(CUT_MS);
      mend();
    }
    if (!isLong) return;
    const mend = CUTS['every packet is lost']();
    await sleep(LONG_CUT_MS);
    mend();
  }

  const POLICIES = {
    block: () => [],
    spool: () => ['--when-full', 'spool', '--spool-dir', scratch(randomUUID())],
  };

  /** Captures and writes while the network fails in every way. */
  async function expectAllRows(port: number, urlOf: (host: string) => string): Promise<void> {
    const { namespace } = pair.left;
    door = await NamespaceDoor.open(pair.right.namespace, pair.right.address, PORT, port);
    const chains = await Promise.all(
      Object.entries(POLICIES).map(async ([policy, more]) => {
        const [folder, queue] = [newFolder(), `cut-${policy}`];
        const target = { url: urlOf(`127.0.0.1:${port}`), queue, wire: 'batch' } as const;
        await startProcessor(target, PLACES['a new file each time'](folder));
        const url = ['--broker', urlOf(`${pair.right.address}:${PORT}`), '--queue', queue];
        const args = ['--device', 'tapped', '--buffer-mb', '64', '--json', ...url, ...more()];
        return { folder, agent: await new Agent('tcp', { namespace, args }).ready() };
      }),
    );
    const seconds = (ROUNDS * Object.keys(CUTS).length * (GOOD_MS + CUT_MS)) / 1000;
    const pace = { packetsPerSecond: PACE, loops: Math.ceil((PACE * seconds) / 1000) };
    const [sent] = await Promise.all([
      replay({ ...pair.left, device: 'sender' }, traffic, pace),
      cutAgainAndAgain(),
    ]);
    const [, spooling] = await Promise.all(
      chains.map(async ({ agent, folder }) => {
        await allRows(folder, sent);
        const end = await agent.stop();
        expect(summaryOf(end)).toMatchObject({
          ledger: { received: sent, published: sent, dropped: { kernel: 0, queue: 0, broker: 0 } },
          unaccounted: 0,
        });
        expect(end).toMatchObject({ code: 0, stderr: expect.not.stringContaining('stay in the spool') });
        expect(new IdOrder().take(idsOf(csvFiles(folder))).counts).toEqual([sent]);
        return end;
      }),
    );
    expect(spooling.stderr).toContain('messages go to the spool');
  }

  it.skipIf(redisMissing())(
    'fails, and Redis gets everything',
    async () => {
      const server = await RedisServer.start();
      await expectAllRows(server.port, (host) => `redis://${host}/15`).finally(() => server.stop());
    },
    LIMIT_MS,
  );

  const withoutRabbitmq = isLong ? rabbitmqMissing() : 'LONG=1 runs it';
  it.skipIf(withoutRabbitmq)(
    `fails, and RabbitMQ gets everything${withoutRabbitmq ? ` (${withoutRabbitmq})` : ''}`,
    async () => {
      const server = await RabbitmqServer.start();
      await expectAllRows(server.port, (host) => `amqp://${host}`).finally(() => server.stop());
    },
    LIMIT_MS,
  );
});
