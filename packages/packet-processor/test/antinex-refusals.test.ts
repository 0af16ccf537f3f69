import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { job } from '../../antinex-client/test/support/api.ts';
import { PASSWORD } from '../../antinex-client/test/support/hearing.ts';
import { redisMissing } from '../../broker/test/servers/redis-server.ts';
import { PredictingApi, type PredictingOptions } from './antinex-api.ts';
import { drained, sorted, upTo, useRedis } from './antinex-redis.ts';
import { COMPLETE, compare, newFolder } from './datasets.ts';
import { publish } from './feed.ts';
import { allPredictions, numbersOf, portPackets } from './predictions.ts';
import { type ProcessorChild, startProcessor } from './processor-child.ts';

const missing = redisMissing();

interface Refused {
  readonly code: string;
  readonly reason: string;
  readonly predict_rows: readonly Record<string, number>[];
  readonly messages: readonly { id: string }[];
}

const refusedIn = (folder: string, queue: string): Refused[] => {
  const refused = join(folder, `antinex-${queue}`, 'refused');
  if (!existsSync(refused)) return [];
  return readdirSync(refused).map((name) => JSON.parse(readFileSync(join(refused, name), 'utf8')));
};

const allRefused = (processor: ProcessorChild, count: number) =>
  processor.until(({ antinex }) => {
    return Object.values(antinex?.refusedRows ?? {}).reduce((sum, one) => sum + one, 0) === count;
  });

