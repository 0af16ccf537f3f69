import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import type { Consumer } from '../src/types.ts';
import { kombuMissing, type Names, publishFromPython, receiveInPython } from './python/kombu-peer.ts';
import type { RabbitmqServer } from './servers/rabbitmq-server.ts';

const missing = kombuMissing();

interface Packet {
  readonly id: number;
  readonly text: string;
}

const packets = (count: number): Packet[] =>
  Array.from({ length: count }, (_, id) => ({ id, text: `päckchen "${id}"\n` }));

/** Python's kombu as the peer of our kombu wire, on a server that runs. */
export function describePython(getServer: () => RabbitmqServer): void {
  describe.skipIf(missing !== undefined)(`with Python${missing ? ` (${missing})` : ''}`, () => {
    let server: RabbitmqServer;
    const open: { close(): Promise<void> }[] = [];
    beforeAll(() => {
      server = getServer();
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((connection) => connection.close()));
    });

    const newNames = (): Names => {
      const name = `PACKETS-${randomUUID()}`;
      return { exchange: name, queue: name, routingKey: name };
    };

    async function publisherTo(names: Names) {
      const publisher = await connectPublisher<Packet>(server.amqp(), { ...names, wire: 'kombu' });
      open.push(publisher);
      return publisher;
    }

    async function consumerOf(names: Names) {
      const consumer = await connectConsumer<Packet>(server.amqp(), { ...names, wire: 'kombu' });
      open.push(consumer);
      return consumer;
    }

    async function receive(consumer: Consumer<Packet>, count: number): Promise<Packet[]> {
      const messages: Packet[] = [];
      for await (const delivery of consumer.receive()) {
        messages.push(...delivery.messages);
        await delivery.ack();
        if (messages.length >= count) break;
      }
      return messages;
    }

    const publishPackets = (names: Names, count: number) =>
      publishFromPython(
        server.amqp('//'),
        names,
        packets(count).map((packet) => JSON.stringify(packet)),
      );

    it('receives what Python publishes, Python first', async () => {
      const names = newNames();
      await publishPackets(names, 300);
      expect(await receive(await consumerOf(names), 300)).toEqual(packets(300));
    });

    it('receives what Python publishes, Python second', async () => {
      const names = newNames();
      const received = receive(await consumerOf(names), 300);
      await publishPackets(names, 300);
      expect(await received).toEqual(packets(300));
    });

    it('receives what Python publishes with a key and an exchange of other names', async () => {
      const names = { exchange: randomUUID(), queue: randomUUID(), routingKey: 'lab.packets' };
      const received = receive(await consumerOf(names), 3);
      await publishPackets(names, 3);
      expect(await received).toEqual(packets(3));
    });

    it.each(['first', 'second'])('publishes what Python receives, Python %s', async (turn) => {
      const names = newNames();
      const early = turn === 'first' ? await receiveInPython(server.amqp('//'), names, 20) : undefined;
      const publisher = await publisherTo(names);
      await publisher.publish(packets(10));
      await publisher.publish(packets(20).slice(10));
      const peer = early ?? (await receiveInPython(server.amqp('//'), names, 20));
      const deliveries = await peer.deliveries;
      expect(deliveries.map(({ body }) => body)).toEqual(packets(20));
      expect(deliveries[0]).toMatchObject({
        raw: Buffer.from(JSON.stringify(packets(1)[0])).toString('base64'),
        content_type: 'application/json',
        content_encoding: 'utf-8',
        headers: {},
        properties: { delivery_mode: 2, priority: 0 },
      });
    });

    it('does not stand in the way of Python peers that come after it', async () => {
      const names = newNames();
      const publisher = await publisherTo(names);
      await publishPackets(names, 2);
      await publisher.publish(packets(3).slice(2));
      expect(await receive(await consumerOf(names), 3)).toEqual(packets(3));
    });

    it('says of a message what Python says of one', async () => {
      const names = newNames();
      const connection = await connect(server.amqp());
      const channel = await connection.createChannel();
      const propertiesOf = async () => {
        const message = await channel.get(names.queue, { noAck: true });
        return message && { ...message.properties };
      };
      await publishPackets(names, 1);
      const theirs = await propertiesOf();
      await (await publisherTo(names)).publish(packets(1));
      expect(await propertiesOf()).toEqual(theirs);
      await connection.close();
    });

    it.each(['topic', 'direct', 'fanout', 'headers'])(
      'goes by the %s exchange that is there',
      async (type) => {
        const names = newNames();
        const connection = await connect(server.amqp());
        const channel = await connection.createChannel();
        await channel.assertExchange(names.exchange, type);
        const publisher = await publisherTo(names);
        const { queue: tap } = await channel.assertQueue('', { exclusive: true });
        await channel.bindQueue(tap, names.exchange, names.routingKey);
        const received = receive(await consumerOf(names), 5);
        await publisher.publish(packets(5));
        expect(await received).toEqual(packets(5));
        expect((await channel.checkQueue(tap)).messageCount).toBe(5);
        await connection.close();
      },
    );

    it('is content with a queue that was made with other arguments', async () => {
      const names = newNames();
      const connection = await connect(server.amqp());
      const channel = await connection.createChannel();
      await channel.assertQueue(names.queue, { durable: true, maxLength: 100_000 });
      const publisher = await publisherTo(names);
      const received = receive(await consumerOf(names), 5);
      await publisher.publish(packets(5));
      expect(await received).toEqual(packets(5));
      await connection.close();
    });
  });
}
