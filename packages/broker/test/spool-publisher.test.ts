import { setMaxListeners } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { within } from '@antinex/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import { jsonCodec } from '../src/json-codec.ts';
import type { SpoolEvent } from '../src/spool/events.ts';
import { openSpoolingPublisher, type SpoolingPublisher, type SpoolOptions } from '../src/spool/index.ts';
import type { BrokerEvent, Codec, Publisher } from '../src/types.ts';
import { describeConformance } from './conformance.ts';
import { type Note, range } from './notes.ts';
import { type State, TestBroker } from './spool-broker.ts';
import {
  bytesIn,
  closeLater,
  filesIn,
  newFolder,
  newMount,
  noMount,
  openLog,
  until,
} from './spool-support.ts';

describeConformance({
  name: 'spool over memory',
  keepsBatches: true,
  capacity: undefined,
  connectPublisher: (options) =>
    openSpoolingPublisher((onEvent) => connectPublisher('memory:', { ...options, onEvent }), {
      folder: newFolder(),
    }),
  connectConsumer: (options) => connectConsumer('memory:', options),
});

const PATIENCE_MS = 150;

interface Setup {
  readonly broker: TestBroker;
  readonly publisher: SpoolingPublisher<Note>;
  readonly folder: string;
  readonly events: (BrokerEvent | SpoolEvent)[];
}

async function setUp({
  broker,
  ...options
}: Partial<SpoolOptions<Note>> & { broker?: TestBroker } = {}): Promise<Setup> {
  const folder = options.folder ?? newFolder();
  const here = broker ?? closeLater(await TestBroker.start());
  const events: Setup['events'] = [];
  const publisher = await openSpoolingPublisher<Note>(here.connect, {
    patienceMs: PATIENCE_MS,
    closeTimeoutMs: 500,
    ...options,
    folder,
    onEvent: (event) => events.push(event),
  });
  return { broker: here, publisher: closeLater(publisher), folder, events };
}

const note = (id: number): Note[] => [{ id }];
const kinds = (events: Setup['events']) => events.map(({ kind }) => kind);
const firstOccurrences = (ids: readonly number[]) => [...new Set(ids)];
const received = (broker: TestBroker, count: number) =>
  until(() => new Set(broker.received).size >= count, `${count} messages arrive`);

