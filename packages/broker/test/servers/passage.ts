import { connect, type Socket } from 'node:net';

/** Passes connections on to a server of the loopback interface. */
export class Passage {
  readonly #targetPort: number;
  readonly #sockets = new Set<Socket>();

  constructor(targetPort: number) {
    this.#targetPort = targetPort;
  }

  /** Joins a client to the server; when one side ends, so does the other. */
  pass(client: Socket): void {
    const server = connect(this.#targetPort, '127.0.0.1');
    this.#join(client, server);
    this.#join(server, client);
  }

  /** Breaks all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.pipe(to);
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
