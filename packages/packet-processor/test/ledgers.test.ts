import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '@antinex/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RabbitmqServer, rabbitmqMissing } from '../../broker/test/servers/rabbitmq-server.ts';
import { RedisServer, redisMissing } from '../../broker/test/servers/redis-server.ts';
import {
  killAgents,
  type Ledger,
  runAgent,
  summaryOf,
  sumOf,
  whyNoAgents,
} from '../../capture/test/agent.ts';
import { useScratch } from '../../capture/test/scratch.ts';
import { openOutputs } from '../src/plan.ts';
import { PROCESSOR_SETTINGS } from '../src/settings.ts';
import { csvFiles, manifestOf, newFolder, rowsOf } from './datasets.ts';
import { ledgerRecord, packets, publish, publishRaw, type Target } from './feed.ts';
import { startProcessor } from './processor-child.ts';

const MIXED = join(import.meta.dirname, '../../../examples/captures/mixed.pcap');

/** The counts of the sessions in a manifest, by the source of their agents. */
function agentsIn(csv: string): Record<string, Ledger & { agent: string; ended: boolean; number: number }> {
  const agents: Record<string, { source: string }> = manifestOf(csv).ledger.agents;
  return Object.fromEntries(
    Object.entries(agents).map(([name, session]) => {
      expect(name.startsWith(`${session.source}-`)).toBe(true);
      return [session.source, session];
    }),
  ) as never;
}

describe('the sinks of a processor', () => {
  const open = (flags: Record<string, unknown>) => {
    const config = loadConfig(PROCESSOR_SETTINGS, { flags: { queue: 'Q', ...flags } });
    return openOutputs(config, () => {}).then(({ sinks }) => sinks);
  };
  const latest = (csv: string) => manifestOf(csv).ledger.agents['host-a-s1']?.number;

  it('hold ledgers until a commit, through a rollback, and take no older ones', async () => {
    const outputCsv = join(newFolder(), 'x.csv');
    const sinks = await open({ outputCsv });
    await sinks.takeLedgers([ledgerRecord(2, 20)]);
    expect(sinks).toMatchObject({ hasNews: true, pendingRows: 0 });
    expect(latest(outputCsv)).toBeUndefined();
    await sinks.rollback();
    await sinks.takeLedgers([ledgerRecord(2, 20)]);
    await sinks.commit();
    expect([sinks.hasNews, latest(outputCsv)]).toEqual([false, 2]);
    await sinks.takeLedgers([ledgerRecord(1, 10), ledgerRecord(2, 20)]);
    expect(sinks.hasNews).toBe(false);
    await sinks.close(true);
    const again = await open({ outputCsv });
    expect(again.main.agents).toMatchObject({ sessions: 1, open: 1, published: 20 });
    await again.takeLedgers([ledgerRecord(1, 10), ledgerRecord(3, 30, true)]);
    await again.commit();
    await again.close(true);
    expect(latest(outputCsv)).toBe(3);
  });

  it('go on with them in the next files, also after a restart', async () => {
    const folder = newFolder();
    const flags = { outputCsv: join(folder, 'x.csv'), rotateRows: 10 };
    const sinks = await open(flags);
    for (const [number, from] of [1, 11, 21].entries()) {
      await sinks.takeLedgers([ledgerRecord(number + 1, from)]);
      await sinks.main.append(packets(from, from + 9), false);
      await sinks.commit();
    }
    await sinks.takeLedgers([ledgerRecord(4, 30, true)]);
    await sinks.commit();
    await sinks.close(true);
    // The one before knew of the next record as it was left.
    expect(csvFiles(folder).map(latest)).toEqual([2, 3, 4]);
    const again = await open(flags);
    await again.close(false);
    expect(csvFiles(folder).map(latest)).toEqual([2, 3, 4, 4]);
  });

  it('find nothing in a manifest that holds something else', async () => {
    const outputCsv = join(newFolder(), 'x.csv');
    const sinks = await open({ outputCsv });
    await sinks.takeLedgers([{ ...ledgerRecord(1, 10), received: -1 }]);
    await sinks.commit();
    await sinks.close(true);
    const again = await open({ outputCsv });
    expect(again.main.agents).toMatchObject({ sessions: 0, received: 0 });
    await again.close(true);
    expect(manifestOf(outputCsv).ledger.agents).toEqual({});
  });
});

const scratch = useScratch();
const noAgents = whyNoAgents() ?? undefined;

