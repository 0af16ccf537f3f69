import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import { openSpoolingPublisher } from '../src/spool/index.ts';
import { type Note, range } from './notes.ts';
import { RedisServer, redisMissing } from './servers/redis-server.ts';
import { publishThroughOutages } from './spool-outages.ts';
import { closeLater, newFolder, until } from './spool-support.ts';

// With RabbitMQ: rabbitmq-outage.test.ts, where one outage serves several tests.
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
