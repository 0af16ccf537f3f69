import { setImmediate as turn } from 'node:timers/promises';
import { isLedgerMessage, type LedgerMessage, Packet, sessionOf } from '@antinex/decoder';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Converter, type Message } from '../converter.ts';
import type { PacketSource, SourceStats } from '../source.ts';
import { unaccounted } from './ledger.ts';
import { AgentPipeline, type PipelineParts } from './pipeline.ts';
import type { Published } from './published.ts';

/** An ARP request; the number tells one packet from the next. */
function packet(number: number): Packet {
  const frame = Buffer.alloc(42);
  frame.set([8, 6, 0, 1, 8, 0, 6, 4, 0, 1], 12);
  frame.writeUInt32BE(number, 28);
  return new Packet(frame, 0, frame.length, frame.length, 1, 1, number, 'test0');
}

/** Packets from memory, in batches; then an error, or silence until it is closed. */
class MemorySource implements PacketSource {
  readonly description = 'memory';
  readonly timestamps = 'file';
  readonly linkTypes = [1];
  private readonly batches: readonly number[];
  private readonly error: unknown;
  private readonly goesOn: boolean;
  private delivered = 0;
  private closed = false;

  constructor(batches: readonly number[], error?: unknown, goesOn = false) {
    this.batches = batches;
    this.error = error;
    this.goesOn = goesOn;
  }

  async *[Symbol.asyncIterator]() {
    for (const size of this.batches) {
      await turn();
      if (this.closed) return;
      const first = this.delivered;
      this.delivered += size;
      yield Array.from({ length: size }, (_, i) => packet(first + i));
    }
    if (this.error !== undefined) throw this.error;
    while (this.goesOn && !this.closed) await turn();
  }

  stats(): SourceStats {
    return {
      receivedPackets: this.delivered,
      receivedBytes: 42 * this.delivered,
      deliveredPackets: this.delivered,
      queueDrops: 0,
      waitingPackets: 0,
      kernelDrops: 0,
      interfaceDrops: 0,
    };
  }

