import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { jsonCodec } from '../src/json-codec.ts';
import { parseAddress } from '../src/redis/address.ts';
import { Connection } from '../src/redis/connection.ts';
import { StreamSource } from '../src/redis/stream-source.ts';
import { deadLetterQueue, type Wire } from '../src/types.ts';
import { ackAll, idsOf, type Note, notes, range, receive, takeDifferent } from './notes.ts';
import { closingAfterEach, eventLog, linesCodec } from './redis-support.ts';
import { type RedisOptions, RedisServer, redisMissing } from './servers/redis-server.ts';
import { TcpProxy } from './servers/tcp-proxy.ts';

const missing = redisMissing();
/** With `everysec` a server that is killed may take up to two seconds of what it confirmed with it. */
const DURABLE = { configuration: ['appendonly yes', 'appendfsync always'] };

const numerically = (a: number, b: number) => a - b;

describe.skipIf(missing)(`redis when things go wrong${missing ? ` (${missing})` : ''}`, () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  const { publisherTo, consumerOf } = closingAfterEach();

  async function start(options?: RedisOptions): Promise<RedisServer> {
    const server = await RedisServer.start(options);
    cleanups.push(() => server.stop());
    return server;
  }

  function client(server: RedisServer): Redis {
    const redis = new Redis(server.url());
    cleanups.push(() => redis.disconnect());
    return redis;
  }

  async function proxyTo(server: RedisServer): Promise<{ proxy: TcpProxy; url: string }> {
    const proxy = await TcpProxy.start(server.port);
    cleanups.push(() => proxy.stop());
    return { proxy, url: `redis://127.0.0.1:${proxy.port}` };
  }

  const on = (wire: Wire) => ({ queue: `outage-${randomUUID()}`, wire });

  it.each<Wire>(['batch', 'kombu'])('loses nothing when the server is killed, %s', async (wire) => {
    const server = await start(DURABLE);
    const options = on(wire);
    const url = server.url('?claim_idle=1&visibility_timeout=2');
    const publisher = await publisherTo(url, options);
    const consumer = await consumerOf(url, options);
    const total = 20_000;
    const taking = takeDifferent(consumer, total);
    const publishing = (async () => {
      for (let id = 0; id < total; id += 100) {
        const several = [0, 25, 50, 75].map((part) => publisher.publish(notes(id + part, id + part + 25)));
        await Promise.all(several);
        await sleep(2);
      }
    })();
    for (let round = 0; round < 3; round++) {
      await sleep(150);
      await server.kill();
      await sleep(50);
      await server.start();
    }
    await publishing;
    expect(await taking).toEqual(range(0, total));
  });

  it.each<Wire>(['batch', 'kombu'])('keeps the order across losses of the connection, %s', async (wire) => {
    const server = await start();
    const { proxy, url } = await proxyTo(server);
    const options = on(wire);
    const publisher = await publisherTo(url, options);
    const total = 6000;
    const publishing = range(0, total / 10).map((i) => publisher.publish(notes(10 * i, 10 * i + 10)));
    for (let round = 0; round < 3; round++) {
      await sleep(10);
      proxy.cut();
      await sleep(20);
      proxy.mend();
      await publishing[(round + 1) * 150];
    }
    await Promise.all(publishing);
    const consumer = await consumerOf(server.url(), options);
    const ids: number[] = [];
    for await (const delivery of consumer.receive()) {
      ids.push(...idsOf([delivery]));
      if (ids[ids.length - 1] === total - 1) break;
    }
    // What was sent twice, because its confirmation was lost, comes right after itself.
    const firsts = ids.filter((id, i) => ids.indexOf(id) === i);
    expect(firsts).toEqual(range(0, total));
    expect(ids.length).toBeLessThan(total + 3 * 32 * 10 + 1);
  });

  it('waits for the server during an outage, and gives up what was aborted', async () => {
    const server = await start(DURABLE);
    const log = eventLog();
    const options = { ...on('batch'), onEvent: log.onEvent };
    const publisher = await publisherTo(server.url(), options);
    await publisher.publish(notes(0, 1));
    await server.kill();
    const controller = new AbortController();
    const aborted = publisher.publish(notes(1, 2), { signal: controller.signal });
    const patient = publisher.publish(notes(2, 3));
    await log.until(({ kind }) => kind === 'retrying');
    controller.abort();
    await expect(aborted).rejects.toBe(controller.signal.reason);
    let flushed = false;
    const flush = publisher.flush().then(() => {
      flushed = true;
    });
    await sleep(50);
    expect(flushed).toBe(false);
    await server.start();
    await Promise.all([patient, flush]);
    expect(idsOf(await receive(await consumerOf(server.url(), options), 2))).toEqual([0, 2]);
    const kinds = log.events.map(({ kind }) => kind);
    expect(kinds.slice(0, 3)).toEqual(['connected', 'disconnected', 'retrying']);
    expect(kinds).toContain('connected');
  });

  it('acks through an outage', async () => {
    const server = await start(DURABLE);
    const options = on('batch');
    await (await publisherTo(server.url(), options)).publish(notes(0, 3));
    const [delivery] = await receive(await consumerOf(server.url(), options), 3);
    await server.kill();
    const acked = delivery.ack();
    await sleep(50);
    await server.start();
    await acked;
    const redis = client(server);
    expect(await redis.xlen(`${options.queue}.batch`)).toBe(0);
  });

  it('closes during an outage; what it held comes to others', async () => {
    const server = await start(DURABLE);
    const { proxy, url } = await proxyTo(server);
    const options = on('batch');
    await (await publisherTo(server.url(), options)).publish(notes(0, 3));
    const cutOff = await consumerOf(url, options);
    const [delivery] = await receive(cutOff, 3);
    proxy.cut();
    await sleep(20);
    const acked = delivery.ack();
    await cutOff.close();
    await expect(acked).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
    const [again] = await receive(await consumerOf(server.url('?claim_idle=1'), options), 3);
    expect(again).toMatchObject({ messages: notes(0, 3), redelivered: true });
  });

  it('takes over what a dead consumer held, and nothing of a slow one', async () => {
    const server = await start();
    const { proxy, url } = await proxyTo(server);
    const options = on('batch');
    const publisher = await publisherTo(server.url(), options);
    for (let id = 0; id < 40; id++) await publisher.publish(notes(id, id + 1));
    const slow = await consumerOf(server.url('?claim_idle=1'), { ...options, maxUnsettled: 20 });
    const held = await receive(slow, 20);
    const dying = await consumerOf(`${url}?claim_idle=1`, options);
    await receive(dying, 20);
    const cutAt = performance.now();
    proxy.cut();
    const other = await consumerOf(server.url('?claim_idle=1'), options);
    const taken: number[] = [];
    const taking = (async () => {
      for await (const delivery of other.receive()) {
        expect(delivery.redelivered).toBe(true);
        taken.push(...idsOf([delivery]));
        await delivery.ack();
      }
    })();
    await expect.poll(() => taken.length, { timeout: 10_000 }).toBe(20);
    expect(performance.now() - cutAt).toBeGreaterThan(900);
    await sleep(2500);
    await other.close();
    await taking;
    expect(taken.sort(numerically)).toEqual(range(20, 40));
    await ackAll(held);
    expect(await client(server).xlen(`${options.queue}.batch`)).toBe(0);
    await dying.close();
  });

  it('takes no more than there is room for, also after it was given what it has', async () => {
    const server = await start();
    const { queue } = on('batch');
    const url = server.url('?claim_idle=1');
    const publisher = await publisherTo(url, { queue });
    for (let i = 0; i < 10; i++) await publisher.publish(notes(256 * i, 256 * (i + 1)));
    const wire = { codec: jsonCodec<Note>(), tls: undefined, onEvent: () => {} };
    const address = parseAddress(new URL(url), undefined);
    const [connection, reader] = [await Connection.open(address, wire), await Connection.open(address, wire)];
    cleanups.push(() => connection.close());
    const names = { stream: `${queue}.batch`, deadStream: `${queue}.dead.batch`, consumer: 'me' };
    const source = new StreamSource(connection, reader, { ...names, ...wire });
    cleanups.push(() => source.close());
    await source.open();
    expect((await source.take(256)).length).toBe(1);
    // A standstill: what it holds looks abandoned, and it claims that itself.
    await sleep(1200);
    expect(await source.take(256)).toEqual([]);
    expect((await source.take(256)).length).toBe(1);
  });

  it('finds the entries of an answer that never came', async () => {
    const server = await start();
    const { proxy, url } = await proxyTo(server);
    const options = on('batch');
    const log = eventLog();
    const consumer = await consumerOf(url, { ...options, onEvent: log.onEvent });
    const publisher = await publisherTo(server.url(), options);
    await publisher.publish(notes(0, 1));
    await ackAll(await receive(consumer, 1));
    const received = receive(consumer, 3);
    // The name it has in the group, under which its lost answers are kept.
    const redis = client(server);
    const stream = `${options.queue}.batch`;
    const [[, name]] = (await redis.xinfo('CONSUMERS', stream, 'packet-processor')) as string[][];
    proxy.cut();
    await sleep(50);
    await publisher.publish(notes(1, 4));
    await redis.xreadgroup('GROUP', 'packet-processor', name, 'STREAMS', stream, '>');
    proxy.mend();
    const [delivery] = await received;
    expect(delivery).toMatchObject({ messages: notes(1, 4), redelivered: true });
  });

  it.each<Wire>(['batch', 'kombu'])('waits while the server has no memory, %s', async (wire) => {
    const server = await start({ configuration: ['maxmemory 4mb', 'maxmemory-policy noeviction'] });
    const log = eventLog();
    const options = { ...on(wire), onEvent: log.onEvent };
    const publisher = await publisherTo<object>(server.url(), options);
    const text = 'x'.repeat(60_000);
    const publishing = range(0, 100).map((id) => publisher.publish([{ id, text }, { id: -1 - id }]));
    await log.until((event) => event.kind === 'retrying' && event.reason.startsWith('OOM'));
    await client(server).config('SET', 'maxmemory', '100mb');
    await Promise.all(publishing);
    const deliveries = await receive(await consumerOf(server.url(), options), 200);
    expect(idsOf(deliveries).filter((id) => id >= 0)).toEqual(range(0, 100));
  });

  it('waits while the server is a replica', async () => {
    const server = await start();
    const options = on('batch');
    const publisher = await publisherTo(server.url(), options);
    const redis = client(server);
    await redis.replicaof('127.0.0.1', 1);
    const publishing = publisher.publish(notes(0, 1));
    await sleep(200);
    await redis.replicaof('NO', 'ONE');
    await publishing;
    expect(idsOf(await receive(await consumerOf(server.url(), options), 1))).toEqual([0]);
  });

  it('waits for a server that does not answer', async () => {
    const server = await start();
    const options = on('batch');
    const publisher = await publisherTo(server.url(), options);
    server.pause();
    let taken = false;
    const publishing = publisher.publish(notes(0, 1)).then(() => {
      taken = true;
    });
    await sleep(100);
    expect(taken).toBe(false);
    server.resume();
    await publishing;
  });

  it('makes the stream and its group again when somebody deleted them', async () => {
    const server = await start();
    const options = on('batch');
    const publisher = await publisherTo(server.url(), options);
    const consumer = await consumerOf(server.url(), options);
    const first = receive(consumer, 1);
    await sleep(50);
    await client(server).flushall();
    await publisher.publish(notes(0, 1));
    expect(idsOf(await first)).toEqual([0]);
    await client(server).flushall();
    const others = receive(consumer, 2);
    await publisher.publish(notes(1, 2));
    await publisher.publish(notes(2, 3));
    expect(idsOf(await others)).toEqual([1, 2]);
  });

  it('refuses a queue that is something else', async () => {
    const server = await start();
    await client(server).set('taken.batch', 'a string');
    const refusal = { code: 'BROKER_REFUSED', message: expect.stringContaining('WRONGTYPE') };
    await expect(publisherTo(server.url(), { queue: 'taken' })).rejects.toMatchObject(refusal);
    await expect(consumerOf(server.url(), { queue: 'taken' })).rejects.toMatchObject(refusal);
    const publisher = await publisherTo(server.url(), { queue: 'later' });
    await client(server).set('later.batch', 'a string');
    await expect(publisher.publish(notes(0, 1))).rejects.toMatchObject(refusal);
  });

  it('cannot reach a server that is not there', async () => {
    const server = await start();
    await server.kill();
    await expect(publisherTo(server.url(), on('batch'))).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await expect(consumerOf(server.url(), on('kombu'))).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' });
  });

  it('dead-letters what is no message of ours, its bytes kept, and goes on', async () => {
    const server = await start();
    const { queue } = on('batch');
    const redis = client(server);
    const log = eventLog();
    const binary = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 10));
    const huge = Buffer.alloc(20 * 2 ** 20, 'x');
    const poison = [Buffer.from('not JSON'), binary, huge, Buffer.from('['.repeat(100_000))];
    const good = (id: number) => Buffer.from(`{"id":${id}}\n`);
    for (const [i, bytes] of poison.entries()) {
      await redis.xadd(`${queue}.batch`, '*', 'ndjson', bytes);
      await redis.xadd(
        `${queue}.batch`,
        '*',
        'ndjson',
        Buffer.concat([good(2 * i), bytes, Buffer.from('\n'), good(2 * i + 1)]),
      );
    }
    await redis.xadd(`${queue}.batch`, '*', 'ndjson', '');
    await redis.xadd(`${queue}.batch`, '*', 'something', 'else');
    const consumer = await consumerOf(server.url(), { queue, onEvent: log.onEvent });
    const deliveries = await receive(consumer, 8);
    expect(idsOf(deliveries)).toEqual(range(0, 8));
    await ackAll(deliveries);
    await expect.poll(() => log.events.filter(({ kind }) => kind === 'malformed').length).toBe(9);
    await expect.poll(() => redis.xlen(`${queue}.batch`)).toBe(0);
    expect(await redis.xrange(`${queue}.dead.batch`, '-', '+')).toContainEqual([
      expect.anything(),
      ['something', 'else', 'reason', 'the entry has no field "ndjson"'],
    ]);
    const dead = await consumerOf(server.url(), { queue: deadLetterQueue(queue), codec: linesCodec });
    const letters = await receive(dead, 8);
    const count = (bytes: Buffer) =>
      letters.filter(({ messages }) => messages[0] === bytes.toString('latin1')).length;
    expect(poison.map(count)).toEqual([2, 2, 2, 2]);
    expect(letters.every(({ reason }) => reason !== undefined && reason !== '')).toBe(true);
  }, 30_000);

  it('keeps the latest dead letters, and tells of those that made room', async () => {
    const server = await start();
    for (const wire of ['batch', 'kombu'] as const) {
      const log = eventLog();
      const options = { ...on(wire), onEvent: log.onEvent };
      const publisher = await publisherTo(server.url(), options);
      for (let id = 0; id < 12; id++) await publisher.publish(notes(id, id + 1));
      const consumer = await consumerOf(server.url('?maxlen=10'), { ...options, maxUnsettled: 1 });
      let rejected = 0;
      for await (const delivery of consumer.receive()) {
        await delivery.reject('bad');
        if (++rejected === 12) break;
      }
      expect(log.events.filter(({ kind }) => kind === 'discarded')).toEqual([
        { kind: 'discarded', messages: 1 },
        { kind: 'discarded', messages: 1 },
      ]);
      const dead = await consumerOf<Note>(server.url(), {
        ...options,
        queue: deadLetterQueue(options.queue),
      });
      expect(idsOf(await receive(dead, 10))).toEqual(range(2, 12));
    }
  });

  it('rejects only the batch that cannot be encoded', async () => {
    const server = await start();
    const options = on('batch');
    const publisher = await publisherTo<unknown>(server.url(), options);
    const results = await Promise.allSettled([
      publisher.publish([{ id: 0 }]),
      publisher.publish([{ id: 1n }]),
      publisher.publish([{ id: 2 }]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(idsOf(await receive(await consumerOf(server.url(), options), 2))).toEqual([0, 2]);
  });
});
