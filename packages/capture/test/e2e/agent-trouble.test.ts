import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Agent, complaintOf, type Ended, killAgents, summaryOf, whyNoAgents } from '../agent.ts';
import { useScratch } from '../scratch.ts';
import { inside, NamespacePair, whyNoNamespaces } from './namespace-pair.ts';
import { replay, writeTraffic } from './traffic.ts';

const whyNot = whyNoAgents() ?? whyNoNamespaces(['ping', 'tcpreplay', 'tcpdump', 'mount']);

const TO_MEMORY = ['--broker', 'memory:', '--json'];
const BOTH = [['libpcap'], ['cap']] as const;

/** Packets of a capture, in the eyes of tcpdump, which complains when a file is damaged. */
const packetsIn = (path: string): number =>
  execFileSync('tcpdump', ['-nn', '-r', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    .split('\n')
    .filter(Boolean).length;

const childOf = (pid: number) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));

const scratch = useScratch();

describe.skipIf(whyNot !== null)(`agents in trouble (${whyNot ?? 'live'})`, () => {
  let pair: NamespacePair;
  const own: NamespacePair[] = [];
  const traffic = scratch('traffic.pcap');

  beforeAll(() => {
    pair = new NamespacePair();
    writeTraffic(traffic, { bytes: 1000 });
  });
  afterEach(() => {
    killAgents();
    for (const one of own.splice(0)) one.remove();
  });
  afterAll(() => {
    pair?.remove();
  });

  /** A pair of namespaces whose devices may come to harm. */
  function ownPair(): NamespacePair {
    const made = new NamespacePair();
    own.push(made);
    return made;
  }

  const started = (name: 'tcp' | 'icmp', where: NamespacePair, args: readonly string[]) => {
    const { namespace, device } = where.right;
    const all = ['--device', device, '--buffer-mb', '16', ...args];
    return new Agent(name, { namespace, args: all }).ready();
  };

  /** The kernel tells of a new link after up to a second. */
  async function carrier({ right }: NamespacePair): Promise<void> {
    while (!inside(right.namespace, 'ip', 'link', 'show', right.device).includes('state UP')) await sleep(20);
  }

  const ping = ({ left, right }: NamespacePair, count: number) =>
    inside(left.namespace, 'ping', '-q', '-c', String(count), '-i', '0.01', right.address);

  function expectClosed(end: Ended, published: number): void {
    const { ledger, unaccounted } = summaryOf(end);
    expect(unaccounted).toBe(0);
    expect(ledger).toMatchObject({ received: published, published, waiting: 0 });
  }

  test('the process of cap is killed', async () => {
    const agent = await started('icmp', pair, ['--backend', 'cap', '--debug-packets', ...TO_MEMORY]);
    ping(pair, 3);
    await agent.shown(6);
    process.kill(childOf(agent.pid), 'SIGKILL');
    const end = await agent.ended;
    expect(end.code).toBe(1);
    const { device } = pair.right;
    expect(complaintOf(end)).toBe(
      `capture-icmp: the process that captured on ${device} died: killed by SIGKILL; packets it still held are lost; start again`,
    );
    expectClosed(end, 6);
    expect(summaryOf(end).notes.join()).toContain('the capture process died');
  });

  test('the device goes down and comes back: libpcap goes on', async () => {
    const one = ownPair();
    const { namespace, device } = one.right;
    await carrier(one);
    const agent = await started('icmp', one, ['--backend', 'libpcap', '--debug-packets', ...TO_MEMORY]);
    ping(one, 2);
    inside(namespace, 'ip', 'link', 'set', device, 'down');
    await agent.tells(/the link of \w+ went down/);
    inside(namespace, 'ip', 'link', 'set', device, 'up');
    ping(one, 3);
    await agent.shown(10);
    const end = await agent.stop();
    expect(end.code).toBe(0);
    expectClosed(end, 10);
    expect(summaryOf(end).notes.join()).toContain(`the link of ${device} went down`);
  });

  test('the device goes down: cap ends', async () => {
    const one = ownPair();
    const agent = await started('icmp', one, ['--backend', 'cap', '--debug-packets', ...TO_MEMORY]);
    ping(one, 2);
    await agent.shown(4);
    inside(one.right.namespace, 'ip', 'link', 'set', one.right.device, 'down');
    const end = await agent.ended;
    expect(end.code).toBe(1);
    expect(complaintOf(end)).toContain(`the device ${one.right.device} went down; bring it up again`);
    expectClosed(end, 4);
  });

  test.each(BOTH)('the device is removed (%s)', async (backend) => {
    const one = ownPair();
    const agent = await started('icmp', one, ['--backend', backend, '--debug-packets', ...TO_MEMORY]);
    ping(one, 2);
    await agent.shown(4);
    inside(one.right.namespace, 'ip', 'link', 'del', one.right.device);
    const end = await agent.ended;
    expect(end.code).toBe(1);
    expect(complaintOf(end)).toBe(`capture-icmp: the device ${one.right.device} is no longer there`);
    expectClosed(end, 4);
  });

  test('one of two devices is removed: what came from the other is published', async () => {
    const one = ownPair();
    const { namespace, device } = one.right;
    const args = ['--device', `${device},lo`, ...TO_MEMORY];
    const agent = await new Agent('icmp', { namespace, args }).ready();
    inside(namespace, 'ping', '-q', '-c', '2', '-i', '0.01', '127.0.0.1');
    inside(namespace, 'ip', 'link', 'del', device);
    const end = await agent.ended;
    expect(end.code).toBe(1);
    expectClosed(end, 4);
  });

  describe('the disk is full', () => {
    const disk = scratch('disk');

    beforeAll(() => {
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=1777', 'tmpfs', disk]);
    });
    afterAll(() => execFileSync('umount', [disk]));

    test('the agent ends, and the file holds what fits', async () => {
      const path = join(disk, 'traffic.pcap');
      const agent = await started('tcp', pair, ['--write', path, ...TO_MEMORY]);
      const sent = await replay(pair.left, traffic, { packetsPerSecond: 5000, loops: 2 });
      const end = await agent.ended;
      expect(end.code).toBe(1);
      expect(complaintOf(end)).toContain(`no space left to write ${path}`);
      const { ledger, unaccounted } = summaryOf(end);
      expect(unaccounted).toBe(0);
      expect(ledger.received).toBeLessThanOrEqual(sent);
      expect(ledger).toMatchObject({ received: ledger.published + ledger.unread, waiting: 0 });
      const kept = packetsIn(path);
      expect(kept).toBeGreaterThan(900);
      expect(kept).toBeGreaterThanOrEqual(ledger.published);
    });
  });

  test.each(BOTH)('SIGTERM under load: what came in is published and in the file (%s)', async (backend) => {
    const path = scratch(`load-${backend}.pcap`);
    const agent = await started('tcp', pair, ['--backend', backend, '--write', path, ...TO_MEMORY]);
    const sending = replay(pair.left, traffic, { packetsPerSecond: 10_000, loops: 10 });
    await agent.tells(/[1-9],\d{3} packets received/);
    const end = await agent.stop();
    await sending;
    expect(end.code).toBe(0);
    const { ledger, unaccounted } = summaryOf(end);
    expect(unaccounted).toBe(0);
    expect(ledger.published).toBeGreaterThan(1000);
    expect(ledger).toMatchObject({ received: ledger.published, unread: 0, waiting: 0 });
    expect(packetsIn(path)).toBe(ledger.published);
  });
});
