// Brokers of our own for a benchmark, with their data in a folder that goes with them.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RABBITMQ = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const EPMD = '/usr/bin/epmd';
/** RabbitMQ refuses to run with a cookie that others may read, so it runs as somebody ordinary. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

const isThere = (path) => {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
};

/** Whether there can be a RabbitMQ here. */
export const hasRabbitmq = () => [RABBITMQ, EPMD].every(isThere);

/** A Redis without persistence; `inside` is how a command in a network namespace begins. */
export async function startRedis(inside = []) {
  const [port] = inside.length > 0 ? [6379] : await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), 'bench-redis-'));
  const place = ['--port', port, '--bind', '127.0.0.1', '--dir', folder];
  const [command, ...words] = [...inside, 'redis-server', ...place, '--save', '', '--appendonly', 'no'];
  const server = spawn(command, words.map(String), { stdio: 'ignore' });
  const cli = (...args) => {
    const [program, ...rest] = [...inside, 'redis-cli', '-p', String(port), ...args];
    return execFileSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  };
  for (let isUp = false; !isUp; await sleep(20)) {
    try {
      isUp = cli('PING').startsWith('PONG');
    } catch {
      // Not yet.
    }
  }
  return {
    pid: server.pid,
    url: `redis://127.0.0.1:${port}/15`,
    empty: async () => void cli('FLUSHALL'),
    stop: () => end(server, folder),
  };
}

/** A RabbitMQ with two schedulers, ~7 s later. */
export async function startRabbitmq() {
  const [port, distPort, epmdPort] = await freePorts(3);
  const folder = mkdtempSync(join(tmpdir(), 'bench-rabbitmq-'));
  const at = (name) => join(folder, name);
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    ERL_EPMD_PORT: epmdPort,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `bench-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: port,
    RABBITMQ_DIST_PORT: distPort,
    RABBITMQ_MNESIA_BASE: at('data'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('plugins'),
    RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: at('none'),
    // The script then becomes the server: one process to end.
    RUNNING_UNDER_SYSTEMD: 'true',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none',
  };
  writeFileSync(at('plugins'), '[].');
  writeFileSync(at('rabbitmq.conf'), 'loopback_users = none\ndisk_free_limit.absolute = 1MB\n');
  mkdirSync(at('log'));
  if (isRoot) for (const name of ['', 'log', 'plugins']) chownSync(at(name), NOBODY, NOBODY);
  const options = { env, cwd: folder, stdio: 'ignore', ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}) };
  const epmd = spawn(EPMD, ['-port', String(epmdPort)], options);
  const server = spawn(RABBITMQ, [], { ...options, detached: true });
  while (!(await answers(port))) await sleep(100);
  return {
    url: `amqp://127.0.0.1:${port}`,
    /** What was consumed is gone already. */
    empty: async () => {},
    stop: async () => {
      process.kill(-server.pid, 'SIGKILL');
      await end(epmd, folder);
    },
  };
}

async function end(child, folder) {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  rmSync(folder, { recursive: true, force: true });
}

async function freePorts(count) {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(probes.map((probe) => once(probe, 'listening')));
  const ports = probes.map((probe) => probe.address().port);
  for (const probe of probes) probe.close();
  return ports;
}

function answers(port) {
  const socket = connect(port, '127.0.0.1');
  return once(socket, 'connect').then(
    () => Boolean(socket.destroy()),
    () => false,
  );
}
