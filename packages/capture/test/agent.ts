import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isBuilt } from '@antinex/libpcap';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export type AgentName = 'tcp' | 'udp' | 'arp' | 'icmp' | 'ssh' | 'telnet';

/** Why agents cannot do their work here, or null. */
export function whyNoAgents(): string | null {
  if (!isBuilt()) return 'needs the native addon: npm run setup';
  // Those that are started as root go on as nobody.
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', 'test', '-r', `${root}package.json`];
  const mayRead = process.getuid?.() !== 0 || spawnSync('setpriv', nobody).status === 0;
  return mayRead ? null : 'needs a repository that everybody may read';
}

export interface AgentStart {
  readonly args?: readonly string[];
  /** A network namespace to run in. */
  readonly namespace?: string;
  /** Where the repository is, if not here. */
  readonly repository?: string;
  /** Stands before `node`: `setpriv` and its flags, say. */
  readonly before?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What standard input holds; nothing unless given. */
  readonly input?: Uint8Array;
  /** Nobody reads standard output until told to. */
  readonly holdOutput?: boolean;
}

export interface Ledger {
  readonly received: number;
  readonly receivedBytes: number;
  readonly published: number;
  readonly filtered: number;
  readonly sampled: number;
  readonly unread: number;
  readonly waiting: number;
  readonly dropped: Readonly<
    Record<'kernel' | 'interface', number | 'unknown'> & Record<'queue' | 'broker', number>
  >;
}

/** What --json prints. */
export interface Summary {
  readonly agent: string;
  readonly sources: readonly string[];
  readonly seconds: number;
  readonly ledger: Ledger;
  readonly unaccounted: number;
  readonly notes: readonly string[];
}

/** How an agent ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();

/** Kills the agents that nobody ended. */
export function killAgents(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** One of the six agents in a process of its own. */
export class Agent {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private stdout = '';
  private stderr = '';
  private over = false;
  private onNews = new Set<() => void>();

  constructor(name: AgentName, options: AgentStart = {}) {
    const { args = [], namespace, before = [], env, input, repository = root } = options;
    const inside = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
    const bin = join(repository, `packages/capture-${name}/bin/capture-${name}.js`);
    const [program, ...rest] = [...inside, ...before, process.execPath, bin, ...args];
    this.child = spawn(program, rest, {
      env: { PATH: process.env.PATH, TZ: 'UTC', ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const { child } = this;
    running.add(child);
    child.stdin?.on('error', () => {}).end(input);
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.news();
    });
    if (!options.holdOutput) this.readOutput();
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        running.delete(child);
        this.over = true;
        this.news();
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Reads standard output, from its beginning. */
  readOutput(): void {
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.news();
    });
  }

  /** Nobody will ever read standard output. */
  closeOutput(): void {
    this.child.stdout!.destroy();
  }

  /** Resolves once the device is open and root given up, or the file is opened. */
  async ready(): Promise<this> {
    await this.said(/capturing on|"reading /);
    return this;
  }

  /** Waits for the words on standard error; throws when the agent ends without them. */
  said(words: RegExp): Promise<void> {
    return this.until(() => words.test(this.stderr), `"${words.source}"`);
  }

  /** Waits for so many messages of --debug-packets. */
  shown(messages: number): Promise<void> {
    return this.until(() => this.stdout.split('\n').length > messages, `${messages} messages`);
  }

  /** Has it print its summary until that has the words. */
  async tells(words: RegExp): Promise<void> {
    for (; !words.test(this.stderr) && !this.over; await sleep(50)) this.kill('SIGUSR1');
    await this.said(words);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Asks it to end. */
  stop(): Promise<Ended> {
    this.child.kill('SIGTERM');
    return this.ended;
  }

  private async until(isSo: () => boolean, what: string): Promise<void> {
    while (!isSo()) {
      if (this.over) throw new Error(`ended without ${what}: ${this.stderr}`);
      await new Promise<void>((resolve) => this.onNews.add(resolve));
    }
  }

  private news(): void {
    const waiting = [...this.onNews];
    this.onNews.clear();
    for (const resolve of waiting) resolve();
  }
}

/** Runs an agent to its end. */
export const runAgent = (name: AgentName, args: readonly string[], options: AgentStart = {}) =>
  new Agent(name, { ...options, args }).ended;

/** What --json printed last. */
export function summaryOf({ stdout, stderr }: Ended): Summary {
  const start = stdout.startsWith('{\n') ? 0 : stdout.lastIndexOf('\n{\n');
  if (start < 0) throw new Error(`no summary: ${stderr}`);
  return JSON.parse(stdout.slice(start));
}

/** Where packets went, as far as that is known: equal to `received` when the ledger closes. */
export function sumOf({ published, filtered, sampled, unread, waiting, dropped }: Ledger): number {
  const drops = Object.values(dropped).map((count) => (count === 'unknown' ? 0 : count));
  return [published, filtered, sampled, unread, waiting, ...drops].reduce((all, one) => all + one, 0);
}

/** What --debug-packets printed. */
export const messagesOf = ({ stdout }: Ended): Message[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{"'))
    .map((line) => JSON.parse(line));

export interface Message {
  readonly id: string;
  readonly created: string;
  readonly data: { readonly frame: Readonly<Record<string, unknown>> } & Readonly<Record<string, object>>;
}

/** What the program said before it ended, without its log. */
export const complaintOf = ({ stderr }: Ended): string =>
  stderr
    .split('\n')
    .filter((line) => /^capture-\w+: /.test(line))
    .join('\n');
