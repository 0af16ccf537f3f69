/** Something that can be killed and started again. */
interface Server {
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** One outage of a server for several parties: it begins when all want it to, and so it ends. */
export class Outage {
  readonly #begin: () => void;
  readonly #end: () => void;
  readonly #begun: Promise<void>;
  readonly #ended: Promise<void>;
  #untilBegin: number;
  #untilEnd: number;

  constructor(server: Server, parties: number) {
    this.#untilBegin = parties;
    this.#untilEnd = parties;
    let begin = () => {};
    let end = () => {};
    this.#begun = new Promise((resolve) => {
      begin = resolve;
    });
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#begin = begin;
    this.#end = end;
    this.#ended = this.#begun
      .then(() => server.kill())
      .then(() => over)
      .then(() => server.start());
  }

  /** Resolves when the server is being killed. */
  begin(): Promise<void> {
    if (--this.#untilBegin === 0) this.#begin();
    return this.#begun;
  }

  /** Resolves when the server is back. */
  end(): Promise<void> {
    if (--this.#untilEnd === 0) this.#end();
    return this.#ended;
  }
}
