import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  Agent,
  type AgentName,
  killAgents,
  type Message,
  messagesOf,
  runAgent,
  summaryOf,
  whyNoAgents,
} from '../agent.ts';
import { useScratch } from '../scratch.ts';
import { inside, NamespacePair, whyNoNamespaces } from './namespace-pair.ts';
import { Process, Servers } from './process.ts';

const whyNot =
  whyNoAgents() ?? whyNoNamespaces(['tcpdump', 'curl', 'dig', 'ping', 'arping', 'ssh', 'telnet']);

const DEFAULT_FILTERS: Readonly<Record<AgentName, string>> = {
  tcp: 'tcp and (port 80 or port 443 or port 8010 or port 8443)',
  udp: 'udp',
  arp: 'arp',
  icmp: 'icmp or icmp6',
  ssh: 'tcp port 22',
  telnet: 'tcp port 23',
};

const TO_MEMORY = ['--broker', 'memory:', '--debug-packets', '--json'];

/** What does not depend on who captured: all but times, the name of the run and that of the device. */
function rowsOf(messages: readonly Message[]): object[] {
  return messages.map(({ id, data: { frame, ...layers } }) => {
    const { interface: _device, time: _time, epochSeconds: _seconds, ...rest } = frame;
    return { number: id.split('-').at(-1), frame: rest, ...layers };
  });
}

const timeOf = ({ data }: Message) => String(data.frame.time);

/** The kernel stamps a packet it sends once, and one it receives again for each who captures. */
const STAMPS_APART_MS = 20;

function expectSameTimes(some: readonly Message[], others: readonly Message[], sender: string): void {
  for (const [i, one] of some.entries()) {
    const [time, other] = [timeOf(one), timeOf(others[i])];
    if ((one.data.ether as { src?: string }).src === sender) expect(time).toBe(other);
    else expect(Math.abs(Date.parse(time) - Date.parse(other))).toBeLessThan(STAMPS_APART_MS);
  }
}

const payloads = (messages: readonly Message[]): string =>
  messages
    .map(({ data }) => Buffer.from(String((data.raw as { load?: string })?.load ?? ''), 'hex'))
    .join('');

const scratch = useScratch();