describe.each([
  ['Redis', noAgents ?? redisMissing(), () => RedisServer.start()],
  [
    'RabbitMQ',
    // Nothing in it is for one broker only, and a RabbitMQ takes six seconds to start.
    noAgents ?? rabbitmqMissing() ?? (process.env.LONG === '1' ? undefined : 'long form only (LONG=1)'),
    () => RabbitmqServer.start(),
  ],
] as const)('agents and a processor on %s', (broker, missing, start) => {
  describe.skipIf(missing)(missing ?? 'real', () => {
    let server: RedisServer | RabbitmqServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(async () => {
      killAgents();
      await server?.stop();
    });

    const newTarget = (): Target => {
      const url = server instanceof RedisServer ? server.url('/15?claim_idle=1') : server.amqp();
      return { url, queue: randomUUID(), wire: 'batch' };
    };

    /** Reads the capture to its end, as a host of its own; answers what it says of itself. */
    async function capture(target: Target, source: string, ...more: readonly string[]): Promise<Ledger> {
      const to = ['--broker', target.url, '--queue', target.queue!, '--source', source, '--json'];
      const end = await runAgent('tcp', ['--read', MIXED, '--filter', 'len >= 0', ...to, ...more]);
      expect(end.code).toBe(0);
      expect(end.stderr).not.toContain('"level":"warn"');
      const { ledger } = summaryOf(end);
      expect(sumOf(ledger)).toBe(ledger.received);
      return ledger;
    }

    it('write in the manifest what the agents say at their end, through kill -9', async () => {
      const target = newTarget();
      const csv = join(newFolder(), 'x.csv');
      const rare = ['--save-after-num', '0', '--save-after-time', '1h'];
      const first = await startProcessor(target, ['--output-csv', csv, ...rare]);
      const one = await capture(target, 'web-1');
      const held = await first.until(({ agents }) => agents.sessions === 1);
      expect(held).toMatchObject({ consumed: one.published, rows: 0, agents: { records: 1, open: 0 } });
      expect(manifestOf(csv).ledger.agents).toEqual({});
      await first.kill9();

      // Nothing was acked, so all of it comes again.
      const second = await startProcessor(target, ['--output-csv', csv]);
      await second.until(({ rows }) => rows === one.published);
      await expect.poll(() => agentsIn(csv), { timeout: 20_000 }).toMatchObject({ 'web-1': one });
      await second.kill9();

      const spool = ['--when-full', 'spool', '--spool-dir', scratch(randomUUID())];
      const [two, three, none] = await Promise.all([
        capture(target, 'web-2', '--sample', '1/3', '--count', '500'),
        capture(target, 'web-3', ...spool),
        capture(target, 'web-4', '--filter', 'port 1'),
      ]);
      expect(none).toMatchObject({ published: 0, filtered: none.received });
      const third = await startProcessor(target, ['--output-csv', csv, '--json']);
      const published = two.published + three.published;
      await third.until(({ rows, agents }) => rows === published && agents.sessions === 4);
      const metrics = (await third.get('/metrics'))!.body;
      const { code, stdout } = await third.stop();
      expect(code).toBe(0);
      const all = [one, two, three, none];
      const agents = agentsIn(csv);
      expect(Object.keys(agents).sort()).toEqual(['web-1', 'web-2', 'web-3', 'web-4']);
      for (const [i, ledger] of all.entries()) {
        const told = agents[`web-${i + 1}`];
        expect(told).toMatchObject({ ...ledger, agent: 'capture-tcp', number: 1, ended: true });
        expect(sumOf(told)).toBe(told.received);
      }
      const received = all.reduce((sum, ledger) => sum + ledger.received, 0);
      expect(manifestOf(csv).rows).toBe(one.published + published);
      const summary = JSON.parse(stdout);
      // What the one before had acked just before it was killed may come again: the broker had not heard of it.
      expect(summary.consumed).toBe(published + summary.duplicates);
      expect(summary).toMatchObject({
        deadLettered: {},
        agents: { records: 3, sessions: 4, open: 0, received, published: one.published + published },
      });
      expect(metrics).toContain('processor_agent_sessions{state="ended"} 4');
      expect(metrics).toContain(`processor_agent_received_packets ${received}`);
      expect(metrics).toContain('processor_agent_dropped_packets{where="queue"} 0');
    });

    it.runIf(broker === 'Redis')('write them beside legacy rows, and leave out what is none', async () => {
      const target = newTarget();
      const csv = join(newFolder(), 'x.csv');
      const legacy = await startProcessor(target, ['--output-csv', csv, '--schema', 'legacy']);
      const made = await capture(target, 'web-1');
      const summary = await legacy.until(({ agents }) => agents.records === 1);
      expect(summary.consumed).toBe(made.published);
      const { stderr } = await legacy.stop();
      expect(stderr).toContain('agents: 1 session, ');
      expect(agentsIn(csv)).toMatchObject({ 'web-1': made });
      expect(existsSync(csv.replace('.csv', '.legacy.csv'))).toBe(false);

      const other = join(newFolder(), 'y.csv');
      const both = await startProcessor(target, ['--output-csv', other]);
      const hostile = JSON.stringify({ ...ledgerRecord(1, 5), dropped: { kernel: -5 } });
      await publishRaw(target, [hostile, JSON.stringify(ledgerRecord(2, 5))]);
      await publish(target, [ledgerRecord(1, 3), ...packets(1, 5), ledgerRecord(3, 5, true)]);
      const asLegacy = await capture(target, 'web-1', '--schema', 'legacy');
      const { deadLettered } = await both.until(({ rows }) => rows === 5 + asLegacy.published);
      expect(deadLettered).toEqual({ 'not a message': 1 });
      await both.stop();
      expect(agentsIn(other)).toMatchObject({ 'web-1': asLegacy, 'host-a': { number: 3, published: 5 } });
      expect(rowsOf(other)).toHaveLength(5);
      expect(manifestOf(other.replace('.csv', '.legacy.csv')).ledger.agents).toEqual({});
    });
  });
});
