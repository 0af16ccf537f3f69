import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from './free-ports.ts';

/** Debian's /usr/sbin wrapper switches user; this is the program behind it. */
const BIN = '/usr/lib/rabbitmq/bin';
const EPMD = '/usr/bin/epmd';
const START_LIMIT_MS = 50_000;
/** The server refuses to run with a cookie that others may read, so it runs as somebody ordinary. */
const NOBODY = 65_534;

const isRoot = process.getuid?.() === 0;
const run = promisify(execFile);

/** Why there can be no RabbitMQ here; undefined when there can. */
export function rabbitmqMissing(): string | undefined {
  try {
    for (const program of [`${BIN}/rabbitmq-server`, EPMD]) accessSync(program);
    return undefined;
  } catch {
    return 'rabbitmq-server is not installed';
  }
}

export interface ServerOptions {
  /** Opens tlsPort with these files, to clients that show a certificate of the same CA. */
  readonly tls?: { readonly caFile: string; readonly certFile: string; readonly keyFile: string } | undefined;
  /** Further lines of rabbitmq.conf. */
  readonly settings?: readonly string[];
}

/** A RabbitMQ of our own on the loopback interface, with its data in a folder that goes with it. */
export class RabbitmqServer {
  readonly port: number;
  readonly tlsPort: number;
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #epmd: ChildProcess;
  #server: ChildProcess | undefined;

  /** Resolves once it takes connections, ~7 s later. */
  static async start(options: ServerOptions = {}): Promise<RabbitmqServer> {
    const server = new RabbitmqServer(await freePorts(4), options);
    await server.start();
    return server;
  }

  private constructor([port, tlsPort, distPort, epmdPort]: readonly number[], options: ServerOptions) {
    this.port = port;
    this.tlsPort = tlsPort;
    this.folder = mkdtempSync(join(tmpdir(), 'rabbitmq-'));
    const at = (name: string) => join(this.folder, name);
    this.#env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      ERL_EPMD_PORT: String(epmdPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: `test-${port}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_DIST_PORT: String(distPort),
      RABBITMQ_MNESIA_BASE: at('data'),
      RABBITMQ_LOG_BASE: at('log'),
      RABBITMQ_ENABLED_PLUGINS_FILE: at('plugins'),
      RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: at('none'),
      // The script then becomes the server: one process to kill.
      RUNNING_UNDER_SYSTEMD: 'true',
      // Busy waiting of its threads would take the two cores from the tests.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none',
    };
    writeFileSync(at('plugins'), '[].');
    writeFileSync(at('rabbitmq.conf'), configuration(tlsPort, options));
    mkdirSync(at('log'));
    if (isRoot) for (const name of ['', 'log', 'plugins']) chownSync(at(name), NOBODY, NOBODY);
    this.#epmd = this.#spawn(EPMD, ['-port', String(epmdPort)]);
    process.once('exit', this.#abandon);
  }

  /** A test that is given up leaves no server behind. */
  readonly #abandon = (): void => {
    for (const child of [this.#server, this.#epmd]) child?.kill('SIGKILL');
  };

  amqp(path = ''): string {
    return `amqp://127.0.0.1:${this.port}${path}`;
  }

  /** Starts the broker, again after kill(), with what it had on disk. */
  async start(): Promise<void> {
    const server = this.#spawn(`${BIN}/rabbitmq-server`, []);
    this.#server = server;
    for (const deadline = Date.now() + START_LIMIT_MS; !(await accepts(this.port)); await sleep(100)) {
      if (server.exitCode !== null) throw new Error(`rabbitmq-server ended; see ${this.folder}/log`);
      if (Date.now() > deadline) throw new Error(`rabbitmq-server takes too long; see ${this.folder}/log`);
    }
  }

  /** Kills the broker where it stands: SIGKILL. */
  async kill(): Promise<void> {
    if (this.#server) await killGroup(this.#server);
    this.#server = undefined;
  }

  /** Stops it from doing anything, as a cut network would, until thaw(). */
  freeze(): void {
    this.#server?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#server?.kill('SIGCONT');
  }

  /** Runs rabbitmqctl; ~2 s. */
  async control(...words: readonly string[]): Promise<string> {
    const node = ['-n', this.#env.RABBITMQ_NODENAME as string];
    const { stdout } = await run(`${BIN}/rabbitmqctl`, [...node, ...words], { ...ordinary, env: this.#env });
    return stdout;
  }

  async stop(): Promise<void> {
    await this.kill();
    await killGroup(this.#epmd);
    process.off('exit', this.#abandon);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(program: string, words: readonly string[]): ChildProcess {
    return spawn(program, words, {
      ...ordinary,
      env: this.#env,
      cwd: this.folder,
      stdio: 'ignore',
      detached: true,
    });
  }
}

const ordinary = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

function configuration(tlsPort: number, { tls, settings = [] }: ServerOptions): string {
  const lines = ['loopback_users = none', 'disk_free_limit.absolute = 1MB', ...settings];
  if (tls) {
    lines.push(
      `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
      `ssl_options.cacertfile = ${tls.caFile}`,
      `ssl_options.certfile = ${tls.certFile}`,
      `ssl_options.keyfile = ${tls.keyFile}`,
      'ssl_options.verify = verify_peer',
      'ssl_options.fail_if_no_peer_cert = true',
    );
  }
  return `${lines.join('\n')}\n`;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The process and what it started, which share its group. */
async function killGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid!, 'SIGKILL');
  await ended;
}
