import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redisMissing } from '../../broker/test/servers/redis-server.ts';
import { SAMPLES } from '../../dataset/test/messages.ts';
import { PredictingApi } from './antinex-api.ts';
import { drained, sorted, upTo, useRedis } from './antinex-redis.ts';
import { COMPLETE, compare, datasetFiles, idsOf, manifestOf, newFolder } from './datasets.ts';
import { legacyPacket, publish } from './feed.ts';
import { allPredictions, numbersOf, portPackets, predictionFiles, predictionsIn } from './predictions.ts';
import { startProcessor } from './processor-child.ts';

const missing = redisMissing();
const idsIn = (rows: readonly Readonly<Record<string, string>>[]) => rows.map(({ packet_id }) => packet_id);

describe.skipIf(missing)(missing ?? 'posting rows to AntiNex', () => {
  const target = useRedis();

  it('posts every row once, and writes its prediction beside the dataset', async () => {
    const api = await PredictingApi.start();
    const [queue, folder] = [target(), newFolder()];
    await publish(queue, portPackets(1, 3000));
    const processor = await startProcessor(queue, ['--dataset-dir', folder], { env: api.env() });
    const { antinex } = await processor.until((summary) => summary.antinex?.predictedRows.attack === 1500);
    expect(antinex).toMatchObject({
      posting: 'here',
      spooledRows: 3000,
      predictedRows: { attack: 1500, not_attack: 1500 },
      refusedRows: {},
      retries: 0,
    });
    const metrics = (await processor.get('/metrics'))!.body;
    expect(metrics).toContain('processor_antinex_predicted_rows_total{label_name="attack"} 1500');
    expect(metrics).toMatch(/processor_antinex_batch_seconds_total [\d.]+\n/);
    const { code, stderr } = await processor.stop();
    expect(code).toBe(0);
    expect(stderr).toContain('AntiNex: 3,000 rows predicted');
    expect(stderr).not.toContain('rows wait');
    expect(sorted(numbersOf(api.rows))).toEqual(upTo(3000));
    expect(Math.max(...api.jobs.map(({ rows }) => rows.length))).toBe(500);
    const rows = allPredictions(folder);
    expect(compare(idsIn(rows), 3000)).toEqual(COMPLETE);
    expect(compare(idsOf(datasetFiles(folder)), 3000)).toEqual(COMPLETE);
    expect(rows[41]).toEqual({
      ...{ packet_id: 'host-a-s1-42', dataset: expect.stringMatching(/^netdata-.*\.csv$/), idx: '41' },
      ...{ time: expect.stringMatching(/^2018-01-29T/), source: 'host-a' },
      ...{ eth_src: '02:00:00:00:00:01', eth_dst: '02:00:00:00:00:02', src: '10.0.0.1', dst: '10.0.0.2' },
      ...{ sport: '42', dport: '0', label_value: '1', label_name: 'attack', score: '' },
      ...{ model: 'Full-Django-AntiNex-Simple-Scaler-DNN', job_id: '1', accuracy: '83.5' },
    });
    // What is posted needs no room.
    expect(readdirSync(join(folder, `antinex-${queue.queue}`, 'spool'))).toEqual([]);
    expect(manifestOf(datasetFiles(folder)[0]).ledger.antinex).toMatchObject({ rows: 3000 });
  });

  it('gives AntiNex what its models were trained on: the legacy schema, zeros and numbers kept', async () => {
    const api = await PredictingApi.start();
    const [queue, folder] = [target(), newFolder()];
    await publish(queue, portPackets(5, 5));
    const processor = await startProcessor(queue, ['--dataset-dir', folder], { env: api.env() });
    await drained(processor, 1);
    await processor.stop();
    // What the original has under ip_len and tcp_seq are checksums. It does not send the row's number.
    const row = { idx: -1, ip_len: 0x1234, tcp_sport: 5, tcp_dport: 0, tcp_seq: 0xbeef, dns_default_id: -1 };
    expect(api.rows).toEqual([{ ...row, label_value: -1 }]);
  });

  it('gives other models schema 2, whose columns they ask for', async () => {
    const api = await PredictingApi.start();
    const [queue, folder] = [target(), newFolder()];
    await publish(queue, portPackets(5, 5));
    const env = api.env({
      ANTINEX_USE_MODEL_NAME: 'mine',
      ANTINEX_FEATURES_TO_PROCESS: 'ip_len,tcp_sport,tcp_seq,frame_number',
    });
    const processor = await startProcessor(queue, ['--dataset-dir', folder], { env });
    await drained(processor, 1);
    await processor.stop();
    expect(api.rows).toEqual([
      { ip_len: 45, tcp_sport: 5, tcp_seq: 4_000_000_000, frame_number: 5, label_value: -1 },
    ]);
    expect(api.jobs[0].label).toBe('mine');
  });

  it('posts the rows of Python’s agents, which have a dataset of their own', async () => {
    const api = await PredictingApi.start();
    const [queue, folder] = [target(), newFolder()];
    const env = api.env({ ANTINEX_FEATURES_TO_PROCESS: 'ip_len,tcp_sport' });
    await publish(queue, [...upTo(300).map((n) => legacyPacket(n)), ...portPackets(1, 300)]);
    const processor = await startProcessor(queue, ['--dataset-dir', folder], { env });
    await drained(processor, 600);
    expect((await processor.stop()).code).toBe(0);
    const [ofLegacy, ofOurs] = predictionFiles(folder).map(predictionsIn);
    expect(predictionFiles(folder)[0]).toMatch(/\.legacy\.predictions\.csv$/);
    expect(compare(idsIn(ofOurs), 300)).toEqual(COMPLETE);
    expect(ofLegacy.map(({ idx }) => Number(idx))).toEqual(upTo(300).map((n) => n - 1));
    expect(ofLegacy[7]).toMatchObject({ packet_id: '', time: '2018-01-29 04:26:40', source: 'python-host' });
    expect(sorted(api.rows.flatMap((row) => (row.tcp_sport === -1 ? [row.ip_len] : [])))).toEqual(upTo(300));
  });

  it('keeps up with datasets that rotate, and goes on in the same file of predictions', async () => {
    const api = await PredictingApi.start();
    const [queue, folder] = [target(), newFolder()];
    const predictions = join(folder, 'all.ndjson');
    const env = api.env({ ANTINEX_PREDICTIONS_FILE: predictions });
    const args = ['--dataset-dir', folder, '--rotate-rows', '700'];
    for (const part of [0, 1]) {
      await publish(queue, portPackets(part * 2000 + 1, part * 2000 + 2000));
      const processor = await startProcessor(queue, args, { env });
      await drained(processor, 2000);
      expect((await processor.stop()).code).toBe(0);
      if (part === 0) renameSync(predictions, `${predictions}.old`);
    }
    const lines = [`${predictions}.old`, predictions].map((path) =>
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    expect(lines.map(({ length }) => length)).toEqual([2000, 2000]);
    expect(compare(idsIn(lines.flat()), 4000)).toEqual(COMPLETE);
    const names = new Set(lines.flat().map(({ dataset }) => dataset));
    expect([...names].sort()).toEqual(datasetFiles(folder).map((path) => path.slice(folder.length + 1)));
    expect(lines[0][9]).toMatchObject({ idx: 9, sport: 10, label_value: 1, label_name: 'attack', job_id: 1 });
    expect(sorted(numbersOf(api.rows))).toEqual(upTo(4000));
  });

  it('counts packets that have no legacy form, and does not post them', async () => {
    const api = await PredictingApi.start();
    const [queue, folder] = [target(), newFolder()];
    const formless = SAMPLES.slice(-2);
    await publish(queue, [...formless, ...portPackets(101, 200), formless[0], ...portPackets(201, 210)]);
    const processor = await startProcessor(queue, ['--dataset-dir', folder], { env: api.env() });
    const { antinex } = await processor.until(({ antinex }) => antinex?.predictedRows.attack === 55);
    expect(antinex?.formlessRows).toBe(2);
    await drained(processor);
    expect((await processor.stop()).stderr).toContain("2 have no form in the model's schema");
    expect(allPredictions(folder)).toHaveLength(110);
  });

  it('posts what an earlier run, with publishing on and off, left behind', async () => {
    const api = await PredictingApi.start({ refuse: () => [503, 'away'] });
    const [queue, folder] = [target(), newFolder()];
    const args = ['--output-csv', join(folder, 'x.csv')];
    const run = async (from: number, to: number, env: Record<string, string>) => {
      await publish(queue, portPackets(from, to));
      const processor = await startProcessor(queue, args, { env });
      await processor.until(({ rows }) => rows === to - from + 1);
      const startedMs = performance.now();
      const { code, stderr } = await processor.stop();
      expect(code).toBe(0);
      return { stderr, ms: performance.now() - startedMs };
    };
    const first = await run(1, 700, api.env());
    expect(first.stderr).toContain('700 rows wait');
    // It does not wait for an API that is away.
    expect(first.ms).toBeLessThan(5000);
    await run(701, 800, {});
    expect(existsSync(join(folder, 'x.predictions.csv'))).toBe(true);
    api.options = {};
    await publish(queue, portPackets(801, 900));
    const other = ['--dataset-dir', folder, '--dataset-name', 'other'];
    const last = await startProcessor(queue, other, { env: api.env() });
    await drained(last, 100);
    await last.stop();
    expect(sorted(numbersOf(api.rows))).toEqual([...upTo(700), ...upTo(100).map((n) => n + 800)]);
    expect(predictionFiles(folder).map((path) => predictionsIn(path).length)).toEqual([100, 700]);
  });

  it('tells how many rows wait, also when the API was away from the start', async () => {
    const api = await PredictingApi.start();
    const [queue, folder] = [target(), newFolder()];
    const args = ['--output-csv', join(folder, 'x.csv')];
    await publish(queue, portPackets(1, 300));
    const first = await startProcessor(queue, args, { env: api.env() });
    await drained(first, 300);
    // From now on a request may have been stored, and nobody knows.
    api.options = { refuse: () => [500, 'broken'] };
    api.api.routes['GET /ml/'] = { reply: () => [503, 'away'] };
    await publish(queue, portPackets(301, 340));
    await first.until(({ antinex }) => (antinex?.retries ?? 0) > 1);
    await first.stop();
    const last = await startProcessor(queue, args, { env: api.env() });
    const { antinex } = await last.until(({ antinex }) => (antinex?.retries ?? 0) > 0);
    expect(antinex?.waiting).toMatchObject({ rows: 40 });
    await last.stop();
  });

  it('posts nothing, and keeps nothing for it, unless it is asked to', async () => {
    const api = await PredictingApi.start();
    const [queue, folder] = [target(), newFolder()];
    const { ANTINEX_PUBLISH_ENABLED: _, ...env } = api.env();
    await publish(queue, portPackets(1, 100));
    const processor = await startProcessor(queue, ['--dataset-dir', folder], { env });
    const summary = await processor.until(({ rows }) => rows === 100);
    expect(summary.antinex).toBeUndefined();
    expect((await processor.get('/metrics'))!.body).not.toContain('antinex');
    await processor.stop();
    expect(api.api.asked).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.includes('antinex'))).toEqual([]);
  });
});
