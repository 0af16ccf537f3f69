import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RabbitmqServer, rabbitmqMissing } from '../../broker/test/servers/rabbitmq-server.ts';
import { RedisServer, redisMissing } from '../../broker/test/servers/redis-server.ts';
import { COMPLETE, compare, idsOf, newFolder } from './datasets.ts';
import { deadLetters, packet, packets, publish, publishRaw, type Target } from './feed.ts';
import { type ProcessorChild, startProcessor } from './processor-child.ts';

const missing = process.env.LONG
  ? (redisMissing() ?? rabbitmqMissing())
  : 'minutes and gigabytes: LONG=1 runs it';
const CLIENT = 'redis-cli';
const HUGE_MB = 100;
/** So many in a row, which must not add up. */
const HUGE = 3;
const ROWS = 200;
const LIMIT_MS = 300_000;

/** The largest that the resident set of a process has been. */
const peakMb = ({ child }: ProcessorChild): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;

describe.skipIf(missing)(missing ?? `messages of ${HUGE_MB} MB`, () => {
  const huge = Buffer.alloc(HUGE_MB * 2 ** 20, 'x');
  let redis: RedisServer;
  let rabbitmq: RabbitmqServer;
  beforeAll(async () => {
    [redis, rabbitmq] = await Promise.all([RedisServer.start(), RabbitmqServer.start()]);
  });
  afterAll(() => Promise.all([redis?.stop(), rabbitmq?.stop()]));

  /** Not even an envelope. */
  const pushBare = async ({ queue }: Target) => {
    const words = ['-p', String(redis.port), '-n', '15', '-x', 'LPUSH', String(queue)];
    execFileSync(CLIENT, words, { input: huge });
  };
  const pushAsMessage = (target: Target) => publishRaw(target, [huge]);

  // Copies of the message that there may be in memory at once: an envelope of kombu is parsed to be marked.
  it.each([
    ['in a stream of Redis', () => redis.url('/15'), 'batch', pushAsMessage, 8],
    ["in kombu's list in Redis", () => redis.url('/15'), 'kombu', pushAsMessage, 16],
    ["bare in kombu's list in Redis", () => redis.url('/15'), 'kombu', pushBare, 16],
    ['in a batch of RabbitMQ', () => rabbitmq.amqp(), 'batch', pushAsMessage, 8],
    ["in kombu's queue in RabbitMQ", () => rabbitmq.amqp(), 'kombu', pushAsMessage, 8],
  ] as const)(
    '%s: put aside and counted, and the queue goes on',
    async (_, url, wire, push, copies) => {
      const target = { url: url(), queue: randomUUID(), wire };
      const csv = join(newFolder(), 'x.csv');
      const processor = await startProcessor(target, ['--output-csv', csv]);
      for (let i = 1; i <= HUGE; i++) {
        await publish(target, [packet(i)]);
        await push(target);
        const isAside = (dead: Readonly<Record<string, number>>) => Object.values(dead).join() === String(i);
        await processor.until(({ deadLettered }) => isAside(deadLettered), LIMIT_MS);
      }
      await publish(target, packets(HUGE + 1, ROWS));
      await processor.until(({ rows }) => rows === ROWS);
      const peak = peakMb(processor);
      console.log(`${wire}, ${target.url.slice(0, 5)}: at most ${Math.round(peak)} MB`);
      expect(peak).toBeLessThan((1 + copies) * HUGE_MB);
      expect((await processor.stop()).code).toBe(0);
      expect(compare(idsOf([csv]), ROWS)).toEqual(COMPLETE);
      const [[letter]] = await deadLetters(target, 1);
      expect(letter.length).toBe(huge.length);
    },
    LIMIT_MS,
  );
});