describe('a spooling publisher', () => {
  it('goes straight to the broker while that takes batches, and leaves the disk alone', async () => {
    const { broker, publisher, folder, events } = await setUp();
    await Promise.all(range(0, 300).map((id) => publisher.publish(note(id))));
    expect(bytesIn(folder)).toBe(0);
    expect(publisher.isSpooling).toBe(false);
    await received(broker, 300);
    await publisher.close();
    expect(broker.received).toEqual(range(0, 300));
    expect(publisher.counters()).toMatchObject({ appendedMessages: 0, spooledMessages: 0 });
    expect(events).toEqual([]);
  });

  it('takes over from a broker that hangs, when its patience ends', async () => {
    const { broker, publisher, events } = await setUp();
    await publisher.publish(note(0));
    broker.become('away');
    const started = performance.now();
    await Promise.all(range(1, 50).map((id) => publisher.publish(note(id))));
    const took = performance.now() - started;
    expect(took).toBeGreaterThan(PATIENCE_MS * 0.9);
    expect(took).toBeLessThan(PATIENCE_MS * 2 + 500);
    expect(publisher.isSpooling).toBe(true);
    expect(publisher.counters().spooledMessages).toBe(49);
    // From now on nobody waits for the broker.
    await publisher.publish(note(50));
    broker.become('up');
    await until(() => !publisher.isSpooling, 'the spool is drained');
    await publisher.publish(note(51));
    await publisher.close();
    await received(broker, 52);
    expect(broker.received).toEqual(range(0, 52));
    expect(events).toEqual([
      { kind: 'spooling', reason: `no confirmation within ${PATIENCE_MS} ms` },
      { kind: 'drained', messages: 50 },
    ]);
  });

  it('takes over at once when the connection is known to be lost', async () => {
    const { broker, publisher, events } = await setUp({ patienceMs: 10_000 });
    broker.become('away');
    const publishing = range(0, 20).map((id) => publisher.publish(note(id)));
    broker.disconnect();
    const started = performance.now();
    await Promise.all(publishing);
    await publisher.publish(note(20));
    expect(performance.now() - started).toBeLessThan(5000);
    broker.reconnect();
    await received(broker, 21);
    await until(() => !publisher.isSpooling, 'the spool is drained');
    await publisher.close();
    expect(broker.received).toEqual(range(0, 21));
    expect(kinds(events)).toEqual(['disconnected', 'spooling', 'connected', 'drained']);
  });

  it('loses nothing, and at most doubles, when nobody can say what the broker has', async () => {
    const { broker, publisher } = await setUp();
    broker.become('mute');
    await Promise.all(range(0, 20).map((id) => publisher.publish(note(id))));
    await publisher.publish(note(20));
    broker.become('away');
    broker.become('up');
    await received(broker, 21);
    await publisher.close();
    expect(firstOccurrences(broker.received)).toEqual(range(0, 21));
    expect(broker.received.length).toBeLessThanOrEqual(23);
  });

  it('starts without its broker', async () => {
    const broker = closeLater(await TestBroker.start());
    broker.become('away');
    const { publisher, events } = await setUp({ broker });
    for (const id of range(0, 10)) await publisher.publish(note(id));
    await until(() => broker.connections > 2, 'it tries again');
    broker.become('up');
    await received(broker, 10);
    await until(() => !publisher.isSpooling, 'the spool is drained');
    expect(broker.received).toEqual(range(0, 10));
    expect(kinds(events).filter((kind) => kind !== 'retrying')).toEqual(['spooling', 'drained']);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'retrying', reason: 'cannot reach the broker test:: nobody listens' }),
    );
  });

  it('does not wait for a connection that takes for ever', async () => {
    const folder = newFolder();
    const started = performance.now();
    const publisher = await openSpoolingPublisher<Note>(() => new Promise(() => {}), {
      folder,
      patienceMs: PATIENCE_MS,
    });
    await publisher.publish(note(1));
    await publisher.close();
    expect(performance.now() - started).toBeLessThan(2000);
    expect(bytesIn(folder)).toBeGreaterThan(0);
  });

  it('says so when the command itself is wrong, and lets go of the folder', async () => {
    const folder = newFolder();
    const wrong = openSpoolingPublisher(() => connectPublisher('kafka://host'), { folder });
    await expect(wrong).rejects.toMatchObject({ code: 'BROKER_UNSUPPORTED' });
    await setUp({ folder });
  });

  it('connects anew when its publisher was closed under it', async () => {
    const broker = closeLater(await TestBroker.start());
    const connections: Publisher<Note>[] = [];
    const publisher = await openSpoolingPublisher<Note>(
      async (onEvent) => {
        connections.push(await broker.connect(onEvent));
        return connections.at(-1)!;
      },
      { folder: newFolder(), patienceMs: PATIENCE_MS },
    );
    closeLater(publisher);
    await publisher.publish(note(0));
    await connections[0].close();
    for (const id of range(1, 10)) await publisher.publish(note(id));
    await received(broker, 10);
    expect(broker.received).toEqual(range(0, 10));
    expect(connections).toHaveLength(2);
  });

  it('works with a publisher that is there already, and closes it', async () => {
    const broker = closeLater(await TestBroker.start());
    const inner = await broker.connect();
    const publisher = await openSpoolingPublisher(inner, { folder: newFolder(), patienceMs: PATIENCE_MS });
    broker.become('away');
    for (const id of range(0, 5)) await publisher.publish(note(id));
    broker.become('up');
    await publisher.close();
    await received(broker, 5);
    await expect(inner.publish(note(9))).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
  });

  it('keeps order and every message while the broker comes and goes', async () => {
    const change = fc.record({
      state: fc.constantFrom<State | 'disconnect' | 'reconnect'>(
        'up',
        'away',
        'refusing',
        'disconnect',
        'reconnect',
        'reconnect',
      ),
      afterBatches: fc.integer({ min: 0, max: 30 }),
      pauseMs: fc.integer({ min: 0, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 3, maxLength: 12 }), async (changes) => {
        const { broker, publisher } = await setUp({ patienceMs: 20, segmentBytes: 2000, fsync: 'never' });
        const publishing: Promise<void>[] = [];
        let id = 0;
        for (const { state, afterBatches, pauseMs } of changes) {
          for (let i = 0; i < afterBatches; i++) {
            publishing.push(publisher.publish([{ id }, { id: id + 1 }, { id: id + 2 }]));
            id += 3;
          }
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
          if (state === 'disconnect') broker.disconnect();
          else if (state === 'reconnect') broker.reconnect();
          else broker.become(state);
        }
        await Promise.all(publishing);
        broker.reconnect();
        await received(broker, id);
        await until(() => !publisher.isSpooling, 'the spool is drained');
        await publisher.close();
        expect(firstOccurrences(broker.received)).toEqual(range(0, id));
        const { appendedMessages, replayedMessages, droppedMessages } = publisher.counters();
        expect(replayedMessages).toBe(appendedMessages);
        expect(droppedMessages).toBe(0);
      }),
      { seed: 4, numRuns: 40, endOnFailure: true },
    );
  });

  it('gives batches back that their publisher withdraws while they wait for the broker', async () => {
    const { broker, publisher } = await setUp({ patienceMs: 5000 });
    broker.become('away');
    const controller = new AbortController();
    const withdrawn = publisher.publish(note(1), { signal: controller.signal });
    const kept = publisher.publish(note(2));
    controller.abort();
    await expect(withdrawn).rejects.toBe(controller.signal.reason);
    await expect(publisher.publish(note(3), { signal: controller.signal })).rejects.toBe(
      controller.signal.reason,
    );
    broker.become('up');
    await kept;
    await publisher.close();
    expect(broker.received).toEqual([2]);
  });

  it('refuses what the broker will never take, and does not let it stand in the way', async () => {
    const { broker, publisher, folder } = await setUp();
    await expect(publisher.publish(note(-1))).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    expect(publisher.isSpooling).toBe(false);
    broker.disconnect();
    for (const id of [1, -2, 3]) await publisher.publish(note(id));
    broker.reconnect();
    await received(broker, 2);
    await until(() => !publisher.isSpooling, 'the spool is drained');
    expect(broker.received).toEqual([1, 3]);
    expect(publisher.counters()).toMatchObject({
      droppedMessages: 1,
      replayedMessages: 2,
      spooledMessages: 0,
    });
    expect(readFileSync(join(folder, 'unsendable.corrupt'), 'utf8')).toBe('{"id":-2}\n');
  });

  it('keeps aside what its codec cannot read back', async () => {
    const codec: Codec<Note> = {
      encode: (messages) => Buffer.concat([jsonCodec<Note>().encode(messages), Buffer.from('no JSON\n')]),
      decode: (ndjson) => jsonCodec<Note>().decode(ndjson),
    };
    const { broker, publisher, folder, events } = await setUp({ codec });
    broker.disconnect();
    await publisher.publish(note(1));
    broker.reconnect();
    await received(broker, 1);
    await until(() => !publisher.isSpooling, 'the spool is drained');
    expect(readFileSync(join(folder, 'unsendable.corrupt'), 'utf8')).toBe('no JSON\n');
    expect(kinds(events)).toContain('spool-damaged');
    expect(publisher.counters().corruptBytes).toBe(8);
  });

  it('hands an error of its codec to who published', async () => {
    const encode = () => {
      throw new TypeError('not this');
    };
    const { broker, publisher } = await setUp({ codec: { ...jsonCodec<Note>(), encode } });
    broker.disconnect();
    await expect(publisher.publish(note(1))).rejects.toThrow('not this');
    broker.reconnect();
    await publisher.publish(note(2));
    expect(broker.received).toEqual([2]);
  });
});

