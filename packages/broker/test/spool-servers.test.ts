import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import type { SpoolEvent } from '../src/spool/events.ts';
import { openSpoolingPublisher } from '../src/spool/index.ts';
import { type BrokerEvent, MAX_BATCH_MESSAGES } from '../src/types.ts';
import { RabbitmqServer, rabbitmqMissing } from './servers/rabbitmq-server.ts';
import { RedisServer, redisMissing } from './servers/redis-server.ts';
import type { Note } from './spool-broker.ts';
import { closeLater, newFolder, range, until } from './spool-support.ts';

interface Server {
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const BATCHES = 200;
const TOTAL = BATCHES * MAX_BATCH_MESSAGES;

/** Publishes while the server is killed and comes back, and reads everything in the end. */
async function publishThroughOutages(
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

const withoutRedis = redisMissing();
describe.skipIf(withoutRedis)(`a spool before Redis${withoutRedis ? ` (${withoutRedis})` : ''}`, () => {
  it('loses and reorders nothing while the server is killed again and again', async () => {
    const server = await RedisServer.start({ configuration: ['appendonly yes', 'appendfsync always'] });
    closeLater({ close: () => server.stop() });
    await publishThroughOutages(server, server.url(), 5, 300, false);
  });

  it('takes over from a server that hangs', async () => {
    const server = await RedisServer.start();
    closeLater({ close: () => server.stop() });
    const queue = `spool-${randomUUID()}`;
    const publisher = await openSpoolingPublisher<Note>(
      (onEvent) => connectPublisher<Note>(server.url(), { queue, onEvent }),
      { folder: newFolder(), patienceMs: 200 },
    );
    closeLater(publisher);
    await publisher.publish([{ id: 0 }]);
    server.pause();
    const started = performance.now();
    await Promise.all(range(1, 50).map((id) => publisher.publish([{ id }])));
    expect(performance.now() - started).toBeLessThan(2000);
    expect(publisher.isSpooling).toBe(true);
    server.resume();
    await until(() => !publisher.isSpooling, 'the spool is drained');
    const seen = new Set<number>();
    const consumer = closeLater(await connectConsumer<Note>(server.url(), { queue }));
    for await (const delivery of consumer.receive()) {
      for (const { id } of delivery.messages) seen.add(id);
      if (seen.size === 50) break;
    }
    expect([...seen]).toEqual(range(0, 50));
  });
});

const withoutRabbitmq = rabbitmqMissing();
describe.skipIf(withoutRabbitmq)(
  `a spool before RabbitMQ${withoutRabbitmq ? ` (${withoutRabbitmq})` : ''}`,
  () => {
    it('loses and reorders nothing while the broker is killed and restarted', async () => {
      const server = await RabbitmqServer.start();
      closeLater({ close: () => server.stop() });
      await publishThroughOutages(server, server.amqp(), 1, 1500, true);
    });
  },
);
