import { LinkType, Packet } from '@antinex/decoder';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PacketQueue } from './packet-queue.ts';

const MB = 1024 * 1024;
const packetOf = (length: number, number: number) =>
  new Packet(Buffer.alloc(0), 0, length, length, LinkType.ETHERNET, number, 0, 'test0');

function offer(queue: PacketQueue, length: number, number: number): boolean {
  const admitted = queue.admit(length);
  if (admitted) queue.push(packetOf(length, number));
  return admitted;
}

async function drain(queue: PacketQueue): Promise<number[]> {
  const numbers: number[] = [];
  for await (const batch of queue) for (const packet of batch) numbers.push(packet.timestampSeconds);
  return numbers;
}

const closes = (queue: PacketQueue) =>
  queue.receivedPackets === queue.deliveredPackets + queue.droppedPackets + queue.waitingPackets;

describe('PacketQueue', () => {
  test('hands packets out in order, then ends', async () => {
    const queue = new PacketQueue(MB);
    for (let i = 0; i < 3000; i++) offer(queue, 60, i);
    queue.end();
    expect(await drain(queue)).toEqual(Array.from({ length: 3000 }, (_, i) => i));
    expect(queue.waitingPackets).toBe(0);
  });

  test('wakes a consumer that waits, with all that came in one turn of the event loop', async () => {
    const queue = new PacketQueue(MB);
    const consumer = queue[Symbol.asyncIterator]();
    const first = consumer.next();
    await new Promise(setImmediate);
    for (let i = 0; i < 5; i++) offer(queue, 60, i);
    expect((await first).value).toHaveLength(5);
    const second = consumer.next();
    queue.end();
    expect((await second).done).toBe(true);
  });

  test('hands a full batch over while the event loop is held', async () => {
    const queue = new PacketQueue(MB);
    const consumer = queue[Symbol.asyncIterator]();
    let batch: readonly Packet[] | undefined;
    void consumer.next().then(({ value }) => {
      batch = value as Packet[];
    });
    await new Promise(setImmediate);
    for (let i = 0; i < 1024; i++) offer(queue, 60, i);
    // Promises only, as in cap's read loop: no timer, no I/O, no setImmediate gets a turn.
    for (let i = 0; i < 20; i++) await undefined;
    expect(batch).toHaveLength(1024);
  });

  test('drops the newest when full, and takes packets again once there is room', async () => {
    const queue = new PacketQueue(10 * (1000 + 128));
    const admitted = Array.from({ length: 15 }, (_, i) => offer(queue, 1000, i));
    expect(admitted).toEqual([...Array(10).fill(true), ...Array(5).fill(false)]);
    expect(queue.droppedPackets).toBe(5);
    const consumer = queue[Symbol.asyncIterator]();
    const { value } = await consumer.next();
    expect((value as Packet[]).map((packet) => packet.timestampSeconds)).toEqual([...Array(10).keys()]);
    expect(offer(queue, 1000, 15)).toBe(true);
  });

  test('counts what comes after the end as dropped', async () => {
    const queue = new PacketQueue(MB);
    queue.end();
    expect(offer(queue, 60, 0)).toBe(false);
    expect(queue.droppedPackets).toBe(1);
    expect(await drain(queue)).toEqual([]);
  });

  test('keeps its books whatever comes in which order', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ frames: fc.integer({ min: 1, max: 1500 }) }) },
      { weight: 1, arbitrary: fc.constant('take' as const) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 20 }),
        fc.integer({ min: 1, max: 400_000 }),
        async (steps, limit) => {
          const queue = new PacketQueue(limit);
          const consumer = queue[Symbol.asyncIterator]();
          const admitted: number[] = [];
          const taken: number[] = [];
          let number = 0;
          for (const what of steps) {
            if (what === 'take') {
              if (queue.waitingPackets === 0) continue;
              const { value } = await consumer.next();
              for (const packet of value as Packet[]) taken.push(packet.timestampSeconds);
            } else {
              for (let i = 0; i < what.frames; i++, number++) {
                if (offer(queue, (number * 131) % 1500, number)) admitted.push(number);
              }
            }
            expect(closes(queue)).toBe(true);
          }
          queue.end();
          for await (const batch of consumer)
            for (const { timestampSeconds } of batch) taken.push(timestampSeconds);
          expect(taken).toEqual(admitted);
          expect(queue.receivedPackets).toBe(number);
          expect(closes(queue)).toBe(true);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });
});
