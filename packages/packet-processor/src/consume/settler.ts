import { connectPublisher } from '@antinex/broker';
import type { Log } from '@antinex/runtime';
import { describeError, PipelineError } from '@antinex/runtime';
import { type Delivered, idOf, type Message } from '../messages/message.ts';
import type { Arrival } from './arrival.ts';
import type { ReceiverOptions } from './receiver.ts';

/** How long the broker may take to confirm what is published anew. */
const PUBLISH_MS = 5000;

/** Tells the broker what came of deliveries. It does not wait for the answers, but knows of them. */
export class Settler {
  /** Deliveries whose rows are durable and that the broker may deliver again all the same. */
  #open = 0;
  readonly #log: Log;
  readonly #onReject: (reason: string, messages: number) => void;

  constructor(log: Log, onReject: (reason: string, messages: number) => void) {
    this.#log = log;
    this.#onReject = onReject;
  }

  /** Whether the broker knows all that is durable. */
  get isDone(): boolean {
    return this.#open === 0;
  }

  /** Acks a delivery, or puts it aside where a message of it could not become a row. */
  settle({ delivery, refusal }: Arrival): Promise<void> {
    return this.#try(async () => {
      if (refusal === undefined) return delivery.ack();
      await delivery.reject(refusal);
      this.#onReject(refusal, delivery.messages.length);
    });
  }

  /**
   * Settles a delivery of which only the first messages were wanted. Where all of these have ids, it goes
   * back to the queue as a whole, as whoever gets it knows what has a row. Where not, the rest is
   * published anew, at the end of the queue, and the delivery is done.
   */
  settleRest({ delivery, messages, committed, receiver }: Arrival): Promise<void> {
    return this.#try(async () => {
      if (messages.slice(0, committed).every((message) => idOf(message) !== undefined)) {
        this.#open++;
        return delivery.requeue();
      }
      await publishRest(receiver.options, messages.slice(committed));
      await delivery.ack();
    });
  }

  async #try(settle: () => Promise<void>): Promise<void> {
    this.#open++;
    try {
      await settle();
      this.#open--;
    } catch (error) {
      // A closed consumer's deliveries come again, and their packets are known.
      if (error instanceof PipelineError && error.code === 'QUEUE_CLOSED') return;
      this.#log('warn', `cannot settle a delivery: ${describeError(error).line}`);
    }
  }
}

async function publishRest({ url, onEvent: _, ...options }: ReceiverOptions, rest: readonly Message[]) {
  const publisher = await connectPublisher<Delivered>(url, options);
  try {
    await publisher.publish(rest, { signal: AbortSignal.timeout(PUBLISH_MS) });
  } finally {
    await publisher.close();
  }
}
