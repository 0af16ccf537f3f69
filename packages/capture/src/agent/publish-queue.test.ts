import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noCounts, type PipelineCounts } from './ledger.ts';
import { PublishQueue, type WhenFull } from './publish-queue.ts';

/** A publisher whose batches are confirmed or refused when the test says so. */
class SlowPublisher {
  readonly published: number[] = [];
  readonly underWay: { readonly batch: readonly number[]; end(error?: unknown): void }[] = [];

  async publish(batch: readonly number[], { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.underWay.push({ batch, end: (error) => (error === undefined ? resolve() : reject(error)) });
    });
    this.published.push(...batch);
  }
}

function setUp(whenFull: WhenFull, capacity: number) {
  const publisher = new SlowPublisher();
  const counts = noCounts();
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => failures.push(error);
  const queue = new PublishQueue<number>({ publisher, capacity, whenFull, counts, onFailure });
  const put = async (batch: readonly number[]) => {
    await queue.room();
    queue.put(batch);
  };
  return { publisher, counts, failures, queue, put };
}

const sumOf = ({ published, queued, queueDrops, brokerDrops }: PipelineCounts): number =>
  published + queued + queueDrops + brokerDrops;

describe('PublishQueue', () => {
  it('publishes several batches at a time, and counts them when they are confirmed', async () => {
    const { queue, publisher, counts, put } = setUp('block', 100);
    await put([1, 2]);
    await put([3]);
    expect(publisher.underWay).toHaveLength(2);
    expect(counts).toMatchObject({ queued: 3, published: 0 });
    publisher.underWay[0].end();
    await turn();
    expect(counts).toMatchObject({ queued: 1, published: 2 });
    publisher.underWay[1].end();
    await queue.drain();
    expect(counts).toMatchObject({ queued: 0, published: 3 });
  });

  it('block: put waits while it is full', async () => {
    const { publisher, counts, put } = setUp('block', 2);
    await put([1, 2]);
    let isPut = false;
    const waiting = put([3]).then(() => {
      isPut = true;
    });
    await turn();
    expect(isPut).toBe(false);
    publisher.underWay[0].end();
    await waiting;
    expect(counts).toMatchObject({ published: 2, queued: 1, queueDrops: 0 });
  });

  it('drop-newest: what comes while it is full is dropped and counted', async () => {
    const { publisher, counts, put } = setUp('drop-newest', 2);
    await put([1, 2]);
    await put([3, 4, 5]);
    expect(counts).toMatchObject({ queued: 2, queueDrops: 3 });
    publisher.underWay[0].end();
    await turn();
    await put([6]);
    expect(publisher.underWay.map(({ batch }) => batch)).toEqual([[1, 2], [6]]);
  });

  it('a batch that is refused counts as dropped by the broker, and is told', async () => {
    const { queue, publisher, counts, failures, put } = setUp('block', 10);
    await put([1, 2]);
    publisher.underWay[0].end('too large');
    await queue.drain();
    expect(counts).toMatchObject({ brokerDrops: 2, published: 0, queued: 0 });
    expect(failures).toEqual(['too large']);
  });

  it('abandon: neither put nor drain waits any longer, and all is counted', async () => {
    const { queue, counts, failures, put } = setUp('block', 2);
    await put([1, 2]);
    const waiting = put([3]);
    const draining = queue.drain();
    queue.abandon();
    await Promise.all([waiting, draining]);
    await put([4]);
    expect(counts).toMatchObject({ brokerDrops: 2, queueDrops: 2, queued: 0, published: 0 });
    // Who gives up knows that, it is no failure of the broker.
    expect(failures).toEqual([]);
    expect(queue.abandoned.aborted).toBe(true);
  });

  it('every message is somewhere at any time, whatever the broker does', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ put: fc.integer({ min: 1, max: 5 }) }) },
      { weight: 4, arbitrary: fc.record({ confirm: fc.nat(10) }) },
      { weight: 1, arbitrary: fc.record({ refuse: fc.nat(10) }) },
    );
    const whenFull = fc.constantFrom('block' as const, 'drop-newest' as const);
    const run = async (steps: readonly object[], policy: WhenFull, capacity: number, giveUp: boolean) => {
      const { queue, publisher, counts, put } = setUp(policy, capacity);
      let given = 0;
      let waiting = 0;
      const end = (index: number, error?: unknown) => {
        const { underWay } = publisher;
        if (underWay.length > 0) underWay.splice(index % underWay.length, 1)[0].end(error);
      };
      for (const action of steps as { put?: number; confirm?: number; refuse?: number }[]) {
        if (action.put !== undefined && waiting === 0) {
          const batch = Array.from({ length: action.put }, (_, i) => given + i);
          given += batch.length;
          waiting = batch.length;
          void put(batch).then(() => {
            waiting = 0;
          });
        } else if (action.confirm !== undefined) end(action.confirm);
        else if (action.refuse !== undefined) end(action.refuse, 'no');
        await turn();
        expect(sumOf(counts) + waiting).toBe(given);
        expect(counts.queued).toBeLessThan(capacity + 5);
      }
      if (giveUp) queue.abandon();
      while (!giveUp && (counts.queued > 0 || waiting > 0)) {
        end(0);
        await turn();
      }
      await queue.drain();
      await turn();
      expect(counts.queued).toBe(0);
      expect(sumOf(counts)).toBe(given);
      expect(publisher.published).toHaveLength(counts.published);
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        whenFull,
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        run,
      ),
      { seed: 7, numRuns: 200 },
    );
  });
});
