import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Agent, killAgents, summaryOf, sumOf, whyNoAgents } from '../../../capture/test/agent.ts';
import { NamespacePair, whyNoNamespaces } from '../../../capture/test/e2e/namespace-pair.ts';
import { NamespaceRedis } from '../../../capture/test/e2e/namespace-redis.ts';
import { replay, writeTraffic } from '../../../capture/test/e2e/traffic.ts';
import { useScratch } from '../../../capture/test/scratch.ts';
import { durableRows, newFolder } from '../datasets.ts';
import { startProcessor } from '../processor-child.ts';
import { MemoryRecord } from './memory-record.ts';
import { RowSweeper } from './row-sweeper.ts';

const missing = whyNoAgents() ?? whyNoNamespaces(['tcpreplay', 'redis-server', 'redis-cli']);
const isLong = process.env.LONG === '1';
/** SOAK_SECONDS and SOAK_PPS tell otherwise; SOAK_REPORT is a file for the figures. */
const SECONDS = Number(process.env.SOAK_SECONDS ?? (isLong ? 1200 : 4));
const PACE = Number(process.env.SOAK_PPS ?? (isLong ? 10_000 : 5000));
const ROWS_OF_A_FILE = 2 * PACE;
/** Until the last packets have their rows. */
const REST_MS = 60_000;
const SWEEP_MS = 1000;
const MOST_MB = 400;
/** What counts as flat; before so many seconds nothing is: memory still settles. */
const FLAT_MB_PER_MINUTE = 1;
const SETTLED_SECONDS = 300;

const scratch = useScratch();

describe.skipIf(missing)(missing ?? `a soak of ${SECONDS} s`, () => {
  let pair: NamespacePair;
  let redis: NamespaceRedis;
  const traffic = scratch('traffic.pcap');

  beforeAll(async () => {
    writeTraffic(traffic);
    pair = new NamespacePair();
    redis = await NamespaceRedis.start(pair.right.namespace);
  });
  afterEach(killAgents);
  afterAll(async () => {
    await redis?.stop();
    pair?.remove();
  });

  it(
    `at ${PACE} packets/s: a row for each packet, in memory and disk that do not grow`,
    async () => {
      const { namespace, device } = pair.right;
      const folder = newFolder();
      const rotation = ['--dataset-dir', folder, '--rotate-rows', String(ROWS_OF_A_FILE)];
      const processor = await startProcessor({ url: redis.url }, rotation, { namespace });
      const args = ['--device', device, '--broker', redis.url, '--json'];
      const agent = await new Agent('tcp', { namespace, args }).ready();
      await agent.said(/connected to the broker/);
      const memory = new MemoryRecord({ agent: agent.pid, processor: processor.child.pid! });
      const sweeper = new RowSweeper(folder);
      const sweeping = setInterval(() => sweeper.sweep(), SWEEP_MS);

      const sent = await replay(pair.left, traffic, {
        packetsPerSecond: PACE,
        loops: Math.ceil((PACE * SECONDS) / 1000),
      });
      const report = memory.end();
      const end = await agent.stop();
      const { ledger } = summaryOf(end);
      for (const deadline = Date.now() + REST_MS; Date.now() < deadline; await sleep(100)) {
        if (sweeper.rows + durableRows(folder) >= ledger.published) break;
      }
      clearInterval(sweeping);
      expect((await processor.stop()).code).toBe(0);
      sweeper.sweep(true);

      const { rows, peakBytes } = sweeper;
      const figures = { seconds: SECONDS, packetsPerSecond: PACE, sent, ledger, rows, peakBytes, ...report };
      if (process.env.SOAK_REPORT) writeFileSync(process.env.SOAK_REPORT, JSON.stringify(figures, null, 2));
      console.log(JSON.stringify(figures));
      for (const [name, { peakMb, mbPerMinute }] of Object.entries(report)) {
        console.log(`${name}: at most ${peakMb} MB, ${mbPerMinute} MB/min`);
        expect(peakMb).toBeLessThan(MOST_MB);
        // Memory that falls again after a busy time is no leak.
        if (SECONDS >= SETTLED_SECONDS) expect(mbPerMinute).toBeLessThan(FLAT_MB_PER_MINUTE);
      }
      expect(end.code).toBe(0);
      expect(ledger.received).toBe(sent);
      expect(sumOf(ledger)).toBe(sent);
      expect(sweeper.order.counts).toEqual([ledger.published]);
      expect(ledger.published).toBeGreaterThan(sent * 0.99);
    },
    SECONDS * 1000 + 120_000,
  );
});
