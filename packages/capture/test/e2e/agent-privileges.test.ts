import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Agent, type AgentStart, complaintOf, killAgents, summaryOf, whyNoAgents } from '../agent.ts';
import { useScratch } from '../scratch.ts';
import { inside, NamespacePair, whyNoNamespaces } from './namespace-pair.ts';

const whyNot = whyNoAgents() ?? whyNoNamespaces(['ping', 'setpriv', 'mount', 'unshare']);
const NOBODY = 65534;
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
const NO_CAPABILITIES = { CapInh: 0n, CapPrm: 0n, CapEff: 0n, CapAmb: 0n };

/** A process and all that it started. */
function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(family)];
}

/** What each thread of these processes may do. */
function rightsOf(pids: readonly number[]) {
  const threads = pids.flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((it) => `${pid}/task/${it}`));
  return threads.map((thread) => {
    const status = readFileSync(`/proc/${thread}/status`, 'utf8');
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1] ?? '';
    const sets = Object.keys(NO_CAPABILITIES).map((name) => [name, BigInt(`0x${field(name)}`)]);
    const numbers = (name: string) => (field(name).match(/\d+/g) ?? []).map(Number);
    return {
      uids: numbers('Uid'),
      gids: numbers('Gid'),
      groups: numbers('Groups'),
      ...Object.fromEntries(sets),
    };
  });
}

const BACKENDS = [
  ['libpcap', ['--backend', 'libpcap'], 1],
  ['libpcap with two workers', ['--backend', 'libpcap', '--workers', '2'], 1],
  ['cap', ['--backend', 'cap', '--buffer-mb', '16'], 2],
] as const;

const scratch = useScratch();

describe.skipIf(whyNot !== null)(`privileges of agents (${whyNot ?? 'as root'})`, () => {
  let pair: NamespacePair;

  beforeAll(() => {
    pair = new NamespacePair();
  });
  afterEach(killAgents);
  afterAll(() => pair?.remove());

  const agent = (args: readonly string[], options: AgentStart = {}) => {
    const { namespace, device } = pair.right;
    const all = ['--device', device, '--broker', 'memory:', '--json', ...args];
    return new Agent('icmp', { namespace, ...options, args: all });
  };

  /** Looks at a running agent, and that it captures. */
  async function look(args: readonly string[], options: AgentStart = {}) {
    const running = await agent(args, options).ready();
    const pids = family(running.pid);
    const rights = rightsOf(pids);
    inside(pair.left.namespace, 'ping', '-q', '-c', '2', '-i', '0.01', pair.right.address);
    const end = await running.stop();
    expect(end.code).toBe(0);
    expect(summaryOf(end).ledger).toMatchObject({ received: 4, published: 4 });
    return { processes: pids.length, rights, log: end.stderr };
  }

  const having = (id: number) => ({
    uids: Array(4).fill(id),
    gids: Array(4).fill(id),
    groups: [id],
    ...NO_CAPABILITIES,
  });

  test.each(BACKENDS)('%s, started as root: no thread is root or can do anything', async (_, args, count) => {
    const { processes, rights, log } = await look(args);
    expect(processes).toBe(count);
    expect(rights.length).toBeGreaterThan(5 * count);
    expect(rights).toEqual(rights.map(() => having(NOBODY)));
    expect(log).toContain('gave up root: running as nobody');
  });

  test.each(BACKENDS.slice(1))('%s: --user names whom to become', async (_, args) => {
    const { rights, log } = await look([...args, '--user', 'daemon']);
    expect(rights).toEqual(rights.map(() => having(1)));
    expect(log).toContain('running as daemon');
  });

  test('sudo goes back to the one who called it', async () => {
    const env = { SUDO_UID: '1', SUDO_GID: '1', SUDO_USER: 'daemon' };
    const { rights } = await look([], { env });
    expect(rights).toEqual(rights.map(() => having(1)));
  });

  test.each(BACKENDS.slice(1))(
    '%s, with CAP_NET_RAW only: it captures, and then has it no more',
    async (_, args) => {
      const before = [...AS_NOBODY, '--inh-caps=+net_raw', '--ambient-caps=+net_raw'];
      const { rights } = await look(args, { before });
      expect(rights).toEqual(rights.map(() => ({ ...having(NOBODY), groups: [] })));
    },
  );

  test.each(BACKENDS)('%s, without any right: one line that says what to run', async (_, args) => {
    const end = await agent(args, { before: [...AS_NOBODY, '--inh-caps=-all'] }).ended;
    expect(end.code).toBe(1);
    const { device } = pair.right;
    expect(complaintOf(end)).toBe(end.stderr.trim());
    expect(complaintOf(end)).toMatch(
      new RegExp(`^capture-icmp: no permission to capture on ${device}; run it with sudo, or once: .*setcap`),
    );
  });

  test('a program that nobody may read works as nobody', async () => {
    const folder = scratch('private');
    mkdirSync(folder, { mode: 0o700 });
    const repository = join(folder, 'repository');
    mkdirSync(repository);
    // The mount is only there for the agent, and goes with it.
    const mount = `mount --bind ${join(import.meta.dirname, '../../../..')} ${repository} && exec "$@"`;
    const before = ['unshare', '--mount', 'sh', '-c', mount, 'sh'];
    // Everything it needs is loaded before root is gone: the driver of its broker, too.
    const broker = ['--broker', 'redis://127.0.0.1:1', '--http', '0', '--duration', '2s'];
    const end = await agent(broker, { repository, before }).ended;
    expect(complaintOf(end)).toContain('cannot reach the broker redis://127.0.0.1:1: connect ECONNREFUSED');
    expect(summaryOf(end).ledger).toMatchObject({ received: 0, waiting: 0 });
  });

  test('a user that does not exist, or is root', async () => {
    const nemo = await agent(['--user', 'nemo']).ended;
    expect(nemo.code).toBe(2);
    expect(complaintOf(nemo)).toBe('capture-icmp: --user nemo: there is no such user');
    const root = await agent(['--user', 'root']).ended;
    expect(root.code).toBe(2);
    expect(complaintOf(root)).toContain('that is root');
  });
});
