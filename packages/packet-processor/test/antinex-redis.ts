import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { RedisServer } from '../../broker/test/servers/redis-server.ts';
import type { Target } from './feed.ts';
import type { ProcessorChild } from './processor-child.ts';

/** A Redis for the tests of a file; answers a function that makes a queue. */
export function useRedis(configuration: readonly string[] = []): () => Target & { left(): Promise<number> } {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start({ configuration });
  });
  afterAll(() => server?.stop());
  return () => {
    const queue = randomUUID();
    const left = async () => Number(await server.cli('-n', '15', 'XLEN', `${queue}.batch`));
    return { url: server.url('/15?claim_idle=1'), queue, wire: 'batch', left };
  };
}

/** The machine may be busy, and the API of a test slow. */
const LIMIT_MS = process.env.LONG === '1' ? 400_000 : 60_000;

/** Waits until a processor that posts has so many rows, and nothing left to post. */
export const drained = (processor: ProcessorChild, count = 0) =>
  processor.until(({ rows, antinex: publish }) => {
    const isDrained =
      publish?.posting === 'here' && publish.waiting !== 'unknown' && publish.waiting.rows === 0;
    return isDrained && rows >= count;
  }, LIMIT_MS);

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

export const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
