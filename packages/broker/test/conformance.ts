import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Consumer,
  type ConsumerOptions,
  type Delivery,
  deadLetterQueue,
  MAX_BATCH_MESSAGES,
  type Publisher,
} from '../src/types.ts';
import { ackAll, idsOf, type Note, notes, range, receive } from './notes.ts';

/** How the suite reaches one driver. */
export interface Subject {
  readonly name: string;
  /** Whether one publish comes out as one delivery. */
  readonly keepsBatches: boolean;
  /** Messages that may wait before publish() has to wait, for a queue the suite makes; undefined if unbounded. */
  readonly capacity: number | undefined;
  connectPublisher<T>(options: { queue: string }): Promise<Publisher<T>>;
  connectConsumer<T>(options: ConsumerOptions<T> & { queue: string }): Promise<Consumer<T>>;
}

const SHORT_MS = 50;

const pause = () => new Promise((resolve) => setTimeout(resolve, SHORT_MS));

/** What every driver promises; run it against each. */
export function describeConformance(subject: Subject): void {
  describe(`${subject.name} conforms`, () => {
    const open: { close(): Promise<void> }[] = [];
    afterEach(async () => {
      await Promise.all(open.splice(0).map((connection) => connection.close()));
    });

    const newQueue = () => `conformance-${randomUUID()}`;

    async function publisherTo(queue: string): Promise<Publisher<Note>> {
      const publisher = await subject.connectPublisher<Note>({ queue });
      open.unshift(publisher);
      return publisher;
    }

    async function consumerOf(queue: string, maxUnsettled = 100_000): Promise<Consumer<Note>> {
      const consumer = await subject.connectConsumer<Note>({ queue, maxUnsettled });
      open.unshift(consumer);
      return consumer;
    }

    /** True when the consumer is given something within a short time, which goes back. */
    async function hasMore(queue: string): Promise<boolean> {
      const consumer = await consumerOf(queue);
      const first = consumer.receive()[Symbol.asyncIterator]().next();
      const more = await Promise.race([first.then(({ done }) => !done), pause().then(() => false)]);
      await consumer.close();
      return more;
    }

    it('delivers in the order of publishing', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      const consumer = await consumerOf(queue);
      const publishing = [];
      for (let id = 0; id < 300; id += 3) publishing.push(publisher.publish(notes(id, id + 3)));
      const deliveries = await receive(consumer, 300);
      await Promise.all(publishing);
      expect(idsOf(deliveries)).toEqual(range(0, 300));
      expect(deliveries.every(({ redelivered, reason }) => !redelivered && reason === undefined)).toBe(true);
      await ackAll(deliveries);
    });

    it('holds what is published before a consumer comes', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      await publisher.publish(notes(0, 5));
      await publisher.close();
      expect(idsOf(await receive(await consumerOf(queue), 5))).toEqual(range(0, 5));
    });

    it('waits for a publisher that comes late', async () => {
      const queue = newQueue();
      const received = receive(await consumerOf(queue), 5);
      await pause();
      await (await publisherTo(queue)).publish(notes(0, 5));
      expect(idsOf(await received)).toEqual(range(0, 5));
    });

    it.runIf(subject.keepsBatches)('keeps the bounds of batches', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      const consumer = await consumerOf(queue);
      const sizes = [1, MAX_BATCH_MESSAGES, 7, 2];
      const publishing = sizes.map((size) => publisher.publish(notes(0, size)));
      const deliveries = await receive(consumer, 1 + MAX_BATCH_MESSAGES + 7 + 2);
      await Promise.all(publishing);
      expect(deliveries.map(({ messages }) => messages.length)).toEqual(sizes);
    });

    it('refuses a batch above the limit and does not deliver an empty one', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      await expect(publisher.publish(notes(0, MAX_BATCH_MESSAGES + 1))).rejects.toMatchObject({
        code: 'BATCH_TOO_LARGE',
      });
      await publisher.publish([]);
      await publisher.publish(notes(0, 1));
      expect(idsOf(await receive(await consumerOf(queue), 1))).toEqual([0]);
    });

    it('forgets what was acked, and only that', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      const first = await consumerOf(queue);
      const deliveries: Delivery<Note>[] = [];
      for (let id = 0; id < 4; id++) {
        await publisher.publish(notes(id, id + 1));
        deliveries.push(...(await receive(first, 1)));
      }
      await deliveries[0].ack();
      await deliveries[2].ack();
      await deliveries[2].ack();
      await first.close();
      const again = await receive(await consumerOf(queue), 2);
      expect(idsOf(again).sort()).toEqual([1, 3]);
      expect(again.every(({ redelivered }) => redelivered)).toBe(true);
      await ackAll(again);
      expect(await hasMore(queue)).toBe(false);
    });

    it('delivers again what was requeued', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      const consumer = await consumerOf(queue);
      await publisher.publish(notes(0, 3));
      for (const delivery of await receive(consumer, 3)) {
        await delivery.requeue();
        await delivery.ack();
      }
      const again = await receive(consumer, 3);
      expect(idsOf(again).sort()).toEqual([0, 1, 2]);
      expect(again.every(({ redelivered }) => redelivered)).toBe(true);
      await ackAll(again);
      expect(await hasMore(queue)).toBe(false);
    });

    it('moves what was rejected to the dead-letter queue, with the reason', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      const consumer = await consumerOf(queue);
      await publisher.publish(notes(7, 9));
      for (const delivery of await receive(consumer, 2)) await delivery.reject('not a packet');
      const dead = await receive(await consumerOf(deadLetterQueue(queue)), 2);
      expect(idsOf(dead)).toEqual([7, 8]);
      expect(dead.every(({ reason }) => reason === 'not a packet')).toBe(true);
      await ackAll(dead);
      expect(await hasMore(queue)).toBe(false);
      expect(await hasMore(deadLetterQueue(queue))).toBe(false);
    });

    it('refuses to settle after close: somebody else has the messages', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      const consumer = await consumerOf(queue);
      await publisher.publish(notes(0, 1));
      const [delivery] = await receive(consumer, 1);
      await consumer.close();
      for (const settle of [delivery.ack(), delivery.requeue(), delivery.reject('late')]) {
        await expect(settle).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
      }
      const others = await receive(await consumerOf(queue), 1);
      expect(idsOf(others)).toEqual([0]);
      await ackAll(others);
      expect(await hasMore(queue)).toBe(false);
    });

    it('forgets what it hands out when it acks by itself', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      const consumer = await subject.connectConsumer<Note>({ queue, maxUnsettled: 10, autoAck: true });
      open.unshift(consumer);
      await publisher.publish(notes(0, 20));
      await publisher.publish(notes(20, 40));
      const deliveries = await receive(consumer, 40);
      expect(idsOf(deliveries)).toEqual(range(0, 40));
      await deliveries[0].ack();
      await consumer.close();
      expect(await hasMore(queue)).toBe(false);
    });

    it('delivers no more than may be unsettled', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      const consumer = await consumerOf(queue, 10);
      expect(consumer.maxUnsettled).toBe(10);
      for (let id = 0; id < 30; id += 5) await publisher.publish(notes(id, id + 5));
      const received: Delivery<Note>[] = [];
      const receiving = (async () => {
        for await (const delivery of consumer.receive()) received.push(delivery);
      })();
      await expect.poll(() => idsOf(received)).toEqual(range(0, 10));
      await pause();
      expect(idsOf(received)).toEqual(range(0, 10));
      await ackAll(received);
      await expect.poll(() => idsOf(received)).toEqual(range(0, 20));
      await pause();
      expect(idsOf(received)).toEqual(range(0, 20));
      await consumer.close();
      await receiving;
    });

    it.runIf(subject.capacity !== undefined)('makes publishers wait while the queue is full', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      const total = subject.capacity! * 3;
      let taken = 0;
      const publishing = range(0, total).map(async (id) => {
        await publisher.publish([{ id }]);
        taken++;
      });
      await expect.poll(() => taken).toBe(subject.capacity);
      await pause();
      expect(taken).toBe(subject.capacity);
      let flushed = false;
      const flush = publisher.flush().then(() => {
        flushed = true;
      });
      await pause();
      expect(flushed).toBe(false);
      expect(idsOf(await receive(await consumerOf(queue, total + 1), total))).toEqual(range(0, total));
      await Promise.all([...publishing, flush]);
      expect(taken).toBe(total);
    });

    it.runIf(subject.capacity !== undefined)('gives a waiting publish up when asked', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      const controller = new AbortController();
      const { signal } = controller;
      for (const id of range(0, subject.capacity!)) await publisher.publish([{ id }]);
      const given = publisher.publish([{ id: -1 }], { signal });
      const kept = publisher.publish([{ id: -2 }]);
      controller.abort();
      await expect(given).rejects.toBe(signal.reason);
      await expect(publisher.publish([{ id: -3 }], { signal })).rejects.toBe(signal.reason);
      const deliveries = await receive(await consumerOf(queue), subject.capacity! + 1);
      await kept;
      expect(idsOf(deliveries)).toEqual([...range(0, subject.capacity!), -2]);
    });

    it('shares a queue among consumers and publishers, nothing lost and nothing doubled', async () => {
      const queue = newQueue();
      const publishers = await Promise.all([0, 1, 2].map(() => publisherTo(queue)));
      const consumers = await Promise.all([0, 1, 2, 3].map(() => consumerOf(queue, 50)));
      const total = 3000;
      const seen: number[] = [];
      const publishing = publishers.map(async (publisher, index) => {
        for (let id = index * 10; id < total; id += 30) await publisher.publish(notes(id, id + 10));
      });
      let finished!: () => void;
      const all = new Promise<void>((resolve) => {
        finished = resolve;
      });
      const shares = consumers.map(async (consumer) => {
        let share = 0;
        for await (const delivery of consumer.receive()) {
          share += delivery.messages.length;
          seen.push(...idsOf([delivery]));
          await delivery.ack();
          if (seen.length >= total) finished();
        }
        return share;
      });
      await Promise.all([...publishing, all]);
      await Promise.all(consumers.map((consumer) => consumer.close()));
      expect(seen.sort((a, b) => a - b)).toEqual(range(0, total));
      expect((await Promise.all(shares)).every((share) => share > 0)).toBe(true);
    });

    it('ends receive() at close, also while it waits', async () => {
      const queue = newQueue();
      const consumer = await consumerOf(queue);
      const received = receive(consumer, 1);
      await pause();
      await Promise.all([consumer.close(), consumer.close()]);
      expect(await received).toEqual([]);
      expect(await receive(consumer, 1)).toEqual([]);
    });

    it('goes on after the loop was left', async () => {
      const queue = newQueue();
      const publisher = await publisherTo(queue);
      const consumer = await consumerOf(queue, 1);
      await publisher.publish(notes(0, 1));
      await publisher.publish(notes(1, 2));
      const first = await receive(consumer, 1);
      expect(idsOf(first)).toEqual([0]);
      await ackAll(first);
      expect(idsOf(await receive(consumer, 1))).toEqual([1]);
    });

    it('takes nothing after the publisher was closed', async () => {
      const publisher = await publisherTo(newQueue());
      await Promise.all([publisher.close(), publisher.close()]);
      await expect(publisher.publish(notes(0, 1))).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
    });
  });
}
