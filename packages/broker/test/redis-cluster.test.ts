import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ackAll, idsOf, notes, range, receive, takeDifferent } from './notes.ts';
import { closingAfterEach, eventLog } from './redis-support.ts';
import { type RedisServer, redisMissing, startCluster } from './servers/redis-server.ts';

const missing = redisMissing();

const numerically = (a: number, b: number) => a - b;

describe.skipIf(missing)(`redis cluster${missing ? ` (${missing})` : ''}`, () => {
  let nodes: RedisServer[];
  const { publisherTo, consumerOf } = closingAfterEach();
  beforeAll(async () => {
    nodes = await startCluster(['appendonly yes', 'appendfsync always']);
  });
  afterAll(() => Promise.all((nodes ?? []).map((node) => node.stop())));

  const url = (options: string) =>
    `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}/?${options}`;

  it('spreads publishers over the shards, and consumers read them all', async () => {
    const queue = `spread-${randomUUID()}`;
    const publishers = await Promise.all(range(0, 24).map(() => publisherTo(url('shards=6'), { queue })));
    await Promise.all(publishers.map((publisher, i) => publisher.publish(notes(10 * i, 10 * i + 10))));
    const lengths = await Promise.all(
      nodes.map(async ({ port }) => {
        const redis = new Redis({ port });
        const keys = await redis.keys(`${queue}.batch:*`);
        redis.disconnect();
        return keys.length;
      }),
    );
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(3);
    const deliveries = await receive(await consumerOf(url('shards=6'), { queue }), 240);
    expect(idsOf(deliveries).sort(numerically)).toEqual(range(0, 240));
    await ackAll(deliveries);
  });

  it('goes on after all nodes were away', async () => {
    const queue = `away-${randomUUID()}`;
    const log = eventLog();
    const publisher = await publisherTo(url('shards=3'), { queue, onEvent: log.onEvent });
    const consumer = await consumerOf(url('shards=3&claim_idle=1'), { queue });
    await publisher.publish(notes(0, 10));
    await Promise.all(nodes.map((node) => node.kill()));
    const publishing = publisher.publish(notes(10, 20));
    await log.until(({ kind }) => kind === 'retrying');
    await Promise.all(nodes.map((node) => node.start()));
    await publishing;
    expect(await takeDifferent(consumer, 20)).toEqual(range(0, 20));
  }, 60_000);

  it('loses nothing when a node is killed', async () => {
    const queue = `node-${randomUUID()}`;
    const where = url('shards=3&claim_idle=1');
    const publishers = await Promise.all(range(0, 4).map(() => publisherTo(where, { queue })));
    const consumer = await consumerOf(where, { queue });
    const total = 8000;
    const taking = takeDifferent(consumer, total);
    const publishing = publishers.map(async (publisher, i) => {
      for (let id = i * 10; id < total; id += 40) {
        await publisher.publish(notes(id, id + 10));
        await sleep(2);
      }
    });
    for (const node of nodes) {
      await sleep(200);
      await node.kill();
      await sleep(100);
      await node.start();
    }
    await Promise.all(publishing);
    expect(await taking).toEqual(range(0, total));
  }, 60_000);
});
