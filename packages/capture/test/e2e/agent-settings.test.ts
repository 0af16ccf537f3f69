import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  Agent,
  type AgentName,
  killAgents,
  messagesOf,
  runAgent,
  type Summary,
  summaryOf,
  whyNoAgents,
} from '../agent.ts';
import { useScratch } from '../scratch.ts';
import { inside, NamespacePair, whyNoNamespaces } from './namespace-pair.ts';
import { replay, writeTraffic } from './traffic.ts';

const whyNot = whyNoAgents() ?? whyNoNamespaces(['ping', 'tcpreplay', 'tcpdump', 'curl']);

const TO_MEMORY = ['--broker', 'memory:', '--json'];

const scratch = useScratch();

describe.skipIf(whyNot !== null)(`settings of agents, live (${whyNot ?? 'between two namespaces'})`, () => {
  let pair: NamespacePair;
  const traffic = scratch('traffic.pcap');

  beforeAll(() => {
    pair = new NamespacePair();
    writeTraffic(traffic);
  });
  afterEach(killAgents);
  afterAll(() => {
    pair?.remove();
  });

  const started = (name: AgentName, args: readonly string[]) => {
    const { namespace, device } = pair.right;
    return new Agent(name, { namespace, args: ['--device', device, '--buffer-mb', '16', ...args] }).ready();
  };
  const ping = (count: number) =>
    inside(pair.left.namespace, 'ping', '-q', '-c', String(count), '-i', '0.01', pair.right.address);

  test.each(['libpcap', 'cap'])('--count ends it behind that packet (%s)', async (backend) => {
    const agent = await started('icmp', [
      '--backend',
      backend,
      '--count',
      '5',
      '--debug-packets',
      ...TO_MEMORY,
    ]);
    ping(10);
    const end = await agent.ended;
    expect(end.code).toBe(0);
    const { ledger, unaccounted } = summaryOf(end);
    expect(unaccounted).toBe(0);
    expect(ledger).toMatchObject({ published: 5, unread: ledger.received - 5 });
    expect(messagesOf(end)).toHaveLength(5);
  });

  test('--duration ends it after that time', async () => {
    const agent = await started('icmp', ['--duration', '1s', ...TO_MEMORY]);
    ping(2);
    const end = await agent.ended;
    expect(end.code).toBe(0);
    const { seconds, ledger } = summaryOf(end);
    expect(ledger).toMatchObject({ received: 4, published: 4 });
    expect(seconds).toBeGreaterThan(0.9);
    expect(seconds).toBeLessThan(4);
  });

  test('--sample keeps whole flows, live the same as from a file', async () => {
    const sample = ['--sample', '1/2', ...TO_MEMORY];
    const agent = await started('tcp', sample);
    await replay(pair.left, traffic, { packetsPerSecond: 10_000, loops: 3 });
    const { ledger } = summaryOf(await agent.stop());
    const file = summaryOf(await runAgent('tcp', ['--read', traffic, ...sample])).ledger;
    expect(file.received).toBe(1000);
    expect(file.published).toBeGreaterThan(400);
    expect(file.published).toBeLessThan(600);
    expect(file.sampled).toBe(1000 - file.published);
    expect(ledger).toMatchObject({
      received: 3000,
      published: 3 * file.published,
      sampled: 3 * file.sampled,
    });
  });

  test('two devices, each packet with the name of its own', async () => {
    const { namespace, device } = pair.right;
    const args = ['--device', `${device},lo`, '--debug-packets', ...TO_MEMORY];
    const agent = await new Agent('icmp', { namespace, args }).ready();
    ping(2);
    inside(namespace, 'ping', '-q', '-c', '3', '-i', '0.01', '127.0.0.1');
    const end = await agent.stop();
    const devices = messagesOf(end).map(({ data }) => data.frame.interface);
    expect(devices.filter((one) => one === device)).toHaveLength(4);
    expect(devices.filter((one) => one === 'lo')).toHaveLength(6);
    expect(new Set(messagesOf(end).map(({ id }) => id)).size).toBe(10);
    expect(summaryOf(end)).toMatchObject({ ledger: { published: 10 }, unaccounted: 0 });
    expect(summaryOf(end).sources).toHaveLength(2);
  });

  test.each(['pcap', 'pcapng'])('--write with rotation keeps every packet (%s)', async (kind) => {
    const path = scratch(`rotated.${kind}`);
    const rotation = ['--write', path, '--rotate-count', '400'];
    const agent = await started('tcp', [...rotation, ...TO_MEMORY]);
    await replay(pair.left, traffic, { packetsPerSecond: 10_000, loops: 2 });
    const end = await agent.stop();
    expect(end.code).toBe(0);
    expect(summaryOf(end).ledger).toMatchObject({ received: 2000, published: 2000 });
    const files = readdirSync(scratch()).filter((name) => /^rotated/.test(name) && name.endsWith(`.${kind}`));
    const counts = files.map((name) => {
      const lines = inside(pair.right.namespace, 'tcpdump', '-nn', '-r', scratch(name)).split('\n');
      return lines.filter(Boolean).length;
    });
    expect(counts).toEqual(Array(5).fill(400));
  });

  test.each([
    ['one worker', []],
    ['two workers', ['--workers', '2']],
  ])('--http tells the ledger while it runs (%s)', async (_, args) => {
    const { namespace } = pair.right;
    const agent = await started('tcp', ['--http', '127.0.0.1:9477', ...args, ...TO_MEMORY]);
    await agent.said(/status at http:\/\/127.0.0.1:9477/);
    await replay(pair.left, traffic, { packetsPerSecond: 10_000, loops: 1 });
    const page = (name: string) => inside(namespace, 'curl', '-sS', `http://127.0.0.1:9477/${name}`);
    await agent.tells(/1,000 published/);
    expect(page('readyz')).toBe('ready\n');
    expect(page('healthz')).toBe('ok\n');
    const status: Summary = JSON.parse(page('status'));
    expect(status).toMatchObject({ agent: 'capture-tcp', unaccounted: 0 });
    expect(status.ledger).toMatchObject({ received: 1000, published: 1000, waiting: 0 });
    const metrics = page('metrics');
    const value = (name: string) => Number(new RegExp(`^capture_${name} (\\d+)$`, 'm').exec(metrics)?.[1]);
    const dropped = ['kernel', 'interface', 'queue', 'broker'].map((where) =>
      value(`dropped_packets_total{where="${where}"}`),
    );
    expect(dropped).toEqual([0, 0, 0, 0]);
    expect(value('received_packets_total')).toBe(1000);
    expect(value('published_packets_total')).toBe(1000);
    expect(value('waiting_packets')).toBe(0);
    expect(metrics).toContain('process_cpu_seconds_total');
    expect((await agent.stop()).code).toBe(0);
  });

  test('what cap does not know is not in the metrics, and not 0', async () => {
    const { namespace } = pair.right;
    const agent = await started('icmp', ['--backend', 'cap', '--http', '127.0.0.1:9477', ...TO_MEMORY]);
    await agent.said(/status at/);
    const metrics = inside(namespace, 'curl', '-sS', 'http://127.0.0.1:9477/metrics');
    expect(metrics).toContain('capture_dropped_packets_total{where="queue"} 0');
    expect(metrics).not.toContain('{where="kernel"}');
    await agent.stop();
  });

  test.each([
    ['takes in frames for others', [], 1],
    ['leaves them alone with --no-promiscuous', ['--no-promiscuous'], 0],
  ])('%s', async (_, args, promiscuity) => {
    const { namespace, device } = pair.right;
    const agent = await started('icmp', [...args, ...TO_MEMORY]);
    expect(JSON.parse(inside(namespace, 'ip', '-d', '-j', 'link', 'show', device))[0]).toMatchObject({
      promiscuity,
    });
    await agent.stop();
  });

  test('--snaplen cuts packets, and their lengths on the wire stay', async () => {
    const agent = await started('icmp', ['--snaplen', '64', '--debug-packets', ...TO_MEMORY]);
    ping(1);
    const frames = messagesOf(await agent.stop()).map(({ data }) => data.frame);
    expect(frames).toMatchObject(Array(2).fill({ capturedLength: 64, originalLength: 98, truncated: true }));
  });

  test('SIGUSR1 prints the summary, and the capture goes on', async () => {
    const agent = await started('icmp', ['--broker', 'memory:']);
    ping(2);
    await agent.tells(/4 packets received.*\n {2}4 published/);
    ping(1);
    const end = await agent.stop();
    expect(end.code).toBe(0);
    expect(end.stderr).toMatch(
      /6 packets received, 588 B in .*\n {2}6 published\n {2}0 dropped by the kernel/,
    );
    expect(end.stderr.trim()).toMatch(/every packet is accounted for$/);
  });
});
