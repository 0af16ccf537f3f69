import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { jsonCodec } from '../src/json-codec.ts';
import { parseAddress } from '../src/redis/address.ts';
import { Connection } from '../src/redis/connection.ts';
import { KombuSource } from '../src/redis/kombu-source.ts';
import { deadLetterQueue } from '../src/types.ts';
import { ackAll, idsOf, notes, range, receive } from './notes.ts';
import { kombuMissing, type Names, publishFromPython, receiveInPython } from './python/kombu-peer.ts';
import { closingAfterEach, eventLog } from './redis-support.ts';
import { RedisServer, redisMissing } from './servers/redis-server.ts';
import { TcpProxy } from './servers/tcp-proxy.ts';

const missing = redisMissing() ?? kombuMissing();
const SCRIPT = fileURLToPath(new URL('./python/kombu_redis_consumer.py', import.meta.url));

const named = (name: string): Names => ({ exchange: name, queue: name, routingKey: name });
const texts = (count: number) => notes(0, count).map((note) => JSON.stringify(note));

describe.skipIf(missing)(`kombu on redis${missing ? ` (${missing})` : ''}`, () => {
  let server: RedisServer;
  let redis: Redis;
  const { publisherTo, consumerOf } = closingAfterEach();
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url('/15'));
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.stop();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await redis.flushall();
  });

  const url = (options = '') => server.url(`/15${options}`);
  const newQueue = () => `PACKETS-${randomUUID()}`;
  const kombu = (queue: string) => ({ queue, wire: 'kombu' as const });

  /** A Python consumer with a visibility timeout in seconds, and the lines it says. */
  function python(queue: string, count: number, visibility: number, manner: 'ack' | 'hold') {
    const words = [SCRIPT, url(), queue, String(count), String(visibility), manner];
    const child = spawn('/usr/bin/python3', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const lines: { body: unknown; headers: Record<string, unknown> }[] = [];
    const reader = createInterface({ input: child.stdout });
    const all = new Promise<void>((resolve) => {
      reader.on('line', (line) => {
        lines.push(JSON.parse(line));
        if (lines.length === count) resolve();
      });
    });
    return { child, lines, all };
  }

  const unacked = async () => [await redis.hlen('unacked'), await redis.zcard('unacked_index')];

  /** For longer than a visibility timeout of a second. */
  async function expectNobodyElseGets(queue: string): Promise<void> {
    const greedy = await consumerOf(url('?visibility_timeout=1'), kombu(queue));
    const stolen = receive(greedy, 1);
    await sleep(2500);
    await greedy.close();
    expect(await stolen).toEqual([]);
  }

  it.each(['first', 'second'])('receives what Python publishes, Python %s', async (turn) => {
    const queue = newQueue();
    if (turn === 'first') await publishFromPython(url(), named(queue), texts(300));
    const receiving = receive(await consumerOf(url(), kombu(queue)), 300);
    if (turn === 'second') await publishFromPython(url(), named(queue), texts(300));
    const deliveries = await receiving;
    expect(idsOf(deliveries)).toEqual(range(0, 300));
    expect(await unacked()).toEqual([300, 300]);
    await ackAll(deliveries);
    expect(await unacked()).toEqual([0, 0]);
  });

  it.each(['first', 'second'])('publishes what Python receives, Python %s', async (turn) => {
    const queue = newQueue();
    const early = turn === 'first' ? await receiveInPython(url(), named(queue), 20) : undefined;
    const publisher = await publisherTo(url(), kombu(queue));
    await publisher.publish(notes(0, 10));
    await publisher.publish(notes(10, 20));
    const peer = early ?? (await receiveInPython(url(), named(queue), 20));
    const deliveries = await peer.deliveries;
    expect(deliveries.map(({ body }) => body)).toEqual(notes(0, 20));
    expect(Buffer.from(deliveries[0].raw, 'base64').toString()).toBe('{"id":0}');
  });

  it.each(['PACKETS', 'lab-2.*.päckchen #"\\_x'])(
    'writes what Python writes, for the queue %s',
    async (queue) => {
      const message = { id: 0, text: 'ä\n' };
      await publishFromPython(server.url('/14'), named(queue), [JSON.stringify(message)]);
      await (await publisherTo<object>(url(), kombu(queue))).publish([message]);
      /** All that is in a database, with what is new each time put aside. */
      const contentsOf = async (database: number) => {
        const other = redis.duplicate({ db: database });
        const [item] = await other.lrange(queue, 0, -1);
        const body = JSON.parse(Buffer.from(JSON.parse(item).body, 'base64').toString());
        const envelope = item
          .replace(/"body": "[\w+/=]+"/, 'BODY')
          .replace(/"[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}"/, 'UUID');
        const [keys, bindings] = [await other.keys('*'), await other.smembers(`_kombu.binding.${queue}`)];
        other.disconnect();
        return { body, envelope, bindings, keys: keys.sort() };
      };
      const contents = await contentsOf(15);
      expect(contents).toEqual(await contentsOf(14));
      expect(contents.body).toEqual(message);
      expect(contents.envelope).toMatch(/^\{BODY, "content-encoding": .*"delivery_tag": UUID\}\}$/);
    },
  );

  it('serves urgent messages first, as kombu does', async () => {
    const queue = newQueue();
    const list = (priority: number) => (priority === 0 ? queue : `${queue}\x06\x16${priority}`);
    for (const id of [9, 6, 3, 0]) await redis.lpush(list(id), JSON.stringify({ id }));
    expect(idsOf(await receive(await consumerOf(url(), kombu(queue)), 4))).toEqual([0, 3, 6, 9]);
  });

  it('gets what a killed Python consumer held, when its time is over', async () => {
    const queue = newQueue();
    await publishFromPython(url(), named(queue), texts(20));
    const holder = python(queue, 20, 3600, 'hold');
    await holder.all;
    holder.child.kill('SIGKILL');
    const consumer = await consumerOf(url('?visibility_timeout=1'), kombu(queue));
    const deliveries = await receive(consumer, 20);
    expect(idsOf(deliveries).sort((a, b) => a - b)).toEqual(range(0, 20));
    expect(deliveries.every(({ redelivered }) => redelivered)).toBe(true);
    await ackAll(deliveries);
    expect(await unacked()).toEqual([0, 0]);
    expect(await redis.exists('unacked_mutex')).toBe(0);
  });

  it('lets Python have what a dead consumer of ours held, when its time is over', async () => {
    const queue = newQueue();
    const proxy = await TcpProxy.start(server.port);
    const publisher = await publisherTo(url(), kombu(queue));
    await publisher.publish(notes(0, 20));
    await redis.lpush(queue, '{"id": 20}', 'garbage');
    const dying = await consumerOf(`redis://127.0.0.1:${proxy.port}/15`, kombu(queue));
    expect(idsOf(await receive(dying, 21))).toEqual(range(0, 21));
    await proxy.stop();
    await sleep(1100);
    // Python gives back what it finds expired; bare messages would be its end, so they lie aside.
    const peer = python(queue, 20, 1, 'ack');
    await peer.all;
    expect(peer.lines.map(({ body }) => (body as { id: number }).id).sort((a, b) => a - b)).toEqual(
      range(0, 20),
    );
    expect(peer.lines[0].headers).toEqual({ redelivered: true });
    await expect.poll(unacked).toEqual([0, 0]);
    const [bare] = await receive(await consumerOf(url('?visibility_timeout=1'), kombu(queue)), 1);
    expect(bare).toMatchObject({ messages: [{ id: 20 }], redelivered: true });
    await dying.close();
  });

  it('keeps what it works on for longer than the visibility timeout', async () => {
    const queue = newQueue();
    await (await publisherTo(url(), kombu(queue))).publish(notes(0, 3));
    await redis.lpush(queue, '{"id": 3}');
    const slow = await consumerOf(url('?visibility_timeout=1'), kombu(queue));
    const held = await receive(slow, 4);
    await expectNobodyElseGets(queue);
    await ackAll(held);
    expect(await redis.keys(`${queue}*`)).toEqual([]);
  });

  it('keeps what it took ahead, too, while nobody asks for it', async () => {
    const queue = newQueue();
    const publisher = await publisherTo(url(), kombu(queue));
    const BATCHES = 6;
    for (let i = 0; i < BATCHES; i++) await publisher.publish(notes(256 * i, 256 * (i + 1)));
    const slow = await consumerOf(url('?visibility_timeout=1'), kombu(queue));
    const held = await receive(slow, 256);
    await expect.poll(unacked).toEqual([256 * BATCHES, 256 * BATCHES]);
    await expectNobodyElseGets(queue);
    await ackAll(held);
    const rest = await receive(slow, 256 * (BATCHES - 1));
    expect(idsOf(rest)).toEqual(range(256, 256 * BATCHES));
    expect(rest.some(({ redelivered }) => redelivered)).toBe(false);
  });

  it('gives back at its end what it took without ever hearing of it', async () => {
    const queue = newQueue();
    const proxy = await TcpProxy.start(server.port);
    const { signal } = new AbortController();
    const options = { ...kombu(queue), exchange: queue, routingKey: queue, maxUnsettled: 10, autoAck: false };
    const wire = { codec: jsonCodec(), tls: undefined, onEvent: () => {} };
    const address = parseAddress(new URL(`redis://127.0.0.1:${proxy.port}/15`), undefined);
    const connection = await Connection.open(address, wire);
    const source = new KombuSource(connection, { ...options, ...wire }, 'me');
    await source.open();
    // From now on the server knows the scripts.
    expect(await source.take(10)).toEqual([]);
    await (await publisherTo(url(), kombu(queue))).publish(notes(0, 3));
    server.pause();
    const taken = source.take(10);
    await sleep(100);
    proxy.cut();
    await expect(taken).rejects.toThrow();
    proxy.mend();
    server.resume();
    await connection.ready(signal);
    await expect.poll(unacked).toEqual([3, 3]);
    await source.leave([]);
    expect(await unacked()).toEqual([0, 0]);
    expect(await redis.llen(queue)).toBe(3);
    connection.close();
    await proxy.stop();
  });

  it('leaves the expired messages of other queues alone', async () => {
    const [mine, other] = [newQueue(), newQueue()];
    await redis.zadd('unacked_index', 1, 'their-tag');
    await redis.hset('unacked', 'their-tag', `[{"body": "e30=", "properties": {}}, "${other}", "${other}"]`);
    const consumer = await consumerOf(url('?visibility_timeout=1'), kombu(mine));
    const received = receive(consumer, 1);
    await sleep(300);
    await consumer.close();
    expect(await received).toEqual([]);
    expect(await unacked()).toEqual([1, 1]);
  });

  it('accepts bare messages and envelopes of other makers, and dead-letters the rest with its bytes', async () => {
    const queue = newQueue();
    const dead = deadLetterQueue(queue);
    const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
    const good: (string | Buffer)[] = [
      '{"id":0}',
      `{"body":"${base64('{"id":1}')}","properties":{"body_encoding":"base64","delivery_tag":"x"}}`,
      `{"properties": {"delivery_info": {}}, "body": "{\\"id\\": 2}"}`,
      `{"body": "${base64('{\n  "id": 3\n}\n')}", "properties": {"body_encoding": "base64"}}`,
      Buffer.from('{"id":4,"text":"äöü"}'),
    ];
    const binary = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const broken = `{"body": "${base64('{"id":')}", "properties": {"body_encoding": "base64"}}`;
    const huge = Buffer.alloc(20 * 2 ** 20, 'x');
    const poison: (string | Buffer)[] = [
      'not JSON',
      binary,
      broken,
      '',
      '{"body": "e30="',
      huge,
      '['.repeat(100_000),
    ];
    await redis.lpush(queue, ...good.flatMap((item, i) => [item, poison[i]]), ...poison.slice(good.length));
    const log = eventLog();
    const consumer = await consumerOf(url(), { ...kombu(queue), onEvent: log.onEvent });
    const deliveries = await receive(consumer, good.length);
    expect(idsOf(deliveries)).toEqual([0, 1, 2, 3, 4]);
    await ackAll(deliveries);
    const isMalformed = ({ kind }: { kind: string }) => kind === 'malformed';
    await log.until(() => log.events.filter(isMalformed).length === poison.length);
    const bodies = (await redis.lrange(dead, 0, -1)).reverse().map((item) => {
      const { body, headers } = JSON.parse(item);
      expect(headers.reason).toMatch(/./);
      return Buffer.from(body, 'base64');
    });
    const expected = poison.map((item) => (item === broken ? Buffer.from('{"id":') : Buffer.from(item)));
    expect(bodies.map((body, i) => body.equals(expected[i]))).toEqual(poison.map(() => true));
    await consumer.close();
    expect((await redis.keys('*')).sort()).toEqual([`_kombu.binding.${queue}`, dead].sort());
  });

  it('shares a queue with a Python consumer', async () => {
    const queue = newQueue();
    const peer = await receiveInPython(url(), named(queue), 50);
    const consumer = await consumerOf(url(), { ...kombu(queue), maxUnsettled: 1 });
    const publisher = await publisherTo(url(), kombu(queue));
    const ours: number[] = [];
    const receiving = (async () => {
      for await (const delivery of consumer.receive()) {
        await sleep(5);
        await delivery.ack();
        ours.push(...idsOf([delivery]));
      }
    })();
    let published = 0;
    const theirs = peer.deliveries.then((all) => all.map(({ body }) => (body as { id: number }).id));
    let ended = false;
    void theirs.then(() => {
      ended = true;
    });
    while (!ended) {
      await publisher.publish(notes(published, published + 4));
      published += 4;
      await sleep(5);
    }
    while (ours.length + 50 < published) await sleep(20);
    await consumer.close();
    await receiving;
    expect([...ours, ...(await theirs)].sort((a, b) => a - b)).toEqual(range(0, published));
    expect(ours.length).toBeGreaterThan(0);
  });

  it('does not run on a cluster, and says so', async () => {
    await expect(publisherTo('redis+cluster://127.0.0.1:1', kombu('q'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('kombu'),
    });
  });
});
