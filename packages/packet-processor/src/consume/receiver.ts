import {
  type BrokerEvent,
  type Consumer,
  type ConsumerOptions,
  connectConsumer,
  type Delivery,
} from '@antinex/broker';
import type { Readiness } from '@antinex/runtime';
import type { Delivered } from '../messages/message.ts';

export interface ReceiverOptions extends ConsumerOptions<Delivered> {
  readonly url: string;
  readonly onEvent: (event: BrokerEvent) => void;
}

/** After a loss of the connection it takes until then for all that was lost with it to come again. */
const STEADY_MS = 60_000;

/** Takes from the queue in one wire's form, through losses of the connection. */
export class Receiver {
  readonly options: ReceiverOptions;
  #consumer: Consumer<Delivered> | undefined;
  #outage: string | undefined;
  #lostMs = Number.NEGATIVE_INFINITY;

  private constructor(options: ReceiverOptions) {
    this.options = options;
  }

  /** @throws PipelineError as connectConsumer. */
  static async connect(options: ReceiverOptions): Promise<Receiver> {
    const receiver = new Receiver(options);
    const onEvent = (event: BrokerEvent) => {
      if (event.kind === 'connected') receiver.#outage = undefined;
      if (event.kind === 'disconnected') receiver.#lose(event.reason);
      options.onEvent(event);
    };
    receiver.#consumer = await connectConsumer<Delivered>(options.url, { ...options, onEvent });
    return receiver;
  }

  get readiness(): Readiness {
    return this.#outage === undefined ? true : { ready: false, reason: `no broker: ${this.#outage}` };
  }

  /** Whether the broker can be trusted to have what was settled. */
  get isSteady(): boolean {
    return this.#outage === undefined && performance.now() - this.#lostMs > STEADY_MS;
  }

  /** Hands on what comes, until it is closed. */
  async receive(take: (delivery: Delivery<Delivered>) => void): Promise<void> {
    for await (const delivery of this.#consumer!.receive()) take(delivery);
  }

  /** Gives back what is not settled. */
  async close(): Promise<void> {
    await this.#consumer?.close();
  }

  #lose(reason: string): void {
    this.#outage = reason;
    this.#lostMs = performance.now();
  }
}
