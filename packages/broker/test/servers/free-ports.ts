import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that the system gives to clients: a server that comes back finds its port free, and no
 * client gets it while the server is away.
 */
const FIRST = 12_000;
const PORTS_OF_PROCESS = 400;
/** Tests run in several processes at once, whose ids follow each other: each has ports of its own. */
const first = FIRST + (process.pid % 48) * PORTS_OF_PROCESS;
let next = 0;

/** Ports of the loopback interface that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = first + (next++ % PORTS_OF_PROCESS);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}
