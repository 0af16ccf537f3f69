import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import type { SpoolEvent } from '../src/spool/events.ts';
import { openSpoolingPublisher } from '../src/spool/index.ts';
import { type BrokerEvent, MAX_BATCH_MESSAGES } from '../src/types.ts';
import { type Note, range } from './notes.ts';
import { closeLater, newFolder, until } from './spool-support.ts';

interface Server {
  kill(): Promise<void>;
  start(): Promise<void>;
}

const BATCHES = 200;
const TOTAL = BATCHES * MAX_BATCH_MESSAGES;

/** Publishes while the server is killed and comes back, and reads everything in the end. */
export async function publishThroughOutages(
  server: Server,
  url: string,
  outages: number,
  upMs: number,
  startsUp: boolean,
): Promise<void> {
  const queue = `spool-${randomUUID()}`;
  const events: (BrokerEvent | SpoolEvent)[] = [];
  const onEvent = (event: BrokerEvent | SpoolEvent) => events.push(event);
  if (!startsUp) await server.kill();
  const publisher = await openSpoolingPublisher<Note>(
    (tell) => connectPublisher<Note>(url, { queue, onEvent: tell }),
    { folder: newFolder(), patienceMs: 300, segmentBytes: 100_000, onEvent },
  );
  closeLater(publisher);
  let published = 0;
  const publishing = (async () => {
    for (; published < BATCHES; published++) {
      const first = published * MAX_BATCH_MESSAGES;
      await publisher.publish(range(first, first + MAX_BATCH_MESSAGES).map((id) => ({ id })));
      await sleep(((outages + 1) * (upMs + 200)) / BATCHES);
    }
  })();
  for (let outage = 0; outage < outages; outage++) {
    if (outage > 0 || !startsUp) {
      await sleep(200);
      await server.start();
    }
    await sleep(upMs);
    await server.kill();
  }
  await sleep(200);
  await server.start();
  await publishing;
  await until(() => !publisher.isSpooling, 'the spool is drained', 60_000);

  const seen = new Set<number>();
  const consumer = closeLater(await connectConsumer<Note>(url, { queue }));
  for await (const delivery of consumer.receive()) {
    for (const { id } of delivery.messages) seen.add(id);
    await delivery.ack();
    if (seen.size === TOTAL) break;
  }
  // A set keeps the order of the first occurrences.
  expect([...seen]).toEqual(range(0, TOTAL));
  const { appendedMessages, replayedMessages, droppedMessages } = publisher.counters();
  expect(appendedMessages).toBeGreaterThan(0);
  expect(replayedMessages).toBe(appendedMessages);
  expect(droppedMessages).toBe(0);
  expect(events.filter(({ kind }) => kind === 'drained').length).toBeGreaterThan(0);
}
