import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from '@antinex/runtime';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TlsOptions, Wire } from '../src/types.ts';
import { ackAll, idsOf, type Note, notes, receive } from './notes.ts';
import { closingAfterEach, eventLog } from './redis-support.ts';
import { RedisServer, redisMissing } from './servers/redis-server.ts';
import { type Certificate, opensslMissing, TestCa } from './servers/test-ca.ts';

const missing = redisMissing();
const missingForTls = missing ?? opensslMissing();

const refused = (reason: string) => ({
  code: 'BROKER_REFUSED',
  message: expect.stringContaining(reason),
});

type Connections = ReturnType<typeof closingAfterEach>;

/** One message through a queue of its own. */
async function expectPassage({ publisherTo, consumerOf }: Connections, url: string, options: object) {
  const publisher = await publisherTo<Note>(url, options);
  const consumer = await consumerOf<Note>(url, options);
  await publisher.publish(notes(0, 3));
  const deliveries = await receive(consumer, 3);
  expect(idsOf(deliveries)).toEqual([0, 1, 2]);
  await ackAll(deliveries);
}

describe.skipIf(missing)(`redis with passwords${missing ? ` (${missing})` : ''}`, () => {
  const connections = closingAfterEach();
  const { publisherTo, consumerOf } = connections;
  let server: RedisServer;
  /** What our commands need, and nothing more. */
  const rights =
    '+multi +exec +select +client|setname +xadd +xlen +xrange +xtrim +xdel +xack +xclaim +xautoclaim ' +
    '+xpending +xreadgroup +xgroup +xinfo +eval +evalsha +sadd +lpush +llen +ltrim +rpop +rpush ' +
    '+hset +hget +hdel +hmget +zadd +zrem +zrangebyscore +set +get +del +time';
  const kombuKeys = '~_kombu.binding.PACKETS* ~unacked ~unacked_index ~unacked_mutex';
  beforeAll(async () => {
    server = await RedisServer.start({
      configuration: [
        'requirepass "top secret"',
        `user agent on >s3cret@/:? ~PACKETS* ${kombuKeys} ${rights}`,
        'user guest on >guest ~* -@all +select +client|setname',
      ],
      login: ['--no-auth-warning', '-a', 'top secret'],
    });
  });
  afterAll(() => server?.stop());

  const url = (user: string, rest = '') => `redis://${user}@127.0.0.1:${server.port}${rest}`;
  const AGENT = `agent:${encodeURIComponent('s3cret@/:?')}`;

  it('logs in with a password', async () => {
    await expectPassage(connections, url(':top%20secret', '/3'), { queue: 'q' });
    const redis = new Redis({ port: server.port, password: 'top secret', db: 3 });
    expect(await redis.exists('q.batch')).toBe(1);
    redis.disconnect();
  });

  it.each<Wire>(['batch', 'kombu'])('is content with few rights, %s', async (wire) => {
    const options = { queue: 'PACKETS', wire };
    const publisher = await publisherTo<Note>(url(AGENT), options);
    const consumer = await consumerOf<Note>(url(AGENT), options);
    await publisher.publish(notes(0, 3));
    await ackAll(await receive(consumer, 3));
    await publisher.publish(notes(3, 4));
    const [first] = await receive(consumer, 1);
    await first.requeue();
    const [again] = await receive(consumer, 1);
    await again.reject('of no use');
  });

  it.each([
    ['no password', '', 'NOAUTH'],
    ['a wrong password', ':wrong', 'WRONGPASS'],
    ['an unknown user', 'nobody:wrong', 'WRONGPASS'],
    ['a user without rights', 'guest:guest', 'NOPERM'],
  ])('is refused with %s', async (_, user, reason) => {
    const refusal = refused(reason);
    const where = user === '' ? server.url() : url(user);
    for (const wire of ['batch', 'kombu'] as const) {
      await expect(publisherTo(where, { queue: 'q', wire })).rejects.toMatchObject(refusal);
      await expect(consumerOf(where, { queue: 'q', wire })).rejects.toMatchObject(refusal);
    }
  });

  it('shows no password', async () => {
    const error = await publisherTo(url('agent:hunter2'), { queue: 'q' }).catch((reason) => reason);
    expect(String(error)).toContain('agent:***@');
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  it('is refused the keys of others, and a database that is not there', async () => {
    await expect(publisherTo(url(AGENT), { queue: 'other' })).rejects.toMatchObject(refused('NOPERM'));
    await expect(publisherTo(url(':top%20secret', '/99'), { queue: 'q' })).rejects.toMatchObject(
      refused('DB index is out of range'),
    );
  });

  it('tells that the rights were taken away', async () => {
    await server.cli('ACL', 'SETUSER', 'agent2', 'on', '>x', '~*', '+@all');
    const publisher = await publisherTo<Note>(url('agent2:x'), { queue: 'q2' });
    await server.cli('ACL', 'SETUSER', 'agent2', '-xadd');
    await expect(publisher.publish(notes(0, 1))).rejects.toMatchObject(refused('NOPERM'));
    await server.cli('ACL', 'SETUSER', 'agent2', '+xadd');
    await publisher.publish(notes(0, 1));
  });

  it('tells that it may not ack, also where it acks by itself', async () => {
    await server.cli('ACL', 'SETUSER', 'agent3', 'on', '>x', '~*', '+@all', '-xack');
    const options = { queue: 'q3', autoAck: true };
    await (await publisherTo<Note>(url('agent3:x'), options)).publish(notes(0, 1));
    const consumer = await consumerOf<Note>(url('agent3:x'), options);
    await expect(within(10_000, receive(consumer, 2))).rejects.toMatchObject(refused('NOPERM'));
  });
});

describe.skipIf(missingForTls)(`redis over TLS${missingForTls ? ` (${missingForTls})` : ''}`, () => {
  const connections = closingAfterEach();
  const { publisherTo } = connections;
  let folder: string;
  let server: RedisServer;
  let client: Certificate;
  let ca: TestCa;
  let tls: TlsOptions;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
    ca = new TestCa(folder, 'ca');
    const { certFile, keyFile } = ca.issue('redis.test', 'DNS:redis.test');
    client = ca.issue('client', 'DNS:client.test');
    server = await RedisServer.start({
      withTls: true,
      configuration: [
        `tls-cert-file ${certFile}`,
        `tls-key-file ${keyFile}`,
        `tls-ca-cert-file ${ca.caFile}`,
        'tls-auth-clients yes',
      ],
    });
    tls = { caFile: ca.caFile, ...client, servername: 'redis.test' };
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const url = (scheme = 'rediss') => `${scheme}://127.0.0.1:${server.tlsPort}`;

  it('connects with our certificate to a server that it verifies', async () => {
    await expectPassage(connections, url(), { queue: 'tls', tls });
  });

  it('speaks TLS where TLS options are given, whatever the scheme', async () => {
    await expectPassage(connections, url('redis'), { queue: 'tls', tls });
  });

  it('takes any server when told to be insecure', async () => {
    await expectPassage(connections, url(), { queue: 'tls', tls: { ...client, insecure: true } });
  });

  it('does not trust a server of unknown origin', async () => {
    const { caFile: _, ...withoutCa } = tls;
    await expect(publisherTo(url(), { queue: 'tls', tls: withoutCa })).rejects.toMatchObject({
      code: 'BROKER_REFUSED',
    });
  });

  it('does not trust a server of another name', async () => {
    const options = { queue: 'tls', tls: { ...tls, servername: 'other.test' } };
    await expect(publisherTo(url(), options)).rejects.toMatchObject(refused('other.test'));
  });

  it('is refused without a certificate', async () => {
    const { caFile, servername } = tls as Required<TlsOptions>;
    const options = { queue: 'tls', tls: { caFile, servername } };
    await expect(publisherTo(url(), options)).rejects.toMatchObject({
      code: expect.stringMatching(/^BROKER_(REFUSED|UNREACHABLE)$/),
    });
  });

  it('names the file that is not there', async () => {
    const options = { queue: 'tls', tls: { ...tls, caFile: '/nonexistent/ca.crt' } };
    await expect(publisherTo(url(), options)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe.skipIf(missing)(`redis by sentinels${missing ? ` (${missing})` : ''}`, () => {
  const connections = closingAfterEach();
  const { publisherTo, consumerOf } = connections;
  const servers: RedisServer[] = [];
  let url: string;
  const until = (words: readonly string[], server: RedisServer, text: string) =>
    vi.waitFor(async () => expect(await server.cli(...words)).toContain(text), 15_000);
  beforeAll(async () => {
    const master = await RedisServer.start();
    const replica = await RedisServer.start({ configuration: [`replicaof 127.0.0.1 ${master.port}`] });
    const sentinel = await RedisServer.start({
      sentinel: true,
      configuration: [
        `sentinel monitor packets 127.0.0.1 ${master.port} 1`,
        'sentinel down-after-milliseconds packets 500',
        'sentinel failover-timeout packets 5000',
      ],
    });
    servers.push(master, replica, sentinel);
    url = `redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/packets/2`;
    await until(['SENTINEL', 'REPLICAS', 'packets'], sentinel, String(replica.port));
    await until(['INFO', 'replication'], replica, 'master_link_status:up');
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it('asks the sentinels that answer for the master', async () => {
    await expectPassage(connections, url, { queue: 'q' });
    expect(await servers[0].cli('-n', '2', 'EXISTS', 'q.batch')).toBe('1');
  });

  it('knows no master of another name', async () => {
    const other = url.replace('/packets/', '/others/');
    await expect(publisherTo(other, { queue: 'q' })).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' });
  });

  it('goes on with the replica when the master is dead', async () => {
    const log = eventLog();
    const publisher = await publisherTo<Note>(url, { queue: 'failover', onEvent: log.onEvent });
    await publisher.publish(notes(0, 1));
    await until(['-n', '2', 'XLEN', 'failover.batch'], servers[1], '1');
    await servers[0].kill();
    await publisher.publish(notes(1, 2));
    expect(log.events.map(({ kind }) => kind)).toContain('disconnected');
    expect(idsOf(await receive(await consumerOf<Note>(url, { queue: 'failover' }), 2))).toEqual([0, 1]);
  }, 40_000);
});
