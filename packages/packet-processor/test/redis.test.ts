import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer, redisMissing } from '../../broker/test/servers/redis-server.ts';
import { COMPLETE, compare, csvFiles, idsOf, newFolder } from './datasets.ts';
import { packets, publish } from './feed.ts';
import {
  allRows,
  itSurvivesKills,
  itSurvivesTheDeathOfOneOfTwo,
  type LossTarget,
  PACKETS,
  PLACES,
} from './loss-suite.ts';
import { itSurvivesPoison } from './poison-suite.ts';
import { startProcessor } from './processor-child.ts';
import { itTakesFromPython } from './python-suite.ts';

const missing = redisMissing();
/** What a dead processor held comes to others this soon. */
const SOON = '/15?claim_idle=1&visibility_timeout=3';

describe.skipIf(missing)(missing ?? 'packet-processor on Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start({ configuration: ['appendonly yes'] });
  });
  afterAll(() => server?.stop());

  const target = (wire: 'batch' | 'kombu') => (): LossTarget => {
    const queue = randomUUID();
    const number = async (...words: string[]) => Number(await server.cli('-n', '15', ...words));
    const left = {
      batch: () => number('XLEN', `${queue}.batch`),
      kombu: async () => (await number('LLEN', queue)) + (await number('HLEN', 'unacked')),
    };
    return { url: server.url(SOON), queue, wire, left: left[wire] };
  };

  describe('batches', () => {
    for (const place of Object.keys(PLACES)) itSurvivesKills(place, target('batch'));
    itSurvivesTheDeathOfOneOfTwo(target('batch'));
    itSurvivesPoison(target('batch'));

    it('loses and doubles nothing when one of two processors stands still for a while', async () => {
      const folder = newFolder();
      const queue = target('batch')();
      const args = [...PLACES['a new file each time'](folder), '--save-after-num', '0'];
      const processors = [await startProcessor(queue, args), await startProcessor(queue, args)];
      await Promise.all(processors.map((processor) => processor.isReady()));
      const publishing = publish(queue, packets(1, PACKETS));
      await processors[0].until(({ consumed }) => consumed > 0);
      processors[0].kill('SIGSTOP');
      await publishing;
      // What it holds goes to the other after a second, and then it wants to settle it all the same.
      await processors[1].until(({ redelivered }) => redelivered > 0);
      processors[0].kill('SIGCONT');
      await allRows(folder, PACKETS, queue.left);
      for (const processor of processors) expect((await processor.stop()).code).toBe(0);
      expect(compare(idsOf(csvFiles(folder)), PACKETS)).toEqual(COMPLETE);
    });

    it('loses and doubles nothing when the broker is killed and comes back', async () => {
      const folder = newFolder();
      const queue = target('batch')();
      const args = PLACES['a new file each time'](folder);
      const processors = [await startProcessor(queue, args), await startProcessor(queue, args)];
      await Promise.all(processors.map((processor) => processor.isReady()));
      const publishing = publish(queue, packets(1, PACKETS));
      await processors[0].until(({ rows }) => rows > 0);
      await server.kill();
      const page = async () => (await processors[0].get('/readyz'))?.body;
      await expect.poll(page, { timeout: 10_000 }).toContain('no broker: ');
      await server.start();
      await publishing;
      await allRows(folder, PACKETS, queue.left);
      for (const processor of processors) expect((await processor.stop()).code).toBe(0);
      expect(compare(idsOf(csvFiles(folder)), PACKETS)).toEqual(COMPLETE);
    });
  });

  describe('kombu', () => {
    itSurvivesKills('one file', target('kombu'));
    itSurvivesPoison(target('kombu'));
    itTakesFromPython(target('kombu'));
  });
});
