import { afterEach } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import type { BrokerEvent, Codec, Consumer, ConsumerOptions, Publisher } from '../src/types.ts';
import type { Note } from './notes.ts';

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
