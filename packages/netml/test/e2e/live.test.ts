import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { whyNoAgents } from '../../../capture/test/agent.ts';
import { inside, NamespacePair, whyNoNamespaces } from '../../../capture/test/e2e/namespace-pair.ts';
import { Servers } from '../../../capture/test/e2e/process.ts';
import { example } from '../../../cli/test/captures.ts';
import { useScratch } from '../../../cli/test/scratch.ts';
import { type Ended, netml, type Start, start, succeed, type VerdictLine, verdictsOf } from '../netml.ts';

const whyNot = whyNoAgents() ?? whyNoNamespaces(['curl', 'dig', 'tcpdump', 'setpriv']);

const scratch = useScratch();

describe.skipIf(whyNot !== null)(`netml classify --device (${whyNot ?? 'live'})`, () => {
  const running = new Set<ChildProcess>();
  let pair: NamespacePair;
  let servers: Servers;
  const model = scratch('sizes.netml');

  beforeAll(async () => {
    // Whoever root becomes reads the model.
    chmodSync(scratch(), 0o755);
    const shape = ['--feature-type', 'SIZE', '--interval', '1', '--algorithm', 'kde'];
    await succeed(['learn', '-p', example('http'), example('dns'), '-m', model, ...shape]);
    chmodSync(model, 0o644);
    pair = new NamespacePair();
    servers = await Servers.start(pair.right.namespace);
  });
  // A device must not go away under a capture that a failed test left behind.
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });
  afterAll(async () => {
    await servers?.stop();
    pair?.remove();
  });

  class Live {
    readonly child: ChildProcess;
    readonly ended: Promise<Ended>;
    private stdout = '';
    private stderr = '';

    constructor(args: readonly string[], options: Start = {}) {
      const { namespace, device } = pair.right;
      const all = ['classify', '-m', model, '--device', device, '--json', ...args];
      const before = ['ip', 'netns', 'exec', namespace, ...(options.before ?? [])];
      ({ child: this.child, ended: this.ended } = start(all, { ...options, before }));
      running.add(this.child);
      this.child.stdout!.on('data', (text) => {
        this.stdout += text;
      });
      this.child.stderr!.on('data', (text) => {
        this.stderr += text;
      });
    }

    async ready(): Promise<this> {
      await expect.poll(() => this.stderr).toContain('capturing on');
      return this;
    }

    get verdicts(): VerdictLine[] {
      const lines = this.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
      return lines.filter((line) => line.verdict !== undefined);
    }

    /** As ^C does. */
    stop(): Promise<Ended> {
      this.child.kill('SIGINT');
      return this.ended;
    }
  }

  const fetchPages = (count: number): void => {
    for (let i = 0; i < count; i++)
      inside(pair.left.namespace, 'curl', '-s', '-o', '/dev/null', `http://${pair.right.address}/${i}`);
  };

  test('flows are judged as they end, as they are from a file', async () => {
    const pcap = scratch('same.pcap');
    const { namespace, device } = pair.right;
    const flags = ['-i', device, '-w', pcap, '-U', '--immediate-mode', '-Z', 'root', 'port 80'];
    const tcpdump = spawn('ip', ['netns', 'exec', namespace, 'tcpdump', ...flags], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.add(tcpdump);
    await new Promise((resolve) => tcpdump.stderr.once('data', resolve));
    const live = await new Live(['--filter', 'port 80']).ready();
    fetchPages(3);
    // While nothing more comes: the connections are closed, and time passes.
    await expect.poll(() => live.verdicts.length).toBe(6);
    const { code, stdout, stderr } = await live.stop();
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^netml: capturing on .*libpcap.*\n$/),
    });
    const { verdicts, summary } = verdictsOf(stdout);
    expect(summary).toMatchObject({ flows: 6, evaluation: null, dropped: { kernel: 0, queue: 0 } });
    expect(summary.packets.packets).toBe(summary.packets.inFlows);

    const closed = new Promise((resolve) => tcpdump.once('close', resolve));
    tcpdump.kill('SIGINT');
    await closed;
    const { stdout: offline } = await netml(['classify', '-m', model, '-p', pcap, '--json']);
    const judged = (lines: VerdictLine[]) =>
      lines.map(({ start: _s, end: _e, ...rest }) => JSON.stringify(rest)).sort();
    expect(judged(verdictsOf(offline).verdicts)).toEqual(judged(verdicts));
    expect(new Set(verdicts.map(({ source }) => source))).toEqual(
      new Set([pair.left.address, pair.right.address]),
    );
  });

  test('UDP on a line that falls silent', async () => {
    const live = await new Live(['--filter', 'udp']).ready();
    const ask = ['dig', '+tries=1', '+time=2', `@${pair.right.address}`, '-b', `${pair.left.address}#5353`];
    // Two questions from one port: flows of two packets, each way.
    inside(pair.left.namespace, ...ask, 'one.example');
    inside(pair.left.namespace, ...ask, 'two.example');
    await expect.poll(() => live.verdicts.length).toBe(2);
    expect(live.verdicts.map(({ packets, protocol }) => [packets, protocol])).toEqual([
      [2, 17],
      [2, 17],
    ]);
    const { code, stdout } = await live.stop();
    const { verdicts, summary } = verdictsOf(stdout);
    expect({ code, verdicts: verdicts.length, flows: summary.flows }).toEqual({
      code: 0,
      verdicts: 2,
      flows: 2,
    });
  });

  test('--duration ends it, and what is open then is judged', async () => {
    const live = await new Live(['--duration', '3s', '--filter', 'port 80']).ready();
    fetchPages(1);
    const { code, stdout } = await live.ended;
    expect({ code, flows: verdictsOf(stdout).summary.flows }).toEqual({ code: 0, flows: 2 });
  });

  test.each(['libpcap', 'cap'])('%s: nothing is root once the device is open', async (backend) => {
    const env = { SUDO_UID: '1', SUDO_GID: '1', SUDO_USER: 'daemon' };
    const live = await new Live(['--backend', backend, '--buffer-mb', '16', '--filter', 'port 80'], {
      env,
    }).ready();
    const status = readFileSync(`/proc/${live.child.pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t1\t1\t1\t1$/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    fetchPages(1);
    await sleep(200);
    const { code, stdout, stderr } = await live.stop();
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('gave up root: running as daemon'),
    });
    expect(verdictsOf(stdout).summary).toMatchObject({ flows: 2, dropped: { queue: 0 } });
  });

  test('without permission, and without a model: one line', async () => {
    const before = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
    const refused = await new Live([], { before }).ended;
    expect(refused).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^netml: no permission to capture on [^\n]+\n$/),
    });
    const lost = await new Live(['-m', scratch('no.netml')]).ended;
    expect(lost).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^netml: .*no.netml: no such file[^\n]+\n$/),
    });
  });
});
