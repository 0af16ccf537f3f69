import { describe, expect, it } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import { type BrokerEvent, deadLetterQueue } from '../src/types.ts';
import { describeConformance } from './conformance.ts';

const CAPACITY = 256;
const URL = `memory:?capacity=${CAPACITY}`;

describeConformance({
  name: 'memory',
  keepsBatches: true,
  capacity: CAPACITY,
  connectPublisher: (options) => connectPublisher(URL, options),
  connectConsumer: (options) => connectConsumer(URL, options),
});

describe('memory', () => {
  it('delivers the very messages that were published', async () => {
    const publisher = await connectPublisher<object>(URL, { queue: 'same' });
    const consumer = await connectConsumer<object>(URL, { queue: 'same' });
    const batch = [{ a: 1 }];
    await publisher.publish(batch);
    const { value } = await consumer.receive()[Symbol.asyncIterator]().next();
    expect(value.messages).toBe(batch);
    await Promise.all([publisher.close(), consumer.close()]);
  });

  it('ends as a pipe does: after the last publisher closed and the last batch is out', async () => {
    const consumer = await connectConsumer<number>(URL, { queue: 'pipe' });
    const publishers = await Promise.all([1, 2].map(() => connectPublisher<number>(URL, { queue: 'pipe' })));
    const received: number[] = [];
    const receiving = (async () => {
      for await (const delivery of consumer.receive()) received.push(...delivery.messages);
    })();
    await publishers[0].publish([1]);
    await publishers[0].close();
    await publishers[1].publish([2, 3]);
    await publishers[1].close();
    await receiving;
    expect(received).toEqual([1, 2, 3]);
    await consumer.close();
    const other = await connectConsumer<number>(URL, { queue: 'pipe' });
    const again: number[] = [];
    for await (const delivery of other.receive()) again.push(...delivery.messages);
    expect(again).toEqual([1, 2, 3]);
    await other.close();
  });

  it('gives messages back to their old place, before newer ones', async () => {
    const queue = 'place';
    const publisher = await connectPublisher<number>(URL, { queue });
    for (const id of [0, 1, 2, 3, 4, 5]) await publisher.publish([id]);
    const first = await connectConsumer<number>(URL, { queue });
    const iterator = first.receive()[Symbol.asyncIterator]();
    const taken = [];
    for (let i = 0; i < 4; i++) taken.push((await iterator.next()).value);
    await taken[3].requeue();
    await taken[1].requeue();
    await first.close();
    const second = await connectConsumer<number>(URL, { queue });
    const order: number[] = [];
    await publisher.close();
    for await (const delivery of second.receive()) {
      order.push(...delivery.messages);
      await delivery.ack();
    }
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    await second.close();
  });

  it('keeps the latest dead letters within its capacity, and tells of those that made room', async () => {
    const queue = 'poison';
    const publisher = await connectPublisher<number>(URL, { queue });
    const events: BrokerEvent[] = [];
    const consumer = await connectConsumer<number>(URL, { queue, onEvent: (event) => events.push(event) });
    let id = 0;
    const rejecting = (async () => {
      for await (const delivery of consumer.receive()) await delivery.reject('bad');
    })();
    for (; id < 3 * CAPACITY; id++) await publisher.publish([id]);
    await publisher.close();
    await rejecting;
    await consumer.close();
    expect(events).toEqual(Array(2 * CAPACITY).fill({ kind: 'discarded', messages: 1 }));
    const dead = await connectConsumer<number>(URL, { queue: deadLetterQueue(queue) });
    const kept: number[] = [];
    for await (const delivery of dead.receive()) {
      kept.push(...delivery.messages);
      await delivery.ack();
      if (kept.length === CAPACITY) break;
    }
    expect(kept).toEqual(Array.from({ length: CAPACITY }, (_, index) => 2 * CAPACITY + index));
    await dead.close();
  });
});
