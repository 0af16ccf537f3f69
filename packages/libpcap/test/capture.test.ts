import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HEADERS, Recording, readSlab, Sender, sleep, upTo, whyNoCapture } from './support.ts';

const whyNot = whyNoCapture();

describe.skipIf(whyNot !== null)(`a capture on loopback (${whyNot ?? 'live'})`, () => {
  let sender: Sender;

  beforeEach(async () => {
    sender = await new Sender().open();
  });
  afterEach(() => sender.close());

  const numbers = ({ packets }: Recording) => packets.map(({ number }) => number);

  test('hands over each packet once, in order, with the kernel times in nanoseconds', async () => {
    const before = BigInt(Date.now()) * 1_000_000n;
    const recording = new Recording({ filter: sender.filter });
    await sender.send(500);
    await recording.stop();
    const after = BigInt(Date.now() + 1) * 1_000_000n;

    expect(numbers(recording)).toEqual(upTo(500));
    const times = recording.packets.map(({ timeNs }) => timeNs);
    expect(times.every((time, i) => time >= (times[i - 1] ?? before) && time <= after)).toBe(true);
    expect(times.some((time) => time % 1000n !== 0n)).toBe(true);
    expect(recording.packets.every(({ capturedLength }) => capturedLength === HEADERS + 100)).toBe(true);
    expect(recording.capture.linkType).toBe(1);
    expect(recording.capture.link).toBe('up');
    expect(recording.capture.stats()).toMatchObject({
      handedOverPackets: 500,
      handedOverBytes: 500 * (HEADERS + 100),
      kernelDrops: 0,
      interfaceDrops: 0,
      abandonedPackets: 0,
    });
    expect(recording.capture.stats().receivedPackets).toBeGreaterThanOrEqual(500);
  });

  test('keeps no more of a packet than the snaplen, but its length', async () => {
    const recording = new Recording({ filter: sender.filter, snaplen: 60 });
    await sender.send(3, 1000);
    await recording.stop();
    expect(recording.packets).toMatchObject(
      upTo(3).map((number) => ({ number, capturedLength: 60, originalLength: HEADERS + 1000 })),
    );
  });

  test('takes the largest packets loopback has', async () => {
    const recording = new Recording({ filter: sender.filter, slabBytes: 262_144 });
    await sender.send(20, 65_507);
    await recording.stop();
    expect(numbers(recording)).toEqual(upTo(20));
    expect(recording.packets[19].capturedLength).toBe(HEADERS + 65_507);
  });

  test('delivers a single packet soon, although no more come', async () => {
    const recording = new Recording({ filter: sender.filter });
    await sender.send(1);
    const sent = performance.now();
    while (recording.packets.length === 0 && performance.now() < sent + 2000) await sleep(1);
    expect(performance.now() - sent).toBeLessThan(1500);
    await recording.stop();
    expect(recording.packets).toHaveLength(1);
  });

  test('immediate mode delivers too', async () => {
    const recording = new Recording({ filter: sender.filter, immediate: true, snaplen: 2000 });
    await sender.send(50);
    await recording.stop();
    expect(numbers(recording)).toEqual(upTo(50));
  });

  test('waits while all slabs are out, leaves them alone, and goes on', async () => {
    const small = { slabs: 2, slabBytes: 4096, snaplen: 2048, bufferBytes: 8 * 1024 * 1024 };
    const recording = new Recording({ filter: sender.filter, keepSlabs: true, ...small });
    await sender.send(400);
    await sleep(150);
    expect(recording.held).toHaveLength(2);
    expect(recording.capture.stats().slabWaits).toBe(1);
    const [first, second] = recording.held.map(readSlab);
    expect([...first, ...second].map(({ number }) => number)).toEqual(upTo(first.length + second.length));

    recording.releaseAll();
    await recording.stop();
    expect(numbers(recording)).toEqual(upTo(400));
  });

  test('a slab given back twice is lent once', async () => {
    const small = { slabs: 2, slabBytes: 4096, snaplen: 2048 };
    const recording = new Recording({ filter: sender.filter, keepSlabs: true, ...small });
    await sender.send(400);
    await sleep(150);
    const [old] = recording.held.splice(0, 1);
    old.release();
    await sleep(150);
    // The same memory is out again; the old slab has no say over it.
    old.release();
    await sleep(150);
    expect(recording.held).toHaveLength(2);
    recording.capture.close();
    await recording.ended;
  });

  test('stop() hands over what is in the ring, even to a reader that is behind', async () => {
    const small = { slabs: 1, slabBytes: 4096, snaplen: 2048 };
    const recording = new Recording({ filter: sender.filter, keepSlabs: true, ...small });
    await sender.send(200);
    await sleep(100);
    recording.capture.stop();
    await sleep(50);
    await sender.send(50);
    await sleep(50);
    recording.releaseAll();
    await recording.stop();
    expect(numbers(recording)).toEqual(upTo(200));
  });

  test('close() gives up what was not handed over, and says how much', async () => {
    const recording = new Recording({ filter: sender.filter, slabAgeMs: 60_000 });
    await sender.send(10);
    await sleep(200);
    recording.capture.close();
    recording.capture.close();
    recording.capture.stop();
    expect(await recording.ended).toBeUndefined();
    expect(recording.packets).toEqual([]);
    expect(recording.capture.stats()).toMatchObject({ handedOverPackets: 0, abandonedPackets: 10 });
  });

  test('drops are counted while the reader is blocked', async () => {
    const small = { slabs: 1, slabBytes: 4096, snaplen: 2048, bufferBytes: 1024 * 1024 };
    const recording = new Recording({ filter: sender.filter, keepSlabs: true, ...small });
    await sender.send(3000, 1400);
    await sleep(1300);
    expect(recording.capture.stats().kernelDrops).toBeGreaterThan(0);
    recording.releaseAll();
    await recording.stop();
    const { kernelDrops, receivedPackets, handedOverPackets } = recording.capture.stats();
    expect(kernelDrops).toBeGreaterThan(0);
    expect(handedOverPackets).toBe(recording.packets.length);
    // On loopback libpcap leaves out one of two copies, but both take up room.
    expect(receivedPackets).toBe(2 * 3000);
    expect(kernelDrops).toBeGreaterThanOrEqual(3000 - handedOverPackets);
  });

  test('the any device: cooked headers', async () => {
    const recording = new Recording({ device: 'any', filter: sender.filter, snaplen: 64 });
    await sender.send(5);
    await recording.stop();
    expect(recording.packets.map(({ capturedLength }) => capturedLength)).toEqual([64, 64, 64, 64, 64]);
    expect(recording.capture.linkType).toBe(113);
    expect(recording.capture.link).toBe('unknown');
    expect(recording.capture.stats().interfaceDrops).toBe('unknown');
  });

  test('two captures at once do not know of each other', async () => {
    const other = await new Sender().open();
    const [one, two] = [new Recording({ filter: sender.filter }), new Recording({ filter: other.filter })];
    await Promise.all([sender.send(100), other.send(70)]);
    await Promise.all([one.stop(), two.stop()]);
    other.close();
    expect(numbers(one)).toEqual(upTo(100));
    expect(numbers(two)).toEqual(upTo(70));
  });
});
