import { LinkType, type Packet } from '@antinex/decoder';
import { CaptureReader, pcapHeader } from '@antinex/pcap-file';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameQueue, type WriteSome } from './frame-queue.ts';

const RECORD_HEADER = 16;
const FILE_HEADER = 24;

/** A frame whose bytes depend on its number: pieces of two frames cannot be taken for one. */
const frameOf = (length: number, number: number) =>
  Buffer.from(Array.from({ length }, (_, i) => (number * 7 + i * 13) & 0xff));

const add = (queue: FrameQueue, length: number, number: number) =>
  queue.add(frameOf(length, number), length, length + 1, number, number * 1000);

/** The reading end of a pipe that takes `room` bytes at most. */
class Pipe {
  room = Number.POSITIVE_INFINITY;
  private readonly chunks: Buffer[] = [];

  readonly write: WriteSome = (bytes, from, to) => {
    const length = Math.min(to - from, this.room);
    this.room -= length;
    if (length > 0) this.chunks.push(Buffer.from(bytes.subarray(from, from + length)));
    return length;
  };

  get length(): number {
    return this.chunks.reduce((sum, { length }) => sum + length, 0);
  }

  async packets(): Promise<Packet[]> {
    const { chunks } = this;
    const packets: Packet[] = [];
    const reader = new CaptureReader(
      (async function* () {
        yield* chunks;
      })(),
    );
    for await (const batch of reader) packets.push(...batch);
    return packets;
  }
}

const start = (limitBytes: number) => {
  const queue = new FrameQueue(limitBytes);
  queue.begin(pcapHeader({ linkType: LinkType.ETHERNET }));
  return { queue, pipe: new Pipe() };
};

describe('FrameQueue', () => {
  test('writes a pcap stream with everything it was given', async () => {
    const { queue, pipe } = start(1000);
    add(queue, 60, 1);
    queue.drain(pipe.write);
    add(queue, 0, 2);
    queue.drain(pipe.write);
    const [first, second] = await pipe.packets();
    expect(first).toMatchObject({
      linkType: LinkType.ETHERNET,
      capturedLength: 60,
      originalLength: 61,
      timestampSeconds: 1,
      timestampNanos: 1000,
    });
    expect(first.bytes).toEqual(frameOf(60, 1));
    expect(second).toMatchObject({ capturedLength: 0, timestampSeconds: 2 });
    expect(queue.waitingBytes).toBe(0);
  });

  test('is full to the byte, drops the newest, and takes frames again once there is room', async () => {
    const { queue, pipe } = start(FILE_HEADER + 10 * (RECORD_HEADER + 100));
    const admitted = Array.from({ length: 15 }, (_, i) => add(queue, 100, i));
    expect(admitted).toEqual([...Array(10).fill(true), ...Array(5).fill(false)]);
    expect(queue.counts).toEqual({
      admittedPackets: 10,
      admittedBytes: 1000,
      droppedPackets: 5,
      droppedBytes: 500,
    });
    pipe.room = FILE_HEADER + RECORD_HEADER + 99;
    queue.drain(pipe.write);
    expect(add(queue, 100, 15)).toBe(true);
    pipe.room = 1;
    queue.drain(pipe.write);
    expect(add(queue, 100, 16)).toBe(false);
    pipe.room = Number.POSITIVE_INFINITY;
    queue.drain(pipe.write);
    expect((await pipe.packets()).map((packet) => packet.timestampSeconds)).toEqual([
      ...Array(10).keys(),
      15,
    ]);
  });

  test('a frame that never fits does not keep others out', async () => {
    const { queue, pipe } = start(500);
    expect(add(queue, 600, 1)).toBe(false);
    expect(add(queue, 60, 2)).toBe(true);
    queue.drain(pipe.write);
    expect(await pipe.packets()).toHaveLength(1);
  });

  test('keeps order, bytes and books whatever comes and goes', async () => {
    const step = fc.oneof(
      fc.record({ frames: fc.integer({ min: 1, max: 12 }), length: fc.integer({ min: 0, max: 300 }) }),
      fc.record({ room: fc.integer({ min: 0, max: 1200 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: FILE_HEADER, max: 2000 }),
        async (steps, limit) => {
          const { queue, pipe } = start(limit);
          const admitted: number[] = [];
          let number = 0;
          for (const what of steps) {
            if ('room' in what) {
              pipe.room = what.room;
              queue.drain(pipe.write);
              // It stopped for want of room or of bytes.
              expect(Math.min(queue.waitingBytes, pipe.room)).toBe(0);
            } else {
              for (let i = 0; i < what.frames; i++, number++) {
                if (add(queue, (what.length * (i + 1)) % 301, number)) admitted.push(number);
              }
            }
            expect(queue.waitingBytes).toBeLessThanOrEqual(limit);
            const { admittedPackets, admittedBytes, droppedPackets } = queue.counts;
            expect(admittedPackets).toBe(admitted.length);
            expect(admittedPackets + droppedPackets).toBe(number);
            expect(FILE_HEADER + RECORD_HEADER * admittedPackets + admittedBytes).toBe(
              pipe.length + queue.waitingBytes,
            );
          }
          pipe.room = Number.POSITIVE_INFINITY;
          queue.drain(pipe.write);
          const packets = await pipe.packets();
          expect(packets.map((packet) => packet.timestampSeconds)).toEqual(admitted);
          for (const packet of packets) {
            expect(packet.bytes).toEqual(frameOf(packet.capturedLength, packet.timestampSeconds));
          }
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});