describe.skipIf(whyNot !== null)(`agents between two namespaces (${whyNot ?? 'live'})`, () => {
  let quiet: NamespacePair;
  let withArp: NamespacePair;
  let servers: Servers;
  let connections = 0;

  beforeAll(async () => {
    quiet = new NamespacePair({ ipv6: true });
    withArp = new NamespacePair({ arp: true });
    servers = await Servers.start(quiet.right.namespace);
  });
  afterEach(killAgents);
  afterAll(async () => {
    await servers?.stop();
    quiet?.remove();
    withArp?.remove();
  });

  /** Captures with both backends and with tcpdump while something is sent. */
  async function captured(name: AgentName, pair: NamespacePair, send: () => Promise<void> | void) {
    const { namespace, device } = pair.right;
    const file = scratch(`${name}.pcap`);
    const tcpdump = new Process(
      namespace,
      ...['tcpdump', '-i', device, '-Z', 'root', '--immediate-mode', '-U', '--time-stamp-precision=nano'],
      ...['-w', file, DEFAULT_FILTERS[name]],
    );
    const live = ['libpcap', 'cap'].map(
      (backend) =>
        new Agent(name, {
          namespace,
          args: ['--device', device, '--backend', backend, '--buffer-mb', '32', ...TO_MEMORY],
        }),
    );
    await tcpdump.until((output) => output.includes('listening on'));
    for (const agent of live) await agent.ready();
    await send();
    const [libpcap, cap] = await Promise.all(live.map((agent) => agent.stop()));
    tcpdump.kill('SIGINT');
    await tcpdump.ended;
    const replayed = await runAgent(name, ['--read', file, ...TO_MEMORY]);
    for (const end of [libpcap, cap, replayed]) {
      const { ledger, unaccounted } = summaryOf(end);
      expect(end.code).toBe(0);
      expect(unaccounted).toBe(0);
      expect(ledger).toMatchObject({ published: messagesOf(end).length, filtered: 0, unread: 0, waiting: 0 });
      expect(ledger.received).toBe(ledger.published);
    }
    return { libpcap: messagesOf(libpcap), cap: messagesOf(cap), replayed: messagesOf(replayed) };
  }

  async function sameRows(name: AgentName, pair: NamespacePair, send: () => Promise<void> | void) {
    const { libpcap, cap, replayed } = await captured(name, pair, send);
    expect(rowsOf(libpcap)).toEqual(rowsOf(replayed));
    expect(rowsOf(cap)).toEqual(rowsOf(replayed));
    expectSameTimes(libpcap, replayed, pair.right.mac);
    expect(libpcap.every(({ data }) => data.frame.interface === pair.right.device)).toBe(true);
    return replayed;
  }

  const curl = (url: string) => inside(quiet.left.namespace, 'curl', '-sS', '--max-time', '10', url);

  test('capture-tcp: HTTP by IPv4 and IPv6, on two ports', async () => {
    const { address, address6 } = quiet.right;
    const rows = await sameRows('tcp', quiet, async () => {
      expect(curl(`http://${address}/one`)).toContain('/one');
      curl(`http://${address}:8010/two`);
      curl(`http://[${address6}]/three`);
      connections += 3;
      await servers.quiet(connections);
    });
    expect(payloads(rows)).toMatch(/GET \/one HTTP.*GET \/two HTTP.*GET \/three HTTP/s);
    expect(rows.filter(({ data }) => 'ipv6' in data).length).toBeGreaterThan(8);
  });

  test('capture-udp: a DNS query and its answer', async () => {
    const rows = await sameRows('udp', quiet, () => {
      const asked = ['+short', '+tries=1', '+noedns', `@${quiet.right.address}`, 'host.example'];
      expect(inside(quiet.left.namespace, 'dig', ...asked)).toBe('192.0.2.55\n');
    });
    expect(rows.map(({ data }) => data.frame.protocols)).toEqual(Array(2).fill('ether:ip:udp:dns'));
  });

  test('capture-icmp: ping by IPv4 and IPv6', async () => {
    const rows = await sameRows('icmp', quiet, () => {
      inside(quiet.left.namespace, 'ping', '-c', '3', '-i', '0.01', quiet.right.address);
      inside(quiet.left.namespace, 'ping', '-6', '-c', '3', '-i', '0.01', quiet.right.address6);
    });
    const protocols = rows.map(({ data }) => data.frame.protocols);
    expect(protocols).toEqual([...Array(6).fill('ether:ip:icmp'), ...Array(6).fill('ether:ipv6:icmpv6')]);
  });

  test('capture-arp: arping, and ARP as ping needs it', async () => {
    const rows = await sameRows('arp', withArp, () => {
      const { left, right } = withArp;
      inside(left.namespace, 'arping', '-q', '-c', '1', '-I', left.device, right.address);
      inside(left.namespace, 'ping', '-q', '-c', '1', right.address);
    });
    const operations = rows.map(({ data }) => (data.arp as { op: number }).op);
    expect(operations).toEqual([1, 2, 1, 2]);
  });

  test('capture-ssh: an attempt to log in', async () => {
    const rows = await sameRows('ssh', quiet, async () => {
      const flags = ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'ConnectTimeout=10'];
      expect(() => inside(quiet.left.namespace, 'ssh', ...flags, `me@${quiet.right.address}`)).toThrow();
      connections++;
      await servers.quiet(connections);
    });
    expect(payloads(rows)).toMatch(/SSH-2.0-OpenSSH_9.2p1 test/);
    expect(rows.length).toBeGreaterThan(6);
  });

  test('capture-telnet: a login', async () => {
    const rows = await sameRows('telnet', quiet, async () => {
      const telnet = new Process(quiet.left.namespace, 'telnet', quiet.right.address);
      await telnet.until((output) => output.includes('login: '));
      telnet.type('root\r\n');
      await telnet.until((output) => output.includes('Login incorrect'));
      await telnet.ended;
      connections++;
      await servers.quiet(connections);
    });
    expect(payloads(rows)).toContain('login: ');
    expect(payloads(rows)).toContain('Login incorrect');
  });
});
