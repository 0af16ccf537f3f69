import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer, redisMissing } from '../../broker/test/servers/redis-server.ts';
import { COMPLETE, compare, csvFiles, idsOf, manifestOf, newFolder, rowsOf } from './datasets.ts';
import { ledgerRecord, legacyPacket, packet, packets, publish, type Target } from './feed.ts';
import { startProcessor } from './processor-child.ts';

const missing = redisMissing();
/** The machine may be busy. */
const PATIENT = { timeout: 10_000 };

describe.skipIf(missing)(missing ?? 'how a processor ends', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server?.stop());

  const target = (wire: 'batch' | 'kombu' = 'batch'): Target => {
    return { url: server.url('/15?claim_idle=1'), queue: randomUUID(), wire };
  };
  /** Broker messages that wait or are with somebody. */
  const left = async ({ queue, wire }: Target): Promise<number> => {
    const words = wire === 'batch' ? ['XLEN', `${queue}.batch`] : ['LLEN', `${queue}`];
    return Number(await server.cli('-n', '15', ...words));
  };

  it('SIGTERM: what it has is made durable and acked, and the exit code is 0', async () => {
    const queue = target();
    const csv = join(newFolder(), 'x.csv');
    const rare = ['--save-after-num', '0', '--save-after-time', '1h'];
    const processor = await startProcessor(queue, ['--output-csv', csv, ...rare]);
    await publish(queue, packets(1, 700));
    await processor.until(({ consumed }) => consumed === 700);
    expect(manifestOf(csv).rows).toBe(0);
    const { code, stderr } = await processor.stop();
    expect(code).toBe(0);
    expect(stderr).toContain('700 rows of 700 messages');
    expect(compare(idsOf([csv]), 700)).toEqual(COMPLETE);
    expect(await left(queue)).toBe(0);
  });

  it('STOP_AFTER_NUM: so many rows and not one more; the rest stays for the next', async () => {
    const queue = target();
    const folder = newFolder();
    await publish(queue, packets(1, 2560));
    const first = await startProcessor(queue, ['--dataset-dir', folder, '--stop-after-num', '1000']);
    expect((await first.ended).code).toBe(0);
    expect(idsOf(csvFiles(folder))).toHaveLength(1000);
    const second = await startProcessor(queue, ['--dataset-dir', folder, '--stop-after-num', '1560']);
    expect((await second.ended).code).toBe(0);
    expect(compare(idsOf(csvFiles(folder)), 2560)).toEqual(COMPLETE);
    expect(await left(queue)).toBe(0);
  });

  it.each(['batch', 'kombu'] as const)('STOP_AFTER_NUM, of messages without ids (%s)', async (wire) => {
    const queue = target(wire);
    const folder = newFolder();
    const all = Array.from({ length: 700 }, (_, i) => legacyPacket(i + 1));
    await publish(queue, [...all.slice(0, 50), ledgerRecord(1, 700), ...all.slice(50)]);
    for (const rows of [100, 450, 150]) {
      const processor = await startProcessor(queue, ['--dataset-dir', folder, '--stop-after-num', `${rows}`]);
      expect((await processor.ended).code).toBe(0);
    }
    const written = csvFiles(folder).flatMap((path) => {
      const lengthAt = manifestOf(path).columns.indexOf('ip_len');
      return rowsOf(path).map((cells) => Number(cells[lengthAt]));
    });
    expect(written.sort((a, b) => a - b)).toEqual(all.map((_, i) => i + 1));
    const told = csvFiles(folder).flatMap((path) => Object.keys(manifestOf(path).ledger.agents));
    expect(new Set(told)).toEqual(new Set(['host-a-s1']));
    expect(await left(queue)).toBe(0);
  });

  it('STOP_FILE: it ends, and what is not written stays in the queue', async () => {
    const queue = target();
    const folder = newFolder();
    const [csv, stopFile] = [join(folder, 'x.csv'), join(folder, 'stop')];
    const args = ['--output-csv', csv, '--stop-file', stopFile];
    const processor = await startProcessor(queue, args);
    await publish(queue, packets(1, 300));
    await processor.until(({ rows }) => rows === 300);
    writeFileSync(stopFile, '');
    expect((await processor.ended).code).toBe(0);
    await publish(queue, packets(301, 600));
    const again = await startProcessor(queue, args);
    expect((await again.ended).code).toBe(0);
    expect(await left(queue)).toBe(2);
    rmSync(stopFile);
    const last = await startProcessor(queue, [...args, '--stop-after-num', '300']);
    expect((await last.ended).code).toBe(0);
    expect(compare(idsOf([csv]), 600)).toEqual(COMPLETE);
  });

  it('a second one with the same file is refused, and the first goes on', async () => {
    const queue = target();
    const csv = join(newFolder(), 'x.csv');
    const first = await startProcessor(queue, ['--output-csv', csv]);
    await first.isReady();
    const { code, stderr } = await (await startProcessor(queue, ['--output-csv', csv])).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot write ${csv}: another processor writes to it`);
    await publish(queue, packets(1, 100));
    await first.until(({ rows }) => rows === 100);
    expect((await first.stop()).code).toBe(0);
  });

  it('a broker that is not there yet is waited for', async () => {
    const other = await RedisServer.start();
    const folder = newFolder();
    await other.kill();
    const queue = { url: other.url('/0'), wire: 'batch' } as const;
    const processor = await startProcessor(queue, ['--dataset-dir', folder]);
    const notYet = { code: 503, body: 'the broker is not there yet\n' };
    await expect.poll(() => processor.get('/readyz'), PATIENT).toEqual(notYet);
    await other.start();
    await processor.isReady();
    await publish(queue, packets(1, 10));
    await processor.until(({ rows }) => rows === 10);
    expect((await processor.stop()).code).toBe(0);
    await other.stop();
  });

  it('without a broker SIGTERM ends it, too', async () => {
    const folder = newFolder();
    const processor = await startProcessor({ url: 'redis://127.0.0.1:1' }, ['--dataset-dir', folder]);
    await expect.poll(() => processor.get('/healthz'), PATIENT).toBeDefined();
    expect((await processor.stop()).code).toBe(0);
  });

  it.each([
    [['--save-after-num', '-5'], '--save-after-num "-5": must be a whole number, at least 0'],
    [['--stop-after-num', 'x'], '--stop-after-num "x": must be a whole number, at least -1'],
    [['--output-csv', '-'], 'a dataset cannot be written to standard output'],
    [['--output-csv', 'x', '--archive-json', 'x'], 'the CSV file and the archive must be two files'],
    [['--wire', 'carrier-pigeon'], 'must be one of both, batch, kombu'],
    [['--broker', 'ftp://x'], 'no broker driver for "ftp://x"'],
  ])('a wrong setting is a usage error: %j', async (args, complaint) => {
    const processor = await startProcessor({ url: 'redis://127.0.0.1:1' }, args, { cwd: newFolder() });
    const { code, stderr } = await processor.ended;
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(complaint) });
  });

  it('a folder that is not there is told', async () => {
    const folder = join(newFolder(), 'none');
    const processor = await startProcessor({ url: 'redis://127.0.0.1:1' }, ['--dataset-dir', folder]);
    const { code, stderr } = await processor.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot write .*: no such file or directory/);
    expect(existsSync(folder)).toBe(false);
  });

  it('--check tells what is wrong, and leaves nothing behind', async () => {
    const folder = newFolder();
    const good = await startProcessor(target(), ['--dataset-dir', folder, '--check']);
    expect(await good.ended).toMatchObject({ code: 0, stdout: 'the settings are valid\n' });
    expect(csvFiles(folder)).toEqual([]);
    const away = await startProcessor({ url: 'redis://127.0.0.1:1' }, ['--dataset-dir', folder, '--check']);
    const { code, stderr } = await away.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('cannot reach the broker') });
    const nowhere = await startProcessor(target(), ['--output-csv', '/no/such/x.csv', '--check']);
    expect((await nowhere.ended).code).toBe(1);
  });

  it('--check tells of a broker that does not answer, once for both wires', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `amqp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const processor = await startProcessor({ url }, ['--dataset-dir', newFolder(), '--check']);
    const { code, stderr } = await processor.ended;
    silent.close();
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `packet-processor: warning: ${url}: the broker does not answer\n`,
    });
  });

  it('--debug-packets prints what comes', async () => {
    const queue = target();
    await publish(queue, packets(1, 3));
    const args = ['--dataset-dir', newFolder(), '--debug-packets', '--stop-after-num', '3'];
    const { stdout } = await (await startProcessor(queue, args)).ended;
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([1, 2, 3].map((n) => packet(n)));
  });

  it('is named after its broker, too', async () => {
    const folder = newFolder();
    await publish({ url: server.url('/14') }, packets(1, 10));
    const processor = await startProcessor({ url: server.url('/14') }, ['--stop-after-num', '10'], {
      program: 'packets-redis',
      env: { DS_DIR: folder, DS_NAME: 'mine' },
    });
    const { code, stderr } = await processor.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('"name":"packets-redis"');
    const [csv] = csvFiles(folder);
    expect(csv).toMatch(/\/mine-\d{4}(-\d\d){5}\.csv$/);
    expect(readFileSync(csv, 'utf8').split('\n')).toHaveLength(12);
  });
});
