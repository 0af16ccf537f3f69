import { afterEach } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import type { BrokerEvent, Codec, Consumer, ConsumerOptions, Delivery, Publisher } from '../src/types.ts';

/** A message as the tests send it. */
export interface Note {
  readonly id: number;
}

/** Notes from..to-1. */
export const notes = (from: number, to: number): Note[] =>
  Array.from({ length: to - from }, (_, index) => ({ id: from + index }));

export const idsOf = (deliveries: readonly Delivery<Note>[]): number[] =>
  deliveries.flatMap(({ messages }) => messages.map(({ id }) => id));

export const range = (from: number, to: number): number[] => notes(from, to).map(({ id }) => id);

/** Lines as they came, whatever they are. */
export const linesCodec: Codec<string> = {
  encode: (lines) => Buffer.from(lines.map((line) => `${line}\n`).join('')),
  decode: (bytes) => ({ messages: [Buffer.from(bytes).toString('latin1')], malformed: [] }),
};

/** Connects for the test that runs, and closes after it. */
export function closingAfterEach() {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((connection) => connection.close()));
  });
  return {
    async publisherTo<T = Note>(url: string, options: ConsumerOptions<T>): Promise<Publisher<T>> {
      const publisher = await connectPublisher<T>(url, options);
      open.unshift(publisher);
      return publisher;
    },
    async consumerOf<T = Note>(url: string, options: ConsumerOptions<T>): Promise<Consumer<T>> {
      const consumer = await connectConsumer<T>(url, options);
      open.unshift(consumer);
      return consumer;
    },
  };
}

/** Receives until `count` messages are there. */
export async function receive<T>(consumer: Consumer<T>, count: number): Promise<Delivery<T>[]> {
  const deliveries: Delivery<T>[] = [];
  let missing = count;
  for await (const delivery of consumer.receive()) {
    deliveries.push(delivery);
    missing -= delivery.messages.length;
    if (missing <= 0) break;
  }
  return deliveries;
}

export const ackAll = <T>(deliveries: readonly Delivery<T>[]): Promise<unknown> =>
  Promise.all(deliveries.map((delivery) => delivery.ack()));

/** Collects events, and waits for one of a kind. */
export function eventLog() {
  const events: BrokerEvent[] = [];
  const waiting = new Set<() => void>();
  return {
    events,
    onEvent: (event: BrokerEvent) => {
      events.push(event);
      for (const look of waiting) look();
    },
    until: (matches: (event: BrokerEvent) => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = () => {
          if (!events.some(matches)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
