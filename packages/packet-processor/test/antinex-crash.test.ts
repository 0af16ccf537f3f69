import { appendFileSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redisMissing } from '../../broker/test/servers/redis-server.ts';
import { PredictingApi } from './antinex-api.ts';
import { expectAllOnce, itPredictsThroughKills, PACKETS, unreliableApi } from './antinex-crash-suite.ts';
import { drained, sorted, upTo, useRedis } from './antinex-redis.ts';
import { durableRows, newFolder } from './datasets.ts';
import { publish } from './feed.ts';
import { PLACES } from './loss-suite.ts';
import { numbersOf, portPackets, predictionFiles, predictionsIn } from './predictions.ts';
import { startProcessor } from './processor-child.ts';

const missing = redisMissing();

describe.skipIf(missing)(missing ?? 'posting rows to AntiNex through crashes', () => {
  const target = useRedis(['appendonly yes']);

  // Rotating has all that the others have; LONG=1 takes every place.
  const places = process.env.LONG === '1' ? Object.keys(PLACES) : ['files that rotate'];
  for (const place of places) itPredictsThroughKills(place, target);

  it('a file of predictions that was being written is cut to what the cursor tells', async () => {
    const api = await PredictingApi.start();
    let isSlow = false;
    api.options = { outcome: () => (isSlow ? { status: 'started' } : undefined) };
    const [queue, folder] = [target(), newFolder()];
    const options = { env: api.env({ ANTINEX_POST_ROWS: '100' }) };
    const args = PLACES['one file'](folder);
    await publish(queue, portPackets(1, 200));
    const first = await startProcessor(queue, args, options);
    await drained(first, 200);
    isSlow = true;
    await publish(queue, portPackets(201, 400));
    await expect.poll(() => api.jobs.length).toBe(3);
    await first.kill9();
    const [predictions] = predictionFiles(folder);
    const sure = readFileSync(predictions, 'utf8');
    appendFileSync(predictions, 'host-a-s1-201,x.csv,200,2018\nhost-a-s1-2');
    isSlow = false;
    const last = await startProcessor(queue, args, options);
    await drained(last);
    expect((await last.stop()).code).toBe(0);
    expect(readFileSync(predictions, 'utf8').startsWith(sure)).toBe(true);
    expectAllOnce(api, folder, 400);
  });

  it('two processors of a folder: one posts for both, and the other goes on when it is killed', async () => {
    const api = await unreliableApi(77);
    const [queue, folder] = [target(), newFolder()];
    const options = {
      env: api.env({ ANTINEX_POST_ROWS: '100', ANTINEX_PREDICTIONS_FILE: join(folder, 'x.predictions.csv') }),
    };
    const args = ['--dataset-dir', folder];
    const [one, other] = [
      await startProcessor(queue, args, options),
      await startProcessor(queue, args, options),
    ];
    await Promise.all([one.isReady(), other.isReady()]);
    const publishing = publish(queue, portPackets(1, PACKETS));
    await one.until(({ rows }) => rows > 0);
    await other.until(({ rows }) => rows > 0);
    const leader = (await one.status())?.antinex?.posting === 'here' ? one : other;
    const follower = leader === one ? other : one;
    await expect.poll(() => api.jobs.length).toBeGreaterThan(2);
    expect((await follower.status())?.antinex).toMatchObject({ posting: 'elsewhere', waiting: 'unknown' });
    await leader.kill9();
    await publishing;
    await expect.poll(() => durableRows(folder), { timeout: 60_000 }).toBe(PACKETS);
    await drained(follower);
    expect((await follower.stop()).code).toBe(0);
    expectAllOnce(api, folder);
  });

  it('datasets are moved away while the API is', async () => {
    const api = await PredictingApi.start({ refuse: () => [503, 'away'] });
    const [queue, folder, archive] = [target(), newFolder(), newFolder()];
    const options = { env: api.env() };
    const args = ['--dataset-dir', folder, '--rotate-rows', '250'];
    await publish(queue, portPackets(1, 900));
    const first = await startProcessor(queue, args, options);
    await first.until(({ rows }) => rows === 900);
    expect((await first.stop()).stderr).toContain('900 rows wait');
    for (const name of readdirSync(folder).filter((file) => file.startsWith('netdata-'))) {
      renameSync(join(folder, name), join(archive, name));
    }
    api.options = {};
    const last = await startProcessor(queue, args, options);
    await drained(last);
    expect((await last.stop()).code).toBe(0);
    expect(sorted(numbersOf(api.rows))).toEqual(upTo(900));
    expect(predictionFiles(folder).flatMap(predictionsIn)).toHaveLength(900);
    expect(readdirSync(join(folder, `antinex-${queue.queue}`, 'spool'))).toEqual([]);
  });
});