describe('a spooling publisher with a full spool', () => {
  const MAX_BYTES = 8000;
  const batch = (id: number) => [{ id, text: 'x'.repeat(400) }];

  it('makes publish() wait, and loses and reorders nothing', async () => {
    const { broker, publisher, folder, events } = await setUp({ maxBytes: MAX_BYTES });
    broker.disconnect();
    let taken = 0;
    const publishing = range(0, 60).map(async (id) => {
      await publisher.publish(batch(id));
      expect(id).toBe(taken++);
    });
    await until(() => kinds(events).includes('spool-full'), 'the spool is full');
    expect(taken).toBeGreaterThan(10);
    expect(taken).toBeLessThan(20);
    expect(bytesIn(folder)).toBeLessThanOrEqual(MAX_BYTES);
    broker.reconnect();
    await Promise.all(publishing);
    await received(broker, 60);
    expect(broker.received).toEqual(range(0, 60));
    await until(() => !publisher.isSpooling, 'the spool is drained');
    expect(events).toContainEqual({ kind: 'spool-full', limitBytes: MAX_BYTES });
  });

  it('gives a batch back that is withdrawn while the disk refuses it', async () => {
    const { broker, publisher, folder } = await setUp();
    broker.disconnect();
    rmSync(folder, { recursive: true });
    const withdrawal = new AbortController();
    const published = publisher.publish(note(1), { signal: withdrawal.signal });
    withdrawal.abort(new Error('withdrawn'));
    const outcome = published.catch((error: Error) => error.message);
    expect(await within(5000, outcome)).toBe('withdrawn');
    mkdirSync(folder);
  });

  it('gives a waiting batch back when asked', async () => {
    const { broker, publisher, events } = await setUp({ maxBytes: MAX_BYTES });
    broker.disconnect();
    const controller = new AbortController();
    const { signal } = controller;
    setMaxListeners(0, signal);
    const publishing = range(0, 40).map((id) =>
      publisher.publish(batch(id), { signal }).then(
        () => 'taken',
        (error) => error,
      ),
    );
    await until(() => kinds(events).includes('spool-full'), 'the spool is full');
    controller.abort();
    const results = await Promise.all(publishing);
    const taken = results.filter((result) => result === 'taken').length;
    expect(results).toEqual([...Array(taken).fill('taken'), ...Array(40 - taken).fill(signal.reason)]);
    broker.reconnect();
    await received(broker, taken);
    await publisher.close();
    expect(broker.received).toEqual(range(0, taken));
  });

  it('says so instead, if that is wanted', async () => {
    const { broker, publisher, folder } = await setUp({ maxBytes: MAX_BYTES, whenSpoolFull: 'reject' });
    broker.disconnect();
    const results = await Promise.allSettled(range(0, 40).map((id) => publisher.publish(batch(id))));
    const taken = results.filter(({ status }) => status === 'fulfilled').length;
    expect(taken).toBeGreaterThan(10);
    for (const result of results.slice(taken)) {
      expect(result).toMatchObject({
        reason: { code: 'SPOOL_FULL', details: { folder, limitBytes: MAX_BYTES } },
      });
    }
    broker.reconnect();
    await received(broker, taken);
    await publisher.publish(batch(99));
    await publisher.close();
    expect(broker.received).toEqual([...range(0, taken), 99]);
  });

  it('sends a batch that is larger than the spool when the broker is there', async () => {
    const { broker, publisher } = await setUp({ maxBytes: MAX_BYTES });
    broker.disconnect();
    const large = publisher.publish([{ id: 1, text: 'x'.repeat(MAX_BYTES) } as Note]);
    const small = publisher.publish(batch(2));
    broker.reconnect();
    await Promise.all([large, small]);
    await publisher.close();
    expect(broker.received).toEqual([1, 2]);
  });

  it('survives a restart: the next one sends it first', async () => {
    const first = await setUp({ maxBytes: MAX_BYTES, whenSpoolFull: 'reject' });
    first.broker.disconnect();
    let next = 0;
    const fill = async () => {
      for (; ; next++) await first.publisher.publish(batch(next));
    };
    await expect(fill()).rejects.toMatchObject({ code: 'SPOOL_FULL' });
    const started = performance.now();
    await first.publisher.close();
    expect(performance.now() - started).toBeLessThan(2500);
    const { spooledMessages, spooledBytes } = first.publisher.counters();
    expect(first.events.at(-1)).toEqual({ kind: 'left-in-spool', messages: next, bytes: spooledBytes });
    expect(spooledMessages).toBe(next);

    first.broker.become('up');
    const second = await setUp({ ...first, maxBytes: MAX_BYTES });
    const later = range(next, next + 20).map((id) => second.publisher.publish(batch(id)));
    await Promise.all(later);
    await received(first.broker, next + 20);
    await second.publisher.close();
    expect(first.broker.received).toEqual(range(0, next + 20));
    expect(second.events[0]).toEqual({ kind: 'spooling', reason: 'an earlier run left batches' });
  });
});

