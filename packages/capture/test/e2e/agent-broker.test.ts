import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { addLedgers } from '@antinex/decoder';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Agent, complaintOf, type Ended, killAgents, summaryOf, whyNoAgents } from '../agent.ts';
import { useScratch } from '../scratch.ts';
import { inside, NamespacePair, whyNoNamespaces } from './namespace-pair.ts';
import { NamespaceRedis } from './namespace-redis.ts';

const whyNot = whyNoAgents() ?? whyNoNamespaces(['ping', 'curl', 'redis-server', 'redis-cli']);

const childOf = (pid: number) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));

const scratch = useScratch();

describe.skipIf(whyNot !== null)(`the broker of an agent (${whyNot ?? 'live'})`, () => {
  let pair: NamespacePair;
  let redis: NamespaceRedis | undefined;

  beforeAll(() => {
    pair = new NamespacePair();
  });
  afterEach(async () => {
    killAgents();
    await redis?.stop();
    redis = undefined;
  });
  afterAll(() => pair?.remove());

  const started = (args: readonly string[]) => {
    const { namespace, device } = pair.right;
    return new Agent('icmp', { namespace, args: ['--device', device, '--buffer-mb', '16', ...args] }).ready();
  };

  const ping = (count: number) =>
    inside(pair.left.namespace, 'ping', '-q', '-c', String(count), '-i', '0.01', pair.right.address);

  function expectClosed(end: Ended, published: number): void {
    const { ledger, unaccounted } = summaryOf(end);
    expect(unaccounted).toBe(0);
    expect(ledger).toMatchObject({ received: published, published, waiting: 0 });
  }

  test('stands still: a second SIGTERM ends the agent at once, with its child', async () => {
    redis = await NamespaceRedis.start(pair.right.namespace);
    const agent = await started(['--backend', 'cap', '--broker', redis.url]);
    await agent.said(/connected to the broker/);
    redis.pause();
    ping(2);
    const child = childOf(agent.pid);
    agent.kill('SIGTERM');
    await agent.said(/ending: /);
    const secondMs = performance.now();
    const end = await agent.stop();
    expect(performance.now() - secondMs).toBeLessThan(3000);
    expect(end.code).toBe(143);
    for (const deadline = Date.now() + 5000; existsSync(`/proc/${child}`); await sleep(20)) {
      expect(Date.now()).toBeLessThan(deadline);
    }
  });

  test('stands still: one SIGTERM ends the agent all the same, and what was not confirmed counts as dropped', async () => {
    redis = await NamespaceRedis.start(pair.right.namespace);
    const agent = await started(['--broker', redis.url, '--json']);
    await agent.said(/connected to the broker/);
    ping(1);
    let taken = 0;
    await expect.poll(() => (taken += redis!.take().length)).toBe(2);
    redis.pause();
    ping(5);
    const stoppedMs = performance.now();
    const end = await agent.stop();
    expect(performance.now() - stoppedMs).toBeLessThan(9000);
    expect(summaryOf(end)).toMatchObject({
      unaccounted: 0,
      ledger: { received: 12, published: 2, waiting: 0, dropped: { broker: 10 } },
    });
    expect(end.code).toBe(1);
  });

  test('is not there: packets wait, SIGTERM ends it, and they count as dropped', async () => {
    const args = ['--broker', 'redis://me:secret@127.0.0.1:1/15', '--json'];
    const agent = await started(args);
    await agent.said(/cannot reach the broker.*waiting for it/);
    ping(5);
    const stoppedMs = performance.now();
    const end = await agent.stop();
    expect(performance.now() - stoppedMs).toBeLessThan(12_000);
    expect(end.code).toBe(1);
    expect(complaintOf(end)).toMatch(
      /^capture-icmp: cannot reach the broker redis:\/\/me:\*\*\*@127.0.0.1:1\/15: .*ECONNREFUSED/,
    );
    expect(end.stderr).not.toContain('secret');
    expect(end.stderr.match(/waiting for it/g)).toHaveLength(1);
    expect(summaryOf(end).ledger).toMatchObject({ received: 10, published: 0, dropped: { broker: 10 } });
  });

  test('answers nothing at all: SIGTERM ends it all the same', async () => {
    const { namespace, device } = pair.right;
    const nobody = ['192.0.2.99', 'lladdr', '02:00:00:00:00:99', 'dev', device];
    inside(namespace, 'ip', 'neigh', 'replace', ...nobody, 'nud', 'permanent');
    const agent = await started(['--broker', 'redis://192.0.2.99', '--json']);
    const stoppedMs = performance.now();
    const end = await agent.stop();
    expect(performance.now() - stoppedMs).toBeLessThan(12_000);
    expect(end.code).toBe(1);
    expect(complaintOf(end)).toContain('it did not answer before the end');
  });

  test('comes later: it gets what was captured before', async () => {
    const agent = await started(['--broker', 'redis://127.0.0.1/15', '--json']);
    await agent.said(/waiting for it/);
    ping(5);
    redis = await NamespaceRedis.start(pair.right.namespace);
    await agent.said(/connected to the broker/);
    const end = await agent.stop();
    expect(end.code).toBe(0);
    expectClosed(end, 10);
    expect(redis.take()).toHaveLength(10);
  });

  test('is on the captured device: its own packets are left out', async () => {
    const { namespace } = pair.right;
    redis = await NamespaceRedis.start(namespace);
    const args = ['--device', 'lo', '--filter', 'tcp', '--broker', 'redis://localhost/15', '--json'];
    const agent = await new Agent('tcp', { namespace, args }).ready();
    await agent.said(/connected to the broker/);
    for (let i = 0; i < 3; i++) {
      expect(() => inside(namespace, 'curl', '-sS', `http://127.0.0.1:800${i}`)).toThrow();
    }
    const end = await agent.stop();
    expect(end.code).toBe(0);
    // A SYN and a RST each.
    expectClosed(end, 6);
    const ports = redis.take().map((line) => {
      const { sport, dport } = JSON.parse(line).data.tcp;
      return [sport, dport].filter((port) => port >= 8000 && port < 8003).length;
    });
    expect(ports).toEqual(Array(6).fill(1));
  });

  test('gets a ledger of each worker, and together they are that of the summary', async () => {
    redis = await NamespaceRedis.start(pair.right.namespace);
    const agent = await started(['--broker', redis.url, '--workers', '2', '--json']);
    await agent.said(/worker 1: connected to the broker/);
    await agent.said(/worker 2: connected to the broker/);
    ping(5);
    const end = await agent.stop();
    expect(end.code).toBe(0);
    expectClosed(end, 10);
    const { packets, ledgers } = redis.takeAll();
    expect(packets).toHaveLength(10);
    expect(addLedgers(ledgers)).toEqual(summaryOf(end).ledger);
    expect(new Set(ledgers.map(({ session }) => session)).size).toBe(2);
    for (const { ended, source, session, published } of ledgers) {
      expect(ended).toBe(true);
      expect(packets.filter((line) => line.includes(`"${source}-${session}-`))).toHaveLength(published);
    }
  });

  test('is away and there is a spool: the next run delivers it', async () => {
    const args = ['--broker', 'redis://127.0.0.1/15', '--when-full', 'spool', '--json'];
    const spool = ['--spool-dir', scratch('spool')];
    const first = await started([...args, ...spool]);
    await first.said(/messages go to the spool/);
    ping(5);
    const spooled = await first.stop();
    expect(spooled.code).toBe(0);
    expectClosed(spooled, 10);
    // Its ledger is one of them.
    expect(spooled.stderr).toContain('11 messages stay in the spool');

    redis = await NamespaceRedis.start(pair.right.namespace);
    const second = await started([...args, ...spool]);
    await second.said(/the spool is empty: the broker has its 11 messages/);
    expect((await second.stop()).code).toBe(0);
    const { packets, ledgers } = redis.takeAll();
    expect(packets).toHaveLength(10);
    expect(ledgers).toMatchObject([
      { ...summaryOf(spooled).ledger, ended: true },
      { received: 0, ended: true },
    ]);
  });
});
