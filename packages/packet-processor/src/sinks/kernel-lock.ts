import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

/**
 * A lock between processes of one host: a name in Linux's abstract socket namespace (unix(7)), which
 * the kernel frees when its holder ends, however it ends. Processes in other network namespaces
 * (containers) and on other systems are not kept out.
 */
export class KernelLock {
  readonly #server: Server;
  readonly #waiting = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => {
      this.#waiting.add(socket.unref());
      socket.on('error', () => {}).on('close', () => this.#waiting.delete(socket));
    }).unref();
  }

  /** Undefined when somebody else has it. */
  static async tryTake(name: string): Promise<KernelLock | undefined> {
    const lock = new KernelLock();
    if (process.platform !== 'linux') return lock;
    try {
      lock.#server.listen(`\0${name}`);
      await once(lock.#server, 'listening');
      return lock;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
      throw error;
    }
  }

  /** Waits for it, `limitMs` at most, and then answers undefined. */
  static async take(name: string, limitMs: number): Promise<KernelLock | undefined> {
    for (const deadline = performance.now() + limitMs; ; ) {
      const lock = await KernelLock.tryTake(name);
      const leftMs = deadline - performance.now();
      if (lock !== undefined || leftMs <= 0) return lock;
      await released(name, leftMs);
    }
  }

  async release(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
    await once(this.#server, 'close');
  }
}

/** What to call the lock of a file or a folder, whatever path leads there. */
export async function lockName(folder: string, what: string): Promise<string> {
  const place = join(await realpath(folder), what);
  return `antinex-${createHash('sha256').update(place).digest('hex')}`;
}

/** Who is connected to the holder notices when it lets go or dies. */
async function released(name: string, limitMs: number): Promise<void> {
  const socket = connect(`\0${name}`);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.destroy(), limitMs);
    socket.on('error', () => {}).resume();
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