describe('closing a spooling publisher', () => {
  it('gives the broker what is left', async () => {
    const { broker, publisher, folder } = await setUp();
    broker.disconnect();
    for (const id of range(0, 500)) await publisher.publish(note(id));
    broker.reconnect();
    await Promise.all([publisher.close(), publisher.close()]);
    expect(broker.received).toEqual(range(0, 500));
    expect(filesIn(folder, '.segment')).toEqual([]);
    await expect(publisher.publish(note(1))).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
  });

  it.each(['away', 'mute', 'refusing'] as const)('does not wait long for one that is %s', async (state) => {
    const { broker, publisher, folder, events } = await setUp();
    broker.become(state);
    const publishing = range(0, 20).map((id) => publisher.publish(note(id)));
    const started = performance.now();
    await publisher.close();
    expect(performance.now() - started).toBeLessThan(2500);
    await Promise.all(publishing);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'left-in-spool', messages: 20 }));
    const { log } = await openLog(folder);
    expect(log.counters().spooledMessages).toBe(20);
    await log.close();
    broker.become('up');
    const again = await setUp({ broker, folder });
    await received(broker, 20);
    await again.publisher.close();
    expect(firstOccurrences(broker.received)).toEqual(range(0, 20));
  });

  it('tells those who still wait for room that they are not taken', async () => {
    const { broker, publisher, events } = await setUp({ maxBytes: 2000 });
    broker.disconnect();
    const publishing = range(0, 60).map((id) => publisher.publish(note(id)));
    const results = Promise.allSettled(publishing);
    await until(() => kinds(events).includes('spool-full'), 'the spool is full');
    await publisher.close();
    const taken = (await results).filter(({ status }) => status === 'fulfilled').length;
    expect((await results).slice(taken)).toEqual(
      Array(60 - taken).fill(
        expect.objectContaining({
          status: 'rejected',
          reason: expect.objectContaining({ code: 'SPOOL_FULL' }),
        }),
      ),
    );
    expect(publisher.counters().spooledMessages).toBe(taken);
  });
});

