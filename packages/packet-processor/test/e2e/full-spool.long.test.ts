import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer, redisMissing } from '../../../broker/test/servers/redis-server.ts';
import { Agent, killAgents, summaryOf, sumOf, whyNoAgents } from '../../../capture/test/agent.ts';
import { NamespacePair, whyNoNamespaces } from '../../../capture/test/e2e/namespace-pair.ts';
import { replay, writeTraffic } from '../../../capture/test/e2e/traffic.ts';
import { useScratch } from '../../../capture/test/scratch.ts';
import { csvFiles, idsOf, newFolder } from '../datasets.ts';
import { IdOrder } from '../id-order.ts';
import { allRows } from '../loss-suite.ts';
import { startProcessor } from '../processor-child.ts';
import { NamespaceDoor } from './namespace-door.ts';

const missing = process.env.LONG
  ? (whyNoAgents() ?? whyNoNamespaces(['tcpreplay']) ?? redisMissing())
  : 'LONG=1 runs it';
const PACKETS = 60_000;
const PORT = 6379;

const scratch = useScratch();

describe.skipIf(missing)(`a live capture with a full spool (${missing ?? 'live'})`, () => {
  let pair: NamespacePair;
  let server: RedisServer;
  const traffic = scratch('traffic.pcap');

  beforeAll(async () => {
    writeTraffic(traffic);
    pair = new NamespacePair();
    server = await RedisServer.start();
  });
  afterEach(killAgents);
  afterAll(async () => {
    await server?.stop();
    pair?.remove();
  });

  it('waits: the ring of the kernel fills, what that drops is counted, and all the rest gets its row', async () => {
    const { namespace, device } = pair.right;
    const url = `redis://127.0.0.1:${PORT}/15`;
    const small = ['--spool-size', '1048576', '--queue-packets', '256', '--buffer-mb', '1'];
    const spool = ['--when-full', 'spool', '--spool-dir', scratch('spool'), ...small];
    const args = ['--device', device, '--broker', url, '--json', ...spool];
    const agent = await new Agent('tcp', { namespace, args }).ready();
    const pace = { packetsPerSecond: 20_000, loops: PACKETS / 1000 };
    const sent = await replay(pair.left, traffic, pace);
    await agent.said(/the spool is full, 1.0 MB/);

    const door = await NamespaceDoor.open(namespace, '127.0.0.1', PORT, server.port);
    const folder = newFolder();
    await startProcessor({ url: server.url('/15'), wire: 'batch' }, ['--dataset-dir', folder]);
    await agent.said(/the spool is empty/);
    // Now there is room again.
    const sentLater = await replay(pair.left, traffic, { ...pace, loops: 5 });
    const end = await agent.stop();
    await door.close();
    const { ledger, unaccounted } = summaryOf(end);
    expect({ code: end.code, unaccounted }).toEqual({ code: 0, unaccounted: 0 });
    expect(ledger).toMatchObject({ received: sent + sentLater, dropped: { queue: 0, broker: 0 } });
    expect(sumOf(ledger)).toBe(ledger.received);
    expect(ledger.dropped.kernel).toBeGreaterThan(sent / 2);
    expect(ledger.published).toBeGreaterThan(sentLater);
    await allRows(folder, ledger.published);
    expect(new IdOrder().take(idsOf(csvFiles(folder))).counts).toEqual([ledger.published]);
  });
});
