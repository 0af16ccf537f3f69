import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that the system gives to clients: a server that comes back finds its port free, and no
 * client gets it while the server is away.
 */
const FIRST = 12_000;
const PORTS_OF_PLACE = 400;
const PLACES = 24;
/** Tests of a run that go on at once have different places; so have, most likely, those of two runs. */
const place = (Number(process.env.VITEST_POOL_ID ?? 0) % PLACES) + (process.ppid % 2) * PLACES;
/** Not always from the first one on: who had the place before may still be about to end. */
let next = process.pid * 10;

/** Ports of the loopback interface that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST + place * PORTS_OF_PLACE + (next++ % PORTS_OF_PLACE);
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
