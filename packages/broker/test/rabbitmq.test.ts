import { randomUUID } from 'node:crypto';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import {
  type BrokerEvent,
  type Codec,
  type ConsumerOptions,
  type Delivery,
  deadLetterQueue,
  type QueueOptions,
  type Wire,
} from '../src/types.ts';
import { describeConformance } from './conformance.ts';
import { range, receive } from './notes.ts';
import { describePython } from './rabbitmq-kombu-suite.ts';
import { Certificates, describeTls } from './rabbitmq-tls-suite.ts';
import { freePorts } from './servers/free-ports.ts';
import { RabbitmqServer, rabbitmqMissing } from './servers/rabbitmq-server.ts';

const missing = rabbitmqMissing();
const MEBIBYTE = 1024 * 1024;
const MAX_MESSAGE_BYTES = 24 * MEBIBYTE;

/** Bodies as they came, for dead letters that are no JSON. */
const bareCodec: Codec<string> = {
  encode: (lines) => Buffer.from(lines.join('\n'), 'latin1'),
  decode: (bytes) => ({ messages: [Buffer.from(bytes).toString('latin1')], malformed: [] }),
};

describe.skipIf(missing !== undefined)(`rabbitmq${missing ? ` (${missing})` : ''}`, () => {
  let server: RabbitmqServer;
  let certificates: Certificates | undefined;
  let admin: ChannelModel;
  let channel: ConfirmChannel;
  const open: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    certificates = Certificates.make();
    const settings = [`max_message_size = ${MAX_MESSAGE_BYTES}`];
    server = await RabbitmqServer.start({ settings, tls: certificates?.server });
    admin = await connect(server.amqp());
    channel = await admin.createConfirmChannel();
  });
  afterAll(async () => {
    await admin?.close();
    await server?.stop();
    certificates?.remove();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((connection) => connection.close()));
  });

  async function publisherTo<T>(options: QueueOptions<T>, path = '') {
    const publisher = await connectPublisher<T>(server.amqp(path), options);
    open.unshift(publisher);
    return publisher;
  }

  async function consumerOf<T>(options: ConsumerOptions<T>, path = '') {
    const consumer = await connectConsumer<T>(server.amqp(path), options);
    open.unshift(consumer);
    return consumer;
  }

  const messagesOf = <T>(deliveries: readonly Delivery<T>[]) =>
    deliveries.flatMap(({ messages }) => messages);

  const conformance = (name: string, wire: Wire, path = '') =>
    describeConformance({
      name,
      keepsBatches: wire === 'batch',
      capacity: undefined,
      connectPublisher: (options) => connectPublisher(server.amqp(path), { ...options, wire }),
      connectConsumer: ({ queue, maxUnsettled, autoAck }) =>
        connectConsumer(server.amqp(path), {
          queue,
          wire,
          ...(maxUnsettled !== undefined && { maxUnsettled }),
          ...(autoAck !== undefined && { autoAck }),
        }),
    });

  conformance('rabbitmq batch', 'batch');
  conformance('rabbitmq batch on quorum queues', 'batch', '?quorum=true');
  conformance('rabbitmq kombu', 'kombu');
  // A server takes seconds to start: there is one for all of these.
  describePython(() => server);
  describeTls(() => ({ server, certificates: certificates! }));

  describe('a batch on the wire', () => {
    it('is one persistent message of lines, with its count', async () => {
      const queue = randomUUID();
      await (await publisherTo({ queue })).publish([{ a: 1 }, { a: 2 }]);
      const message = (await channel.get(`${queue}.batch`, { noAck: true })) || undefined;
      expect(message?.content.toString()).toBe('{"a":1}\n{"a":2}\n');
      expect(message?.properties).toMatchObject({
        contentType: 'application/x-ndjson',
        deliveryMode: 2,
        headers: { count: 2 },
      });
    });

    it('goes in parts when it is large, in order', async () => {
      const queue = randomUUID();
      const messages = range(0, 12).map((id) => `${id} ${'x'.repeat(MEBIBYTE)}`);
      await (await publisherTo({ queue })).publish(messages);
      const deliveries = await receive(await consumerOf<string>({ queue }), 12);
      expect(deliveries.length).toBe(2);
      expect(messagesOf(deliveries).every((text, id) => text === messages[id])).toBe(true);
    });

    it('is refused alone when the broker takes none of its size', async () => {
      const queue = randomUUID();
      const publisher = await publisherTo({ queue });
      const publishing = ['a', 'b'.repeat(MAX_MESSAGE_BYTES), 'c', 'd'].map((text) =>
        publisher.publish([text]),
      );
      await expect(publishing[1]).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
      await Promise.all([publishing[0], publishing[2], publishing[3]]);
      await publisher.publish(['end']);
      const received = new Set<string>();
      for await (const { messages } of (await consumerOf<string>({ queue })).receive()) {
        for (const text of messages) received.add(text);
        if (received.has('end')) break;
      }
      expect([...received].sort()).toEqual(['a', 'c', 'd', 'end']);
    });

    it('uses the quorum queue that is there, and the classic one', async () => {
      for (const [first, second] of [
        ['?quorum=true', ''],
        ['', '?quorum=true'],
      ]) {
        const queue = randomUUID();
        await (await publisherTo({ queue }, first)).publish([1]);
        expect(messagesOf(await receive(await consumerOf({ queue }, second), 1))).toEqual([1]);
      }
    });
  });

  describe('a queue', () => {
    it('is made again when somebody deletes it, and nothing of a publish is lost', async () => {
      const queue = randomUUID();
      const reasons: string[] = [];
      const onEvent = (event: BrokerEvent) => 'reason' in event && reasons.push(event.reason);
      const publisher = await publisherTo({ queue, onEvent: onEvent as (event: BrokerEvent) => void });
      await publisher.publish([0]);
      await channel.deleteQueue(`${queue}.batch`);
      await Promise.all(range(0, 20).map((id) => publisher.publish([id + 1])));
      const consumer = await consumerOf<number>({ queue });
      expect(new Set(messagesOf(await receive(consumer, 20)))).toEqual(new Set(range(1, 21)));
      expect(reasons).toEqual(['a message came back: its queue is gone']);
    });

    it('is subscribed to again when somebody deletes it', async () => {
      const queue = randomUUID();
      const consumer = await consumerOf<number>({ queue });
      const received = receive(consumer, 1);
      await channel.deleteQueue(`${queue}.batch`);
      await (await publisherTo({ queue })).publish([1]);
      expect(messagesOf(await received)).toEqual([1]);
    });

    it('gives as many messages as may be unsettled, however small its batches', async () => {
      const queue = randomUUID();
      const publisher = await publisherTo<number>({ queue });
      const publishing = range(0, 700).map((id) => publisher.publish([id]));
      await Promise.all(publishing);
      const consumer = await consumerOf<number>({ queue, maxUnsettled: 300 });
      for (const start of [0, 300]) {
        const deliveries = await receive(consumer, 300);
        expect(messagesOf(deliveries)).toEqual(range(start, start + 300));
        for (const delivery of deliveries) await delivery.ack();
      }
      await consumer.close();
      expect(messagesOf(await receive(await consumerOf({ queue }), 100))).toEqual(range(600, 700));
    });

    it('gives back exactly what was not acked, acked in any order', async () => {
      const queue = randomUUID();
      const publisher = await publisherTo<number>({ queue });
      await Promise.all(range(0, 50).map((id) => publisher.publish([id])));
      const consumer = await consumerOf<number>({ queue });
      const deliveries = await receive(consumer, 50);
      const isKept = (id: number) => id % 7 === 3;
      for (const delivery of deliveries.reverse()) if (!isKept(delivery.messages[0])) void delivery.ack();
      await consumer.close();
      const again = await receive(await consumerOf<number>({ queue }), range(0, 50).filter(isKept).length);
      expect(messagesOf(again)).toEqual(range(0, 50).filter(isKept));
    });

    it('has what the broker itself puts aside among its dead letters', async () => {
      const queue = randomUUID();
      await (await publisherTo({ queue })).publish([1]);
      const message = await channel.get(`${queue}.batch`);
      if (message) channel.nack(message, false, false);
      const [dead] = await receive(await consumerOf({ queue: deadLetterQueue(queue) }), 1);
      expect(dead).toMatchObject({ messages: [1], reason: 'rejected' });
    });
  });

  describe.each(['batch', 'kombu'] as const)('what cannot be read on the %s wire', (wire) => {
    const poison: [string, Buffer][] = [
      ['no JSON', Buffer.from('this is no JSON')],
      ['cut JSON', Buffer.from('{"id": 1, "data": {"ip"')],
      ['NaN', Buffer.from('{"id": NaN}')],
      ['nothing', Buffer.alloc(0)],
      ['binary', Buffer.from(range(0, 256))],
      ['20 MB', Buffer.alloc(20e6, 'x')],
      ['deep nesting', Buffer.alloc(5e6, '[')],
    ];

    it('goes to the dead letters byte for byte, is counted, and holds nothing up', async () => {
      const queue = randomUUID();
      const malformed: BrokerEvent[] = [];
      const onEvent = (event: BrokerEvent) => {
        if (event.kind === 'malformed') malformed.push(event);
      };
      const publisher = await publisherTo<number>({ queue, wire });
      const consumer = await consumerOf<number>({ queue, wire, onEvent, maxUnsettled: 1000 });
      const contentType = wire === 'batch' ? 'application/x-ndjson' : 'application/json';
      const target = wire === 'batch' ? `${queue}.batch` : queue;
      for (const [index, [, body]] of poison.entries()) {
        channel.sendToQueue(target, body, { contentType });
        await channel.waitForConfirms();
        await publisher.publish([index]);
      }
      const deliveries = await receive(consumer, poison.length);
      expect(messagesOf(deliveries)).toEqual(range(0, poison.length));
      await Promise.all(deliveries.map((delivery) => delivery.ack()));
      await expect.poll(() => malformed.length, { timeout: 20_000 }).toBe(poison.length);
      const dead = await receive(
        await consumerOf({ queue: deadLetterQueue(queue), wire, codec: bareCodec }),
        poison.length,
      );
      const bodies = messagesOf(dead).sort();
      const expected = poison.map(([, body]) => body.toString('latin1')).sort();
      expect(bodies.map((body) => body.length)).toEqual(expected.map((body) => body.length));
      expect(bodies.every((body, index) => body === expected[index])).toBe(true);
      expect(dead.every(({ reason }) => reason !== undefined && reason.length > 0)).toBe(true);
      await consumer.close();
      expect((await channel.checkQueue(target)).messageCount).toBe(0);
    });
  });

  it('puts lines of a batch aside when the rest of it is acked', async () => {
    const queue = randomUUID();
    await (await publisherTo({ queue })).flush();
    const body = Buffer.from('{"id":1}\n\xff\xfe\n{"id":2}\nNaN\n', 'latin1');
    channel.sendToQueue(`${queue}.batch`, body, { contentType: 'application/x-ndjson' });
    const counted: number[] = [];
    const onEvent = (event: BrokerEvent) => event.kind === 'malformed' && counted.push(event.messages);
    const consumer = await consumerOf({ queue, onEvent: onEvent as (event: BrokerEvent) => void });
    const [delivery] = await receive(consumer, 2);
    expect(delivery.messages).toEqual([{ id: 1 }, { id: 2 }]);
    expect(counted).toEqual([]);
    await delivery.ack();
    expect(counted).toEqual([2]);
    const [dead] = await receive(await consumerOf({ queue: deadLetterQueue(queue), codec: bareCodec }), 1);
    expect(dead.messages).toEqual(['\xff\xfe\nNaN\n']);
  });

  describe('connecting', () => {
    it('says that the password is wrong, and does not show it', async () => {
      const url = server.amqp().replace('://', '://guest:hunter2@');
      const connecting = connectPublisher(url);
      await expect(connecting).rejects.toMatchObject({
        code: 'BROKER_REFUSED',
        message: /Login was refused/,
      });
      await expect(connectConsumer(url)).rejects.not.toThrow('hunter2');
    });

    it('says that there is no such virtual host', async () => {
      const connecting = connectConsumer(server.amqp('/nowhere'));
      const message = /no virtual host "nowhere" that user "guest" may enter/;
      await expect(connecting).rejects.toMatchObject({ code: 'BROKER_REFUSED', message });
    });

    it('says that nobody answers', async () => {
      const [port] = await freePorts(1);
      const connecting = connectPublisher(`amqp://127.0.0.1:${port}`);
      await expect(connecting).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE', message: /ECONNREFUSED/ });
    });

    it('says that it may not make the queue', async () => {
      const user = 'rabbit_auth_backend_internal:add_user(<<"reader">>, <<"secret">>, <<"test">>)';
      const rights =
        'rabbit_auth_backend_internal:set_permissions(<<"reader">>, <<"/">>, <<"">>, <<".*">>, <<".*">>, <<"test">>)';
      await server.control('eval', `${user}, ${rights}.`);
      const url = server.amqp().replace('://', '://reader:secret@');
      const queue = randomUUID();
      const message = new RegExp(`no queue '${queue}`);
      await expect(connectPublisher(url, { queue })).rejects.toMatchObject({
        code: 'BROKER_REFUSED',
        message,
      });
      await publisherTo({ queue });
      const publisher = await connectPublisher(url, { queue });
      await publisher.publish([1]);
      await publisher.close();
    });
  });
});