describe.skipIf(noMount)(`a spooling publisher on a small disk${noMount}`, () => {
  const batch = (id: number) => [{ id, text: 'x'.repeat(20_000) }];

  it('waits while the disk is full and goes on when the broker has made room', async () => {
    const { broker, publisher, events } = await setUp({ folder: newMount('size=1m'), segmentBytes: 2 ** 17 });
    broker.disconnect();
    const publishing = range(0, 120).map((id) => publisher.publish(batch(id)));
    await until(() => kinds(events).includes('spool-failed'), 'the disk is full');
    broker.reconnect();
    await Promise.all(publishing);
    await received(broker, 120);
    await publisher.close();
    expect(broker.received).toEqual(range(0, 120));
    expect(publisher.counters()).toMatchObject({ droppedMessages: 0, spooledMessages: 0 });
  });

  it('says so instead, if that is wanted', async () => {
    const { broker, publisher } = await setUp({ folder: newMount('size=1m'), whenSpoolFull: 'reject' });
    broker.disconnect();
    let next = 0;
    const fill = async () => {
      for (; ; next++) await publisher.publish(batch(next));
    };
    await expect(fill()).rejects.toMatchObject({ code: 'DISK_FULL' });
    broker.reconnect();
    await received(broker, next);
    await publisher.close();
    expect(broker.received).toEqual(range(0, next));
  });
});
