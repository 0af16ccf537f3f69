import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisServer, redisMissing } from '../../broker/test/servers/redis-server.ts';
import { Agent, type Ended, killAgents, summaryOf, sumOf, whyNoAgents } from '../../capture/test/agent.ts';
import { useScratch } from '../../capture/test/scratch.ts';
import { CapturePipe } from './capture-pipe.ts';
import { csvFiles, idsOf, manifestOf, newFolder } from './datasets.ts';
import { IdOrder } from './id-order.ts';
import { allRows, PLACES } from './loss-suite.ts';
import { startProcessor } from './processor-child.ts';

const missing = whyNoAgents() ?? redisMissing();
const isLong = process.env.LONG === '1';
const PACKETS = isLong ? 60_000 : 6000;
const KILLS = isLong ? 10 : 1;

const scratch = useScratch();

async function kill9(agent: Agent): Promise<Ended> {
  agent.kill('SIGKILL');
  return agent.ended;
}

/** What its summaries told. */
const publishedBy = ({ stderr }: Ended): number[] =>
  [...stderr.matchAll(/([\d,]+) published/g)].map(([, digits]) => Number(digits.replaceAll(',', '')));

const published = (packets: number) => new RegExp(`\\b${packets.toLocaleString('en-US')} published`);

describe.skipIf(missing)(missing ?? 'an agent with a spool whose broker is away', () => {
  let server: RedisServer;
  let folder: string;
  let args: readonly string[];
  let captures = 0;

  beforeEach(async () => {
    server = await RedisServer.start({ configuration: ['appendonly yes'] });
    folder = newFolder();
    const spool = ['--when-full', 'spool', '--spool-dir', scratch(randomUUID())];
    args = ['--read', '-', '--broker', server.url('/15'), '--json', ...spool];
    await startProcessor({ url: server.url('/15'), wire: 'batch' }, PLACES['a new file each time'](folder));
    await server.kill();
  });
  afterEach(async () => {
    killAgents();
    await server.stop();
  });

  /** An agent, and the capture it reads; each capture is a session of its own. */
  async function start(...more: readonly string[]) {
    const pipe = new CapturePipe(scratch(randomUUID()), ++captures);
    const agent = await new Agent('tcp', { before: pipe.before, args: [...args, ...more] }).ready();
    return { agent, pipe };
  }

  /** Each run delivers for some seconds after its capture has ended. */
  async function emptySpool(): Promise<void> {
    for (let left = true; left; ) {
      const { agent, pipe } = await start();
      pipe.end();
      const { code, stderr } = await agent.ended;
      expect(code).toBe(0);
      left = stderr.includes('stay in the spool');
    }
  }

  async function rows(count: number): Promise<number[]> {
    await allRows(folder, count, async () =>
      Number(await server.cli('-n', '15', 'XLEN', 'NEW_PACKETS.batch')),
    );
    return new IdOrder().take(idsOf(csvFiles(folder))).counts;
  }

  /** What agents told the dataset of their sessions. */
  const ledgers = () => csvFiles(folder).flatMap((csv) => Object.values(manifestOf(csv).ledger.agents));

  it('ends: the next one delivers what is in the spool before its own packets', async () => {
    const first = await start();
    await first.pipe.write(PACKETS);
    await first.agent.tells(published(PACKETS));
    const end = await first.agent.stop();
    expect(end.code).toBe(0);
    expect(end.stderr).toContain('messages stay in the spool');
    expect(summaryOf(end)).toMatchObject({
      ledger: { received: PACKETS, published: PACKETS },
      unaccounted: 0,
    });

    const second = await start();
    await second.pipe.write(1000);
    await second.agent.tells(published(1000));
    await server.start();
    await second.agent.said(/the spool is empty/);
    await second.pipe.write(1000);
    second.pipe.end();
    expect((await second.agent.ended).code).toBe(0);
    expect(await rows(PACKETS + 2000)).toEqual([PACKETS, 2000]);
    expect(ledgers()).toMatchObject([
      { received: PACKETS, published: PACKETS, ended: true },
      { received: 2000, published: 2000, ended: true },
    ]);
  });

  it(`is killed while it spools, and its followers ${KILLS} times while they deliver`, async () => {
    const first = await start();
    await first.pipe.write(PACKETS);
    await first.agent.tells(published(PACKETS));
    const writing = first.pipe.write(PACKETS);
    await sleep(Math.random() * 300);
    first.agent.kill('SIGUSR1');
    await sleep(Math.random() * 30);
    const told = Math.max(...publishedBy(await kill9(first.agent)));
    await writing;

    await server.start();
    for (let kill = 0; kill < KILLS; kill++) {
      const { agent } = await start();
      await agent.said(/connected to the broker/);
      await sleep(Math.random() * 60);
      await kill9(agent);
    }
    await emptySpool();
    const [count] = await rows(told);
    expect(count).toBeGreaterThanOrEqual(told);
  });

  describe('and the spool is small', () => {
    const full = async () => {
      const { agent, pipe } = await start('--spool-size', '1048576', '--queue-packets', '256');
      const writing = pipe.write(PACKETS);
      await agent.said(/the spool is full, 1.0 MB/);
      return { agent, pipe, writing };
    };

    it('waits, and loses nothing when the broker comes back', async () => {
      const { agent, pipe, writing } = await full();
      await server.start();
      await agent.said(/the spool is empty/);
      await writing;
      pipe.end();
      const end = await agent.ended;
      expect(end.code).toBe(0);
      expect(summaryOf(end)).toMatchObject({
        ledger: { received: PACKETS, published: PACKETS },
        unaccounted: 0,
      });
      expect(await rows(PACKETS)).toEqual([PACKETS]);
    });

    const ended = 'tells what it could not keep when it is ended, and the next one delivers the rest';
    it.runIf(process.env.LONG === '1')(`${ended} (long form: LONG=1)`, async () => {
      const { agent } = await full();
      const end = await agent.stop();
      const { ledger, unaccounted } = summaryOf(end);
      expect({ code: end.code, unaccounted }).toEqual({ code: 1, unaccounted: 0 });
      expect(ledger.dropped.broker).toBeGreaterThan(0);
      expect(sumOf(ledger)).toBe(ledger.received);
      expect(end.stderr).toContain('messages stay in the spool');
      await server.start();
      await emptySpool();
      expect(await rows(ledger.published)).toEqual([ledger.published]);
    });
  });
});
