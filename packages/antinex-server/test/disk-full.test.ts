import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SmallDisk, whyNoSmallDisk } from '../../packet-processor/test/small-disk.ts';
import { smallJob, startServer, type TestServer } from './support/server.ts';

const missing = whyNoSmallDisk();

describe.skipIf(missing)(missing ?? 'a server on a full disk', () => {
  let disk: SmallDisk;
  let server: TestServer;
  let token: string;
  beforeEach(async () => {
    disk = new SmallDisk('3m');
    server = await startServer({ dataDir: disk.path });
    token = await server.token();
  });
  afterEach(async () => {
    await server.close();
    disk.unmount();
  });

  it('puts off what it cannot store, answers the rest, and goes on when there is space', async () => {
    const random = () =>
      Array.from({ length: 2000 }, () => ({ a: Math.random(), b: Math.random(), label_value: 1 }));
    const post = (body: object) => server.ask('POST', '/ml/', { token, body });
    expect((await post(smallJob('Known'))).json.job.status).toBe('finished');
    const statuses: number[] = [];
    while (statuses.length < 60 && !statuses.includes(503))
      statuses.push((await post(smallJob('Known', { predict_rows: random() }))).status);
    expect([statuses.at(-1), new Set(statuses)]).toEqual([503, new Set([201, 503])]);
    expect((await server.ask('GET', '/ml/1/', { token })).json.status).toBe('finished');
    disk.resize('64m');
    const later = await post(smallJob('Known', { predict_rows: random() }));
    expect([later.status, later.json.job.status]).toEqual([201, 'finished']);
    const isEnded = async () => {
      const { results } = (await server.ask('GET', '/mlresults/', { token })).json;
      return results.every(({ status }: { status: string }) => status === 'finished');
    };
    await expect.poll(isEnded, { timeout: 40_000 }).toBe(true);
    expect((await server.ask('GET', '/readyz')).status).toBe(200);
  });
});
