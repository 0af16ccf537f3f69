import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Reply } from '../../antinex-client/test/support/api.ts';
import { PredictingApi } from './antinex-api.ts';
import { drained, sorted, upTo } from './antinex-redis.ts';
import { COMPLETE, compare, datasetFiles, durableRows, idsOf, newFolder } from './datasets.ts';
import { publish, type Target } from './feed.ts';
import { PLACES } from './loss-suite.ts';
import { allPredictions, numbersOf, portPackets } from './predictions.ts';
import { startProcessor } from './processor-child.ts';

const isLong = process.env.LONG === '1';
const KILLS = isLong ? 20 : 2;
export const PACKETS = isLong ? 40_000 : 2400;
const POST_ROWS = isLong ? '400' : '100';
const TIMEOUT_MS = isLong ? 600_000 : 120_000;

/** Answers nothing: whether the request was carried out nobody knows. */
const hangUp: Reply = (_, response) => void response.destroy();

/** Numbers from 0 up to 1, the same each time. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Fails now and then, before a job is stored and after, and takes its time. */
export async function unreliableApi(seed: number): Promise<PredictingApi> {
  const random = randomNumbers(seed);
  const polls = new Map<number, number>();
  const api = await PredictingApi.start();
  api.options = {
    refuse: () => (random() < 0.1 ? [503, 'away'] : random() < 0.1 ? hangUp : undefined),
    post: () => (random() < 0.3 ? hangUp : undefined),
    outcome: (job) => {
      const asked = (polls.get(job.id) ?? 0) + 1;
      polls.set(job.id, asked);
      return asked < 4 ? { status: 'started' } : undefined;
    },
  };
  return api;
}

/** Every packet has a row and a prediction, and the API got each row once. */
export function expectAllOnce(api: PredictingApi, folder: string, packets = PACKETS): void {
  const predicted = allPredictions(folder).map(({ packet_id }) => packet_id);
  expect(compare(idsOf(datasetFiles(folder)), packets)).toEqual(COMPLETE);
  expect(compare(predicted, packets)).toEqual(COMPLETE);
  expect(sorted(numbersOf(api.rows))).toEqual(upTo(packets));
}

/** What has to hold for every broker: each row is predicted once, whenever the processor dies. */
export function itPredictsThroughKills(place: string, newTarget: () => Target): void {
  it(
    `the processor is killed ${KILLS} times, writing ${place}`,
    async () => {
      const api = await unreliableApi(KILLS + place.length);
      const [queue, folder] = [newTarget(), newFolder()];
      const options = { env: api.env({ ANTINEX_POST_ROWS: POST_ROWS }) };
      const args = PLACES[place](folder);
      for (let round = 0; round < KILLS; round++) {
        const [from, to] = [round, round + 1].map((part) => Math.floor((PACKETS * part) / KILLS));
        await publish(queue, portPackets(from + 1, to));
        const before = [durableRows(folder), api.jobs.length];
        const processor = await startProcessor(queue, args, options);
        while (durableRows(folder) === before[0] || api.jobs.length === before[1]) await sleep(5);
        await sleep(Math.random() * 300);
        await processor.kill9();
      }
      const last = await startProcessor(queue, args, options);
      await expect.poll(() => durableRows(folder), { timeout: 60_000 }).toBe(PACKETS);
      await drained(last);
      expect((await last.stop()).code).toBe(0);
      expectAllOnce(api, folder);
    },
    TIMEOUT_MS,
  );
}
