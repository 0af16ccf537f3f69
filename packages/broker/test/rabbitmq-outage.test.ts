import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import {
  type BrokerEvent,
  type Consumer,
  type Delivery,
  deadLetterQueue,
  MAX_BATCH_MESSAGES,
  type Publisher,
  type Wire,
} from '../src/types.ts';
import { range } from './notes.ts';
import { Outage } from './servers/outage.ts';
import { RabbitmqServer, rabbitmqMissing } from './servers/rabbitmq-server.ts';
import { publishThroughOutages } from './spool-outages.ts';

const missing = rabbitmqMissing();
const TOTAL = 40 * MAX_BATCH_MESSAGES;

describe.skipIf(missing !== undefined)(`outages of rabbitmq${missing ? ` (${missing})` : ''}`, () => {
  let server: RabbitmqServer;
  const open: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    server = await RabbitmqServer.start();
  });
  afterAll(() => server?.stop());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((connection) => connection.close()));
  });

  interface Subject {
    readonly publisher: Publisher<number>;
    readonly consumer: Consumer<number>;
    readonly events: BrokerEvent[];
    /** Those of the consumer. */
    readonly received: BrokerEvent[];
  }

  async function connectBoth(queue: string, wire: Wire, path = ''): Promise<Subject> {
    const events: BrokerEvent[] = [];
    const options = { queue, wire, onEvent: (event: BrokerEvent) => void events.push(event) };
    const publisher = await connectPublisher<number>(server.amqp(path), options);
    const received: BrokerEvent[] = [];
    const consumer = await connectConsumer<number>(server.amqp(path), {
      ...{ queue, wire, maxUnsettled: 4000 },
      onEvent: (event) => void received.push(event),
    });
    open.push(publisher, consumer);
    return { publisher, consumer, events, received };
  }

  const kindsOf = (events: readonly BrokerEvent[]) => new Set(events.map(({ kind }) => kind));

  async function next<T>(consumer: Consumer<T>): Promise<Delivery<T>> {
    for await (const delivery of consumer.receive()) return delivery;
    throw new Error('the consumer ended');
  }

  describe('a broker that is killed and comes back', () => {
    /** Publishes TOTAL messages, some at a time; receives until all are there. */
    async function stream({ publisher, consumer }: Subject, halfway: () => Promise<void>) {
      const seen = new Set<number>();
      let confirmed = 0;
      const publishing = (async () => {
        const underWay = new Set<Promise<void>>();
        for (let id = 0; id < TOTAL; id += MAX_BATCH_MESSAGES) {
          if (id === TOTAL / 2) await halfway();
          const sending = publisher.publish(range(id, id + MAX_BATCH_MESSAGES)).then(() => {
            confirmed += MAX_BATCH_MESSAGES;
            underWay.delete(sending);
          });
          underWay.add(sending);
          if (underWay.size >= 6) await Promise.race(underWay);
        }
        await Promise.all(underWay);
      })();
      const receiving = (async () => {
        for await (const delivery of consumer.receive()) {
          for (const id of delivery.messages) seen.add(id);
          await delivery.ack();
          if (seen.size === TOTAL) break;
        }
      })();
      await Promise.all([publishing, receiving]);
      return { seen, confirmed };
    }

    /** A stream on either wire: nothing that was confirmed is lost. They go on while the broker dies. */
    async function streamThrough(outage: Outage, wire: Wire) {
      const subject = await connectBoth(randomUUID(), wire);
      const halfway = async () => {
        await outage.begin();
        void outage.end();
      };
      const { seen, confirmed } = await stream(subject, halfway);
      expect(confirmed).toBe(TOTAL);
      expect(seen.size).toBe(TOTAL);
      expect(kindsOf(subject.events)).toEqual(new Set(['connected', 'disconnected', 'retrying']));
    }

    /** What was not acked is delivered again, and the old delivery settles nothing. */
    async function holdThrough(outage: Outage) {
      const queue = randomUUID();
      const { publisher, consumer, received } = await connectBoth(queue, 'batch');
      await publisher.publish([1]);
      await publisher.publish([2]);
      const [lost, kept] = [await next(consumer), await next(consumer)];
      await kept.ack();
      await server.control('eval', 'ok.'); // The ack has gone out by then.
      await outage.begin();
      await expect.poll(() => kindsOf(received)).toContain('disconnected');
      const late = publisher.publish([3]);
      const controller = new AbortController();
      const given = publisher.publish([4], { signal: controller.signal });
      controller.abort();
      await expect(given).rejects.toBe(controller.signal.reason);
      await lost.reject('not this time');
      await outage.end();
      await late;
      const [again, last] = [await next(consumer), await next(consumer)];
      expect(again).toMatchObject({ messages: [1], redelivered: true });
      expect(last).toMatchObject({ messages: [3], redelivered: false });
      await Promise.all([again.reject('now'), last.ack()]);
      const dead = await connectConsumer<number>(server.amqp(), { queue: deadLetterQueue(queue) });
      open.push(dead);
      expect(await next(dead)).toMatchObject({ messages: [1], reason: 'now' });
    }

    // It takes many seconds to come back: one outage is for all.
    it('loses nothing on either wire nor behind a spool, and delivers again what was not acked', async () => {
      const outage = new Outage(server, 4);
      const spooling = { kill: () => outage.begin(), start: () => outage.end() };
      await Promise.all([
        streamThrough(outage, 'batch'),
        streamThrough(outage, 'kombu'),
        holdThrough(outage),
        publishThroughOutages(spooling, server.amqp(), 1, 1500, true),
      ]);
    });
  });

  it('notices a broker that has fallen silent, and sends again when it is back', async () => {
    const { publisher, consumer, events } = await connectBoth(randomUUID(), 'batch', '?heartbeat=1');
    await publisher.publish([1]);
    server.freeze();
    const publishing = publisher.publish([2]);
    try {
      await expect.poll(() => kindsOf(events), { timeout: 10_000 }).toContain('disconnected');
    } finally {
      server.thaw();
    }
    await publishing;
    const seen = new Set<number>();
    for await (const { messages } of consumer.receive()) {
      for (const id of messages) seen.add(id);
      if (seen.size === 2) break;
    }
  });

  it('waits while the broker is short of memory, and still settles', async () => {
    const queue = randomUUID();
    const { publisher, consumer, events } = await connectBoth(queue, 'batch');
    for (const id of range(0, 5)) await publisher.publish([id]);
    const deliveries = [];
    for (let index = 0; index < 5; index++) deliveries.push(await next(consumer));
    const alarm = '{{resource_limit, memory, node()}, []}';
    await server.control('eval', `rabbit_alarm:set_alarm(${alarm}).`);
    let confirmed = false;
    const publishing = publisher.publish([5]).then(() => {
      confirmed = true;
    });
    await expect.poll(() => kindsOf(events)).toContain('blocked');
    const controller = new AbortController();
    const given = publisher.publish([6], { signal: controller.signal });
    const rejecting = deliveries[0].reject('while it is blocked');
    await Promise.all(deliveries.slice(1).map((delivery) => delivery.ack()));
    await expect
      .poll(() => server.control('list_queues', 'name', 'messages_unacknowledged'))
      .toContain(`${queue}.batch\t1`);
    controller.abort();
    await expect(given).rejects.toBe(controller.signal.reason);
    expect(confirmed).toBe(false);
    await server.control('eval', `rabbit_alarm:clear_alarm(element(1, ${alarm})).`);
    await Promise.all([publishing, rejecting]);
    expect(kindsOf(events)).toContain('unblocked');
    expect((await next(consumer)).messages).toEqual([5]);
  });

  it('closes while the broker is gone', async () => {
    const { publisher, consumer } = await connectBoth(randomUUID(), 'batch');
    const receiving = next(consumer).catch((error: Error) => error.message);
    await server.kill();
    await Promise.all([publisher.close(), consumer.close()]);
    expect(await receiving).toBe('the consumer ended');
  });
});
