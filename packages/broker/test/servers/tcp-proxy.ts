import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Passage } from './passage.ts';

/** Stands between a client and a server of the loopback interface, to be cut like a cable. */
export class TcpProxy {
  readonly #server: Server;
  readonly #passage: Passage;
  #isCut = false;

  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(targetPort: number) {
    this.#passage = new Passage(targetPort);
    this.#server = createServer((client) => {
      if (this.#isCut) client.destroy();
      else this.#passage.pass(client);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Breaks all connections, and new ones, until mend(). */
  cut(): void {
    this.#isCut = true;
    this.#passage.cut();
  }

  mend(): void {
    this.#isCut = false;
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
