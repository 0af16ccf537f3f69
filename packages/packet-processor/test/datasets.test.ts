import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageJson } from '@antinex/decoder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer, redisMissing } from '../../broker/test/servers/redis-server.ts';
import { SAMPLES } from '../../dataset/test/messages.ts';
import { COMPLETE, compare, csvFiles, idsOf, manifestOf, newFolder, rowsOf } from './datasets.ts';
import { deadLetters, legacyPacket, packets, publish, publishRaw, type Target } from './feed.ts';
import { allRows } from './loss-suite.ts';
import { startProcessor } from './processor-child.ts';

const missing = redisMissing();

describe.skipIf(missing)(missing ?? 'the datasets of a processor', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server?.stop());

  const target = (): { url: string; queue: string } => {
    return { url: server.url('/15?claim_idle=1'), queue: randomUUID() };
  };
  const on = (wire: 'batch' | 'kombu', queue: Target): Target => ({ ...queue, wire });

  /** Runs a processor until it has so many rows. */
  async function run(queue: Target, args: readonly string[], rows: number) {
    const processor = await startProcessor(queue, args);
    const summary = await processor.until((one) => one.rows >= rows);
    expect((await processor.stop()).code).toBe(0);
    return summary;
  }

  it('hold both wires at once, and each schema in files of its own', async () => {
    const queue = target();
    const folder = newFolder();
    const [csv, archive] = [join(folder, 'x.csv'), join(folder, 'y.json')];
    await publish(on('batch', queue), packets(1, 300));
    await publish(on('kombu', queue), packets(301, 400));
    const legacy = Array.from({ length: 200 }, (_, i) => legacyPacket(i + 1));
    await publish(on('kombu', queue), legacy.slice(0, 100));
    // Both kinds in one delivery.
    await publish(on('batch', queue), [...legacy.slice(100), ...packets(401, 450)]);
    await run(queue, ['--output-csv', csv, '--archive-json', archive], 650);
    expect(compare(idsOf([csv]), 450)).toEqual(COMPLETE);
    expect(manifestOf(csv)).toMatchObject({ schema: 2, rows: 450, sources: ['host-a'] });
    const other = join(folder, 'x.legacy.csv');
    expect(rowsOf(other)).toHaveLength(200);
    expect(manifestOf(other)).toMatchObject({ schema: 'legacy', rows: 200, sources: ['python-host'] });
    expect(JSON.parse(readFileSync(archive, 'utf8')).num_packets).toBe(450);
    expect(JSON.parse(readFileSync(join(folder, 'y.legacy.json'), 'utf8')).packets).toHaveLength(200);
  });

  it('hold nothing but legacy rows when that is asked for', async () => {
    const queue = target();
    const csv = join(newFolder(), 'x.csv');
    await publishRaw(queue, SAMPLES.map(messageJson));
    await publish(on('kombu', queue), [legacyPacket(1)]);
    const hostile = '{"schema":2,"id":"x-y-1","data":{"ether":{"dst":7},"ip":{"src":[]}}}';
    await publishRaw(queue, [hostile]);
    const processor = await startProcessor(queue, ['--output-csv', csv, '--schema', 'legacy', '--json']);
    await processor.until(({ consumed }) => consumed === SAMPLES.length + 1);
    const { code, stdout } = await processor.stop();
    const { rows, formless, deadLettered } = JSON.parse(stdout);
    expect({ code, formless, deadLettered }).toEqual({
      code: 0,
      formless: 4,
      deadLettered: { 'no legacy form': 1 },
    });
    expect(manifestOf(csv)).toMatchObject({ schema: 'legacy', rows });
    expect(rows).toBe(SAMPLES.length + 1 - 4);
    expect(existsSync(csv.replace('.csv', '.legacy.csv'))).toBe(false);
    expect(await deadLetters(queue, 1)).toEqual([[hostile, 'no legacy form']]);
  });

  it('go on where they ended, and know what they have', async () => {
    const queue = target();
    const args = ['--output-csv', join(newFolder(), 'x.csv')];
    await publish(queue, packets(1, 1000));
    await run(queue, args, 1000);
    // An agent that replays its spool: nothing says that these were delivered before.
    await publish(queue, packets(500, 1500));
    expect(await run(queue, args, 500)).toMatchObject({ rows: 500, duplicates: 501, redelivered: 0 });
    expect(compare(idsOf([args[1]]), 1500)).toEqual(COMPLETE);
    expect(rowsOf(args[1]).map(([idx]) => Number(idx))).toEqual(Array.from({ length: 1500 }, (_, i) => i));
    expect(manifestOf(args[1]).ledger).toMatchObject({ duplicates: 501, seen: [{ 'host-a-s1': '1-1500' }] });
  });

  it('are new ones for a capture that is read again', async () => {
    const queue = target();
    const folder = newFolder();
    for (const _ of [1, 2]) {
      await publish(queue, packets(1, 300));
      await run(queue, ['--dataset-dir', folder], 300);
    }
    const files = csvFiles(folder);
    expect(files).toHaveLength(2);
    for (const file of files) expect(compare(idsOf([file]), 300)).toEqual(COMPLETE);
  });

  it('share what is published twice', async () => {
    const queue = target();
    const folder = newFolder();
    const args = ['--dataset-dir', folder];
    const processors = [await startProcessor(queue, args), await startProcessor(queue, args)];
    await Promise.all(processors.map((processor) => processor.isReady()));
    await Promise.all([1, 2, 3].map(() => publish(queue, packets(1, 5000), 50)));
    for (const processor of processors) await processor.until(({ consumed }) => consumed > 5000);
    const left = async () => Number(await server.cli('-n', '15', 'XLEN', `${queue.queue}.batch`));
    await allRows(folder, 5000, left);
    for (const processor of processors) expect((await processor.stop()).code).toBe(0);
    expect(compare(idsOf(csvFiles(folder)), 5000)).toEqual(COMPLETE);
  });

  it('go on in new files, none with more rows than it may have', async () => {
    const queue = target();
    const folder = newFolder();
    const args = ['--output-csv', join(folder, 'x.csv'), '--rotate-rows', '400'];
    await publish(queue, packets(1, 1000));
    await run(queue, args, 1000);
    await publish(queue, packets(900, 1300));
    await run(queue, args, 300);
    const files = csvFiles(folder);
    expect(files.map((file) => rowsOf(file).length)).toEqual([400, 400, 200, 300]);
    expect(files.every((file) => /\/x-\d{8}T\d{6}\.\d{3}Z-00000\d\.csv$/.test(file))).toBe(true);
    expect(compare(idsOf(files), 1300)).toEqual(COMPLETE);
  });

  it('go on in new files after a size and after a time', async () => {
    const queue = target();
    const [bySize, byTime] = [newFolder(), newFolder()];
    await publish(queue, packets(1, 1500));
    await run(queue, ['--dataset-dir', bySize, '--rotate-size', '100kB'], 1500);
    expect(csvFiles(bySize).length).toBeGreaterThan(3);
    expect(compare(idsOf(csvFiles(bySize)), 1500)).toEqual(COMPLETE);
    const processor = await startProcessor(queue, ['--dataset-dir', byTime, '--rotate-time', '1s']);
    await publish(queue, packets(1, 10));
    await processor.until(({ rows }) => rows === 10);
    await sleep(1000);
    await publish(queue, packets(11, 20));
    await processor.until(({ rows }) => rows === 20);
    expect((await processor.stop()).code).toBe(0);
    expect(csvFiles(byTime).map((file) => rowsOf(file).length)).toEqual([10, 10]);
  });

  it('tell what is missing, and when it comes after all', async () => {
    const queue = target();
    const args = ['--output-csv', join(newFolder(), 'x.csv')];
    await publish(queue, [...packets(101, 150), ...packets(161, 200)]);
    await publish(queue, [...packets(1, 5, 'host-b-s1'), ...packets(8, 9, 'host-b-s1')]);
    const gaps = { missing: { 'host-a': 10, 'host-b': 2 } };
    expect(await run(queue, args, 97)).toMatchObject(gaps);
    const processor = await startProcessor(queue, args);
    await publish(queue, packets(151, 158));
    expect(await processor.until(({ rows }) => rows === 8)).toMatchObject({
      missing: { 'host-a': 2, 'host-b': 2 },
    });
    const metrics = (await processor.get('/metrics'))!.body;
    expect(metrics).toContain('processor_missing_packets{source="host-a"} 2');
    expect(metrics).toContain('processor_rows_total 8');
    expect(metrics).toContain(`processor_dataset_rows{path="${args[1]}"} 105`);
    expect(metrics).toMatch(/processor_lag_seconds \d{6,}/);
    expect((await processor.stop()).code).toBe(0);
  });
});
