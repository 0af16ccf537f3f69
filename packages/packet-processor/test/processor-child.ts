import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { freePorts } from '../../broker/test/servers/free-ports.ts';
import type { ProcessorSummary } from '../src/summary.ts';
import type { Target } from './feed.ts';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** How a processor ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly program?: 'packet-processor' | 'packets-redis' | 'packets-rabbitmq';
  /** A network namespace to run in; nobody out here can reach its status then. */
  readonly namespace?: string;
}

/** The real program, as it was built, without this process's settings. */
export class ProcessorChild {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly #port: number;

  /** Starts it with a status server, in UTC. */
  static async start(args: readonly string[], options: StartOptions = {}): Promise<ProcessorChild> {
    const [port] = await freePorts(1);
    return new ProcessorChild(port, ['--http', `127.0.0.1:${port}`, ...args], options);
  }

  private constructor(port: number, args: readonly string[], options: StartOptions) {
    const { program = 'packet-processor', env, cwd, namespace } = options;
    this.#port = port;
    const inside = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
    const [command, ...words] = [...inside, process.execPath, `${packageFolder}bin/${program}.js`, ...args];
    this.child = spawn(command, words, {
      cwd,
      env: { PATH: process.env.PATH, TZ: 'UTC', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = watch(this.child);
  }

  /** What a page of its status server says; undefined while nobody answers. */
  async get(page: string): Promise<{ code: number; body: string } | undefined> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#port}${page}`);
      return { code: response.status, body: await response.text() };
    } catch {
      return undefined;
    }
  }

  async status(): Promise<ProcessorSummary | undefined> {
    const page = await this.get('/status');
    return page && JSON.parse(page.body);
  }

  /** Waits for a report that fits; fails with the last one, and when the program ends. */
  async until(fits: (summary: ProcessorSummary) => boolean, limitMs = 30_000): Promise<ProcessorSummary> {
    let last: ProcessorSummary | undefined;
    const start = Date.now();
    for (; Date.now() < start + limitMs; await sleep(pauseMs(start))) {
      if (this.child.exitCode !== null) break;
      last = (await this.status()) ?? last;
      if (last !== undefined && fits(last)) return last;
    }
    const end = this.child.exitCode === null ? '' : (await this.ended).stderr;
    throw new Error(`the processor did not get there: ${JSON.stringify(last)} ${end}`);
  }

  async isReady(): Promise<void> {
    const start = Date.now();
    while ((await this.get('/readyz'))?.code !== 200) {
      if (this.child.exitCode !== null) throw new Error((await this.ended).stderr);
      await sleep(pauseMs(start));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Kills it where it stands, and comes back when it is gone. */
  async kill9(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  /** Ends it as systemd does. */
  stop(): Promise<Ended> {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}

/** Asking takes both processes time: what takes longer is asked for less often. */
const pauseMs = (start: number): number => Math.min(100, 20 + (Date.now() - start) / 20);

const children: ProcessorChild[] = [];

/** Starts the processor of a queue, which is gone after the test. */
export async function startProcessor(
  target: Target,
  args: readonly string[],
  options: StartOptions = {},
): Promise<ProcessorChild> {
  const { url, queue = 'NEW_PACKETS', wire = 'both' } = target;
  const names = ['--queue', queue, '--exchange', queue, '--routing-key', queue];
  const child = await ProcessorChild.start(['--broker', url, '--wire', wire, ...names, ...args], options);
  children.push(child);
  return child;
}

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill9()));
});

async function watch(child: ChildProcess): Promise<Ended> {
  const exit = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  const [code, signal] = await exit;
  return { code, signal, stdout, stderr };
}
