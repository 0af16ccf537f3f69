import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redisMissing } from '../../broker/test/servers/redis-server.ts';
import { PredictingApi } from './antinex-api.ts';
import { drained, sorted, upTo, useRedis } from './antinex-redis.ts';
import { COMPLETE, compare, datasetFiles, durableRows, idsOf, newFolder } from './datasets.ts';
import { publish } from './feed.ts';
import { allPredictions, numbersOf, portPacket, portPackets } from './predictions.ts';
import { startProcessor } from './processor-child.ts';
import { SmallDisk, whyNoSmallDisk } from './small-disk.ts';

const missing = redisMissing();
const noDisk = whyNoSmallDisk();
const LIMIT = 16_000_000;

const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

const expectAllOnce = (api: PredictingApi, folder: string, count: number) => {
  expect(compare(idsOf(datasetFiles(folder)), count)).toEqual(COMPLETE);
  expect(
    compare(
      allPredictions(folder).map(({ packet_id }) => packet_id),
      count,
    ),
  ).toEqual(COMPLETE);
  expect(sorted(numbersOf(api.rows))).toEqual(upTo(count));
};

describe.skipIf(missing)(missing ?? 'rows that wait for AntiNex', () => {
  const target = useRedis();

  it('fill their part of the disk and no more; then messages wait, and go on when there is room', async () => {
    const api = await PredictingApi.start({ refuse: () => [503, 'away'] });
    const [queue, folder] = [target(), newFolder()];
    const count = 2000;
    const load = randomBytes(6000).toString('hex');
    const long = upTo(count).map((number) => {
      const message = portPacket(number);
      return { ...message, data: { ...message.data, raw: { load } } };
    });
    await publish(queue, long, 50);
    const env = api.env({ ANTINEX_SPOOL_SIZE: `${LIMIT}` });
    const processor = await startProcessor(queue, ['--dataset-dir', folder], { env });
    const full = {
      code: 503,
      body: expect.stringContaining('rows that wait for AntiNex, or that it refused, fill'),
    };
    await expect.poll(() => processor.get('/readyz'), { timeout: 30_000 }).toEqual(full);
    const state = join(folder, `antinex-${queue.queue}`);
    await expect.poll(() => bytesIn(state), { timeout: 30_000 }).toBeGreaterThan(LIMIT - 1_500_000);
    await expect.poll(() => processor.get('/readyz'), { timeout: 30_000 }).toEqual(full);
    expect(bytesIn(state)).toBeLessThan(LIMIT + 100_000);
    expect(durableRows(folder)).toBeLessThan(count);
    expect(await queue.left()).toBeGreaterThan(0);
    api.options = {};
    await drained(processor, count);
    expect(await queue.left()).toBe(0);
    const { stderr } = await processor.stop();
    expect(stderr.match(/until then everything waits/g)).toHaveLength(1);
    expectAllOnce(api, folder, count);
  });

  it('do not keep the processor from being ready while the API is away', async () => {
    const api = await PredictingApi.start({ refuse: () => [503, 'away'] });
    const [queue, folder] = [target(), newFolder()];
    await publish(queue, portPackets(1, 10));
    const processor = await startProcessor(queue, ['--dataset-dir', folder], { env: api.env() });
    await processor.until(({ antinex }) => (antinex?.retries ?? 0) > 2);
    expect(await processor.get('/readyz')).toMatchObject({ code: 200 });
    const metrics = (await processor.get('/metrics'))!.body;
    expect(metrics).toContain('processor_antinex_spool_rows 10');
    expect(metrics).toMatch(/processor_antinex_spool_oldest_seconds [\d.]+\n/);
    const { code, stderr } = await processor.stop();
    expect(code).toBe(0);
    expect(stderr).toMatch(/10 rows wait, .* they are posted at the next start/);
    expect(stderr.match(/; the rows wait/g)).toHaveLength(1);
  });

  describe.skipIf(noDisk)(noDisk ?? 'on a full disk', () => {
    let disk: SmallDisk;
    beforeEach(() => {
      disk = new SmallDisk('3m');
    });
    afterEach(() => disk.unmount());

    it('are neither lost nor posted twice', async () => {
      const api = await PredictingApi.start();
      const [queue, folder, count] = [target(), disk.path, 10_000];
      await publish(queue, portPackets(1, count));
      const processor = await startProcessor(queue, ['--dataset-dir', folder], { env: api.env() });
      const full = { code: 503, body: expect.stringContaining('no space left to write') };
      await expect.poll(() => processor.get('/readyz'), { timeout: 30_000 }).toEqual(full);
      await sleep(500);
      disk.resize('64m');
      await drained(processor, count);
      expect((await processor.stop()).code).toBe(0);
      expectAllOnce(api, folder, count);
    });
  });
});
