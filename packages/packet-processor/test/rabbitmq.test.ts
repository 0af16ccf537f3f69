import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RabbitmqServer, rabbitmqMissing } from '../../broker/test/servers/rabbitmq-server.ts';
import { TcpProxy } from '../../broker/test/servers/tcp-proxy.ts';
import { COMPLETE, compare, csvFiles, idsOf, newFolder } from './datasets.ts';
import { packets, publish, type Target } from './feed.ts';
import { allRows, itSurvivesKills, itSurvivesTheDeathOfOneOfTwo, PACKETS, PLACES } from './loss-suite.ts';
import { itSurvivesPoison } from './poison-suite.ts';
import { startProcessor } from './processor-child.ts';
import { itTakesFromPython } from './python-suite.ts';

const missing = rabbitmqMissing();

describe.skipIf(missing)(missing ?? 'packet-processor on RabbitMQ', () => {
  let server: RabbitmqServer;
  beforeAll(async () => {
    server = await RabbitmqServer.start();
  });
  afterAll(() => server?.stop());

  const target = (): Target => ({ url: server.amqp(), queue: randomUUID(), wire: 'batch' });

  itSurvivesKills('one file', target);
  itSurvivesTheDeathOfOneOfTwo(target);
  describe('batches', () => itSurvivesPoison(target));
  describe('kombu', () => {
    itSurvivesPoison(() => ({ ...target(), wire: 'kombu' }));
    itTakesFromPython(target);
  });

  it('loses and doubles nothing when the network of one of two processors is cut', async () => {
    const folder = newFolder();
    const queue = target();
    const proxy = await TcpProxy.start(server.port);
    const args = PLACES['a new file each time'](folder);
    const behind = { ...queue, url: `amqp://127.0.0.1:${proxy.port}` };
    const processors = [await startProcessor(behind, args), await startProcessor(queue, args)];
    await Promise.all(processors.map((processor) => processor.isReady()));
    const code = async () => (await processors[0].get('/readyz'))?.code;
    const ROUNDS = 3;
    for (let round = 0; round < ROUNDS; round++) {
      await processors[0].isReady();
      const rows = (await processors[0].status())?.rows ?? 0;
      const share = PACKETS / ROUNDS;
      const publishing = publish(queue, packets(round * share + 1, (round + 1) * share));
      await processors[0].until((now) => now.rows > rows);
      proxy.cut();
      await expect.poll(code, { timeout: 10_000, interval: 5 }).toBe(503);
      proxy.mend();
      await publishing;
    }
    await allRows(folder, PACKETS);
    for (const processor of processors) expect((await processor.stop()).code).toBe(0);
    await proxy.stop();
    expect(compare(idsOf(csvFiles(folder)), PACKETS)).toEqual(COMPLETE);
  });

  it('loses and doubles nothing when the broker is killed and comes back', async () => {
    const folder = newFolder();
    const queue = target();
    const args = PLACES['a new file each time'](folder);
    const processors = [await startProcessor(queue, args), await startProcessor(queue, args)];
    await Promise.all(processors.map((processor) => processor.isReady()));
    const publishing = publish(queue, packets(1, PACKETS));
    await processors[0].until(({ rows }) => rows > 0);
    await server.kill();
    await server.start();
    await publishing;
    await allRows(folder, PACKETS);
    for (const processor of processors) expect((await processor.stop()).code).toBe(0);
    expect(compare(idsOf(csvFiles(folder)), PACKETS)).toEqual(COMPLETE);
  });
});
