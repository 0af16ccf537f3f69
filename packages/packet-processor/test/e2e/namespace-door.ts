import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Passage } from '../../../broker/test/servers/passage.ts';

const LISTEN = fileURLToPath(new URL('listen.mjs', import.meta.url));

/** Lets a network namespace reach a server that listens on the loopback interface out here. */
export class NamespaceDoor {
  readonly #server: Server;
  readonly #passage: Passage;

  /** Opens it at an address of the namespace; what comes in there goes to `targetPort`. */
  static async open(
    namespace: string,
    address: string,
    port: number,
    targetPort: number,
  ): Promise<NamespaceDoor> {
    const words = ['netns', 'exec', namespace, process.execPath, LISTEN, address, String(port)];
    const child = spawn('ip', words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const gone = once(child, 'exit');
    const [message, server] = await Promise.race([once(child, 'message'), gone]);
    if (message !== 'listening') throw new Error(`cannot listen at ${address}:${port}`);
    await gone;
    return new NamespaceDoor(server as Server, targetPort);
  }

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#passage = new Passage(targetPort);
    server.on('connection', (client: Socket) => this.#passage.pass(client));
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#passage.cut();
    await once(this.#server, 'close');
  }
}
