import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisServer, redisMissing } from '../../broker/test/servers/redis-server.ts';
import { COMPLETE, compare, csvFiles, durableRows, idsOf, manifestOf, newFolder } from './datasets.ts';
import { ledgerRecord, packets, publish } from './feed.ts';
import { startProcessor } from './processor-child.ts';
import { SmallDisk, whyNoSmallDisk } from './small-disk.ts';

const SMALL = '2m';
const LARGE = '64m';
const COUNT = 10_000;
const missing = whyNoSmallDisk() ?? redisMissing();

describe.skipIf(missing)(missing ?? 'a processor on a full disk', () => {
  let server: RedisServer;
  let small: SmallDisk;
  let disk = '';
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server?.stop());
  beforeEach(() => {
    small = new SmallDisk(SMALL);
    disk = small.path;
  });
  afterEach(() => small.unmount());

  const newQueue = () =>
    ({ url: server.url('/15?claim_idle=1'), queue: randomUUID(), wire: 'batch' }) as const;

  it.each([
    ['a CSV file', () => ['--dataset-dir', disk]],
    ['an archive', () => ['--output-csv', join(disk, 'x.csv'), '--archive-json', join(disk, 'x.json')]],
    ['files that rotate', () => ['--dataset-dir', disk, '--rotate-rows', '300']],
  ])('holds everything, tells why, and goes on when there is space: %s', async (_, args) => {
    const queue = newQueue();
    await publish(queue, packets(1, COUNT));
    await publish(queue, [ledgerRecord(1, COUNT, true)]);
    const processor = await startProcessor(queue, args());
    const full = { code: 503, body: expect.stringContaining('no space left to write') };
    await expect.poll(() => processor.get('/readyz'), { timeout: 20_000 }).toEqual(full);
    expect(durableRows(disk)).toBeLessThan(COUNT);
    await sleep(500);
    small.resize(LARGE);
    await processor.isReady();
    await processor.until(({ rows }) => rows === COUNT);
    const { code, stderr } = await processor.stop();
    expect(code).toBe(0);
    expect(stderr).toContain('there is space again');
    const files = csvFiles(disk);
    expect(compare(idsOf(files), COUNT)).toEqual(COMPLETE);
    const { agents } = manifestOf(files.at(-1)!).ledger;
    expect(agents).toMatchObject({ 'host-a-s1': { published: COUNT, ended: true } });
  });

  it('ends with an error, and another processor gets what it could not write', async () => {
    const queue = newQueue();
    await publish(queue, packets(1, COUNT));
    const processor = await startProcessor(queue, ['--dataset-dir', disk]);
    const page = async () => (await processor.get('/readyz'))?.body;
    await expect.poll(page, { timeout: 20_000 }).toContain('no space');
    const { code, stderr } = await processor.stop();
    expect(code).toBe(1);
    expect(stderr).toMatch(/packet-processor: no space left to write .*; free some space/);
    const folder = newFolder();
    const other = await startProcessor(queue, ['--dataset-dir', folder]);
    await other.until(({ rows }) => rows === COUNT - durableRows(disk));
    expect((await other.stop()).code).toBe(0);
    expect(compare(idsOf([...csvFiles(disk), ...csvFiles(folder)]), COUNT)).toEqual(COMPLETE);
  });

  it('does not start on a disk that is full already', async () => {
    expect(() => writeFileSync(join(disk, 'ballast'), Buffer.alloc(3 * 2 ** 20))).toThrow('ENOSPC');
    const { code, stderr } = await (await startProcessor(newQueue(), ['--dataset-dir', disk])).ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('no space left') });
  });
});