  notes(): readonly string[] {
    return [];
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

function pipelineOf(source: PacketSource, parts: Partial<PipelineParts> = {}) {
  const published: Message[] = [];
  const pipeline = new AgentPipeline({
    sources: [source],
    publisher: {
      publish: async (batch) => {
        await turn();
        published.push(...(batch as readonly Message[]));
      },
    },
    converter: new Converter({ schema: '2', source: 'test' }),
    filter: undefined,
    sampleOneIn: 1,
    count: undefined,
    queuePackets: 1000,
    whenFull: 'block',
    writer: undefined,
    records: undefined,
    log: () => {},
    onMessages: undefined,
    ...parts,
  });
  return { pipeline, published };
}

const senders = (messages: readonly Message[]): string[] =>
  messages.map((message) => (message.data as { arp: { psrc: string } }).arp.psrc);

describe('AgentPipeline', () => {
  it('publishes every packet once, in order, in batches of 256 at the most', async () => {
    const sizes: number[] = [];
    const { pipeline } = pipelineOf(new MemorySource([1, 700, 3]), {
      publisher: { publish: async (batch) => void sizes.push(batch.length) },
    });
    await pipeline.run();
    expect(sizes).toEqual([1, 256, 256, 188, 3]);
    expect(pipeline.ledger()).toMatchObject({ received: 704, published: 704, waiting: 0 });
  });

  it('count: stops behind that packet, over two sources', async () => {
    const sources = [new MemorySource([10, 10]), new MemorySource([10, 10])];
    const { pipeline, published } = pipelineOf(sources[0], { sources, count: 25 });
    await pipeline.run();
    expect(published).toHaveLength(25);
    const { received, unread } = pipeline.ledger();
    expect(received - unread).toBe(25);
  });

  it('a source that fails ends it, with all published that came before', async () => {
    const { pipeline, published } = pipelineOf(new MemorySource([5], new Error('gone')));
    await expect(pipeline.run()).rejects.toThrow('gone');
    expect(published).toHaveLength(5);
    expect(unaccounted(pipeline.ledger())).toBe(0);
  });

  it('a broker that refuses ends it, also while the line is quiet', async () => {
    const quiet = new MemorySource([3], undefined, true);
    const { pipeline } = pipelineOf(quiet, {
      publisher: { publish: async () => Promise.reject(new Error('no')) },
    });
    await expect(pipeline.run()).rejects.toThrow('no');
    expect(pipeline.ledger()).toMatchObject({ received: 3, dropped: { broker: 3 } });
  });

  it('whoever looks on and fails ends it, and what was in hand is unread', async () => {
    const { pipeline } = pipelineOf(new MemorySource([300, 5]), {
      onMessages: async () => Promise.reject(new Error('EPIPE')),
    });
    await expect(pipeline.run()).rejects.toThrow('EPIPE');
    expect(pipeline.ledger()).toMatchObject({ received: 300, published: 0, unread: 300 });
  });

  it('whoever looks on and never comes back is left behind', async () => {
    const { pipeline, published } = pipelineOf(new MemorySource([3, 4]), {
      onMessages: () => new Promise(() => {}),
    });
    const run = pipeline.run();
    await turn();
    await turn();
    pipeline.abandon();
    await run;
    expect(published).toHaveLength(0);
    expect(pipeline.ledger()).toMatchObject({ received: 3, dropped: { queue: 3 } });
  });

  it('closes its ledger whatever happens', async () => {
    const outcome = fc.constantFrom('confirmed', 'confirmed', 'confirmed', 'late', 'refused', 'never');
    const settings = fc.record({
      batches: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 6 }),
      outcomes: fc.array(outcome, { minLength: 1, maxLength: 8 }),
      whenFull: fc.constantFrom('block' as const, 'drop-newest' as const),
      queuePackets: fc.constantFrom(1, 256, 1000),
      count: fc.option(fc.integer({ min: 1, max: 600 }), { nil: undefined }),
      sampleOneIn: fc.constantFrom(1, 2),
      fails: fc.boolean(),
      abandonAfterTurns: fc.nat(30),
    });
    await fc.assert(
      fc.asyncProperty(settings, async ({ batches, outcomes, fails, abandonAfterTurns, ...parts }) => {
        let calls = 0;
        let confirmed = 0;
        const publish = async (batch: readonly Published[], { signal }: { signal?: AbortSignal } = {}) => {
          const what = outcomes[calls++ % outcomes.length];
          if (what === 'refused') throw new Error('no');
          if (what === 'late') for (let i = 0; i < 5; i++) await turn();
          if (what === 'never') {
            await new Promise((_, reject) => {
              if (signal!.aborted) reject(signal!.reason);
              signal!.addEventListener('abort', () => reject(signal!.reason));
            });
          }
          confirmed += batch.length;
        };
        const source = new MemorySource(batches, fails ? new Error('gone') : undefined);
        const { pipeline } = pipelineOf(source, { ...parts, publisher: { publish } });
        const run = pipeline.run().catch(() => {});
        for (let i = 0; i < abandonAfterTurns; i++) {
          await turn();
          expect(unaccounted(pipeline.ledger())).toBe(0);
        }
        pipeline.abandon();
        await run;
        const ledger = pipeline.ledger();
        expect(unaccounted(ledger)).toBe(0);
        expect(ledger).toMatchObject({ waiting: 0, published: confirmed });
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  it('gives packets their numbers in the order they came', async () => {
    const { pipeline, published } = pipelineOf(new MemorySource([2, 300]));
    await pipeline.run();
    expect(senders(published)).toEqual(Array.from({ length: 302 }, (_, i) => `0.0.${i >> 8}.${i & 0xff}`));
  });
});

describe('the ledger of a pipeline', () => {
  const records = { agent: 'capture-tcp', source: 'test' };

  /** A pipeline whose publisher takes everything, or does what `take` says. */
  function told(source: PacketSource, parts: Partial<PipelineParts> = {}, take = async () => {}) {
    const batches: (readonly Published[])[] = [];
    const said: string[] = [];
    const { pipeline } = pipelineOf(source, {
      records,
      log: (level, text) => said.push(`${level}: ${text}`),
      publisher: {
        publish: async (batch) => {
          batches.push(batch);
          if (isLedgerMessage(batch[0])) await take();
        },
      },
      ...parts,
    });
    const sent = () => batches.flat().filter(isLedgerMessage) as LedgerMessage[];
    return { pipeline, batches, said, sent };
  }

  it('goes out alone, last, with the session of the packets, and is the one of the summary', async () => {
    const { pipeline, batches, sent, said } = told(new MemorySource([300]));
    await pipeline.run();
    expect(batches.map(({ length }) => length)).toEqual([256, 44, 1]);
    const [first] = batches[0] as readonly { id: string }[];
    const session = sessionOf(packet(0));
    expect(first.id).toBe(`test-${session}-1`);
    const [{ started, time, ...record }] = sent();
    expect(record).toEqual({ ...pipeline.ledger(), ...records, ledger: 1, session, number: 1, ended: true });
    expect(record).toMatchObject({ received: 300, published: 300, waiting: 0 });
    expect(started <= time).toBe(true);
    expect(said).toEqual([]);
  });

  it('tells of a capture without a packet, in a session of its own', async () => {
    const runs = [told(new MemorySource([])), told(new MemorySource([]))];
    for (const { pipeline } of runs) await pipeline.run();
    const [one, other] = runs.map(({ sent }) => sent()[0]);
    expect(one).toMatchObject({ received: 0, number: 1, ended: true });
    expect(one.session).not.toBe(other.session);
  });

  it('goes out while the capture runs, too, but not twice at a time nor before there is a session', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const source = new MemorySource([3], undefined, true);
      const { pipeline, sent } = told(source, {}, () => held);
      const running = pipeline.run();
      vi.advanceTimersByTime(10_000);
      expect(sent()).toEqual([]);
      while (pipeline.ledger().published < 3) await turn();
      vi.advanceTimersByTime(9999 + 30_000);
      expect(sent()).toMatchObject([{ number: 1, ended: false, received: 3, published: 3 }]);
      release();
      await turn();
      vi.advanceTimersByTime(10_000);
      pipeline.stop();
      await running;
      expect(sent().map(({ number, ended }) => [number, ended])).toEqual([
        [1, false],
        [2, false],
        [3, true],
      ]);
      expect(new Set(sent().map(({ started, session }) => `${started} ${session}`)).size).toBe(1);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that nobody takes is a warning', async () => {
    const { pipeline, said } = told(new MemorySource([3]), {}, () => Promise.reject(new Error('no')));
    await pipeline.run();
    expect(said).toEqual([expect.stringMatching(/^warn: the ledger was not published: .*no/)]);
    expect(pipeline.ledger()).toMatchObject({ published: 3, dropped: { broker: 0 } });
  });

  it('that is not taken in time is a warning, too', async () => {
    const { pipeline, said, sent } = told(new MemorySource([3]), {
      publisher: {
        publish: async (_, { signal } = {}) => {
          signal!.throwIfAborted();
          await new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)));
        },
      },
    });
    const running = pipeline.run();
    await turn();
    pipeline.abandon();
    await running;
    expect(said).toEqual(['warn: the ledger was not published: the broker did not take it in time']);
    expect(sent()).toEqual([]);
  });
});