describe.skipIf(missing)(missing ?? 'rows that AntiNex does not predict', () => {
  const target = useRedis();

  /** Three batches of 100 rows, of which the second meets the fault. */
  async function run(options: PredictingOptions, refusedRows: number, more: Record<string, string> = {}) {
    const api = await PredictingApi.start(options);
    const [queue, folder] = [target(), newFolder()];
    await publish(queue, portPackets(1, 300));
    const env = api.env({ ANTINEX_POST_ROWS: '100', ANTINEX_POST_TIME: '1h', ...more });
    const processor = await startProcessor(queue, ['--dataset-dir', folder], { env });
    const { antinex } = await allRefused(processor, refusedRows);
    await drained(processor, 300);
    const { stderr } = await processor.stop();
    return { api, antinex, stderr, folder, refused: refusedIn(folder, queue.queue!) };
  }

  it.each([
    [
      'refused for good',
      { refuse: ({ rows }) => (rows[0].tcp_sport === 101 ? [400, '', {}] : undefined) },
      'ANTINEX_REFUSED',
    ],
    [
      'unprocessable',
      { refuse: ({ rows }) => (rows[0].tcp_sport === 101 ? [422, { rows: ['no good'] }] : undefined) },
      'ANTINEX_REFUSED',
    ],
    [
      'jobs that failed',
      {
        outcome: (job) =>
          job.rows[0].tcp_sport === 101 ? { status: 'error', error_data: `boom at ${PASSWORD}` } : undefined,
      },
      'ANTINEX_JOB_FAILED',
    ],
    [
      'jobs that never end',
      { outcome: (job) => (job.rows[0].tcp_sport === 101 ? { status: 'launched' } : undefined) },
      'ANTINEX_JOB_STUCK',
    ],
  ] satisfies [string, PredictingOptions, string][])(
    '%s are put aside, and the others go on',
    async (_, options, code) => {
      const { antinex, stderr, folder, refused } = await run(options, 100, {
        ANTINEX_LAUNCHED_WAIT: '500ms',
      });
      expect(antinex?.refusedRows).toEqual({ [code]: 100 });
      expect(refused).toHaveLength(1);
      expect(refused[0]).toMatchObject({
        code,
        reason: expect.any(String),
        model: 'Full-Django-AntiNex-Simple-Scaler-DNN',
      });
      expect(sorted(numbersOf(refused[0].predict_rows))).toEqual(upTo(100).map((n) => n + 100));
      expect(refused[0].messages.map(({ id }) => id)).toEqual(upTo(100).map((n) => `host-a-s1-${n + 100}`));
      expect(allPredictions(folder)).toHaveLength(200);
      expect(stderr).toContain('100 were put aside in the folder refused');
      for (const told of [stderr, JSON.stringify(refused)]) {
        expect(told).not.toContain(PASSWORD);
        expect(told).not.toContain('broker-s3cret');
      }
    },
  );

  it.each([
    ['too few', (list: object[]) => list.slice(1), { missing: 1, duplicate: 0, 'out of range': 0 }, 1],
    [
      'a row twice',
      (list: object[]) => [...list, { ...list[4], label_value: 7 }],
      { missing: 0, duplicate: 1, 'out of range': 0 },
      1,
    ],
    [
      'other rows',
      (list: object[]) => [...list.slice(2), { _row_idx: 100 }, { _row_idx: '0' }, null, 5],
      { missing: 2, duplicate: 0, 'out of range': 2 },
      2,
    ],
    [
      'no labels',
      (list: object[]) => list.map((one) => ({ ...one, label_value: null })),
      { missing: 100, duplicate: 0, 'out of range': 0 },
      100,
    ],
    ['nothing', () => 'none', { missing: 100, duplicate: 0, 'out of range': 0 }, 100],
  ] as const)('answers with %s never make it to another row', async (_, change, problems, rows) => {
    const { antinex, folder, refused } = await run(
      {
        outcome: (job, predictions) =>
          job.rows[0].tcp_sport === 101
            ? { status: 'finished', predictions: change(predictions as object[]) }
            : undefined,
      },
      rows,
    );
    expect(antinex?.badPredictions).toEqual(problems);
    expect(antinex?.refusedRows).toEqual({ NO_PREDICTION: rows });
    const predicted = allPredictions(folder);
    for (const { sport, label_value } of predicted) expect(Number(label_value)).toBe(1 - (Number(sport) % 2));
    const ids = [
      ...predicted.map(({ packet_id }) => packet_id),
      ...refused.flatMap(({ messages }) => messages.map(({ id }) => id)),
    ];
    expect(compare(ids, 300)).toEqual(COMPLETE);
  });

  it('answers about other jobs are not believed', async () => {
    const options: PredictingOptions = {
      outcome: (job, predictions) =>
        job.rows[0].tcp_sport === 101 ? { status: 'finished', desc: 'another', predictions } : undefined,
    };
    const { antinex, folder, refused } = await run(options, 100, { ANTINEX_WAIT: '500ms' });
    expect(antinex?.refusedRows).toEqual({ ANTINEX_BAD_ANSWER: 100 });
    expect(refused[0].reason).toContain('it is about another job');
    expect(allPredictions(folder)).toHaveLength(200);
  });

  it('requests that are too long for the API are made shorter', async () => {
    const { api, antinex, folder, stderr } = await run(
      { refuse: ({ rows }) => (rows.length > 30 ? [413, 'too long', {}] : undefined) },
      0,
      { ANTINEX_POST_TIME: '50ms' },
    );
    expect(antinex?.refusedRows).toEqual({});
    expect(sorted(numbersOf(api.rows))).toEqual(upTo(300));
    expect(allPredictions(folder)).toHaveLength(300);
    expect(stderr).toContain('from now on');
  });

  it('jobs are found again, though a list of them has the rows of twenty long requests', async () => {
    const api = await PredictingApi.start({ post: () => [500, 'broken'] });
    const predict_rows = 'x'.repeat(4_000_000);
    const listed = (_: unknown, i: number) =>
      job(i + 1, { desc: api.jobs[i]?.desc, predict_manifest: { result_id: i + 101, predict_rows } });
    api.api.routes['GET /ml/'] = { reply: () => [200, { jobs: Array.from({ length: 20 }, listed) }] };
    const [queue, folder] = [target(), newFolder()];
    await publish(queue, portPackets(1, 100));
    const env = api.env({ ANTINEX_POST_BYTES: '4000000', ANTINEX_POST_TIME: '0', ANTINEX_WAIT: '1s' });
    const processor = await startProcessor(queue, ['--dataset-dir', folder], { env });
    await drained(processor, 100);
    const { antinex } = await processor.until((summary) => summary.antinex !== undefined);
    await processor.stop();
    expect(antinex).toMatchObject({ refusedRows: {}, batches: 1 });
    expect(antinex?.batchSeconds).toBeGreaterThan(0);
    expect(allPredictions(folder)).toHaveLength(100);
  });

  it('requests stay below the limit', async () => {
    const { api } = await run({}, 0, { ANTINEX_POST_BYTES: '4000', ANTINEX_POST_TIME: '50ms' });
    const bodies = api.api.asked
      .filter(({ request }) => request === 'POST /ml/')
      .map(({ body }) => body.length);
    expect(bodies.length).toBeGreaterThan(3);
    expect(Math.max(...bodies)).toBeLessThanOrEqual(4000);
    expect(Math.max(...bodies)).toBeGreaterThan(3000);
    expect(sorted(numbersOf(api.rows))).toEqual(upTo(300));
  });
});
