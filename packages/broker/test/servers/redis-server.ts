import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from './free-ports.ts';

const SERVER = 'redis-server';
const CLIENT = 'redis-cli';
const START_LIMIT_MS = 10_000;
const run = promisify(execFile);

/** Why there can be no Redis here; undefined when there can. */
export function redisMissing(): string | undefined {
  try {
    for (const program of [SERVER, CLIENT]) execFileSync(program, ['--version']);
    return undefined;
  } catch {
    return 'redis-server is not installed';
  }
}

export interface RedisOptions {
  /** Lines of a configuration file. */
  readonly configuration?: readonly string[];
  /** What redis-cli needs besides the port, to log in or for TLS. */
  readonly login?: readonly string[];
  /** A port for TLS; the files are named by the configuration. */
  readonly withTls?: boolean;
  readonly sentinel?: boolean;
  /** How a command in another network namespace begins. */
  readonly inside?: readonly string[];
}

/** A Redis of our own on the loopback interface, with its data in a folder that goes with it. */
export class RedisServer {
  readonly port: number;
  readonly tlsPort: number;
  readonly folder: string;
  readonly #options: RedisOptions;
  #process: ChildProcess | undefined;

  /** Resolves once it takes commands, some 30 ms later. */
  static async start(options: RedisOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePorts(2), options);
    await server.start();
    return server;
  }

  private constructor([port, tlsPort]: readonly number[], options: RedisOptions) {
    this.port = port;
    this.tlsPort = tlsPort;
    this.#options = options;
    this.folder = mkdtempSync(join(tmpdir(), 'redis-'));
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${this.folder}`,
      `logfile ${join(this.folder, 'log')}`,
      ...(options.sentinel ? [] : ['save ""']),
      ...(options.withTls ? [`tls-port ${tlsPort}`] : []),
      ...(options.configuration ?? []),
    ];
    writeFileSync(join(this.folder, 'redis.conf'), `${lines.join('\n')}\n`);
  }

  /** Of the server that runs now. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  url(rest = ''): string {
    return `redis://127.0.0.1:${this.port}${rest}`;
  }

  /** Starts the server, again after kill(), with what it had on disk. */
  async start(): Promise<void> {
    const words = [join(this.folder, 'redis.conf'), ...(this.#options.sentinel ? ['--sentinel'] : [])];
    const [program, ...rest] = [...this.#inside, SERVER, ...words];
    const server = spawn(program, rest, { stdio: 'ignore' });
    this.#process = server;
    for (const deadline = Date.now() + START_LIMIT_MS; ; await sleep(10)) {
      if ((await this.cli('PING').catch(() => '')) === 'PONG') return;
      if (server.exitCode !== null) throw new Error(`redis-server ended; see ${this.folder}/log`);
      if (Date.now() > deadline) throw new Error(`redis-server takes too long; see ${this.folder}/log`);
    }
  }

  /** Kills the server where it stands: SIGKILL. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Stops it from answering, without closing its connections, until resume(). */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.#end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs one command by redis-cli. */
  async cli(...words: readonly string[]): Promise<string> {
    const login = this.#options.login ?? [];
    const [program, ...rest] = [...this.#inside, CLIENT, '-p', String(this.port), ...login, ...words];
    const { stdout } = await run(program, rest, { maxBuffer: 2 ** 28 });
    return stdout.trimEnd();
  }

  get #inside(): readonly string[] {
    return this.#options.inside ?? [];
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  }
}

/** Three masters without replicas that share the slots. */
export async function startCluster(more: readonly string[] = []): Promise<RedisServer[]> {
  const configuration = ['cluster-enabled yes', 'cluster-node-timeout 2000', ...more];
  const nodes = await Promise.all([0, 1, 2].map(() => startNode(configuration)));
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await run(CLIENT, ['--cluster', 'create', ...hosts, '--cluster-replicas', '0', '--cluster-yes']);
  for (const node of nodes) {
    while (!(await node.cli('CLUSTER', 'INFO')).includes('cluster_state:ok')) await sleep(50);
  }
  return nodes;
}

/** The port of the cluster's own connections is 10000 above the other, unless told. */
async function startNode(configuration: readonly string[]): Promise<RedisServer> {
  const [busPort] = await freePorts(1);
  return RedisServer.start({ configuration: [...configuration, `cluster-port ${busPort}`] });
}
