import type { PacketSource } from '@antinex/capture';
import { Converter } from '@antinex/capture';
import { type Dataset, openDataset } from '@antinex/dataset';
import { LinkType, Packet } from '@antinex/decoder';
import { PipelineError } from '@antinex/runtime';
import { describe, expect, test } from 'vitest';
import { runPipeline } from '../src/pipeline.ts';
import { RunReport } from '../src/run-report.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const frame = Buffer.from(
  '02000000000102000000000208060001080006040001020000000002c0000202000000000000c0000201',
  'hex',
);

const packets = (count: number): Packet[] =>
  Array.from(
    { length: count },
    (_, i) => new Packet(frame, 0, 42, 42, LinkType.ETHERNET, 1_700_000_000 + i, 0, ''),
  );

/** Hands out its batches, then does what it is told: end, break, or wait for more until it is closed. */
class FakeSource implements PacketSource {
  readonly description = 'fake';
  readonly timestamps = 'kernel';
  readonly linkTypes = [LinkType.ETHERNET];
  closed = false;
  private readonly batches: Packet[][];
  private readonly last: 'end' | 'wait' | Error;
  private received = 0;
  private wake = () => {};

  constructor(batches: Packet[][], last: 'end' | 'wait' | Error) {
    this.batches = batches;
    this.last = last;
  }

  async *[Symbol.asyncIterator]() {
    for (const batch of this.batches) {
      this.received += batch.length;
      yield batch;
    }
    if (this.last instanceof Error) throw this.last;
    if (this.last === 'wait' && !this.closed) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  stats() {
    const receivedPackets = this.received;
    const deliveredPackets = receivedPackets;
    const drops = { queueDrops: 0, kernelDrops: 'unknown', interfaceDrops: 'unknown' } as const;
    return {
      receivedPackets,
      deliveredPackets,
      receivedBytes: receivedPackets * 42,
      waitingPackets: 0,
      ...drops,
    };
  }

  notes() {
    return [];
  }

  async close() {
    this.closed = true;
    this.wake();
  }
}

function pipeline(source: FakeSource, dataset: Dataset, snapshot: { rows?: number; ms?: number } = {}) {
  const report = new RunReport({ source, dataset, csvPath: undefined, archivePath: undefined, json: false });
  const converter = new Converter({ schema: '2', source: 'test' });
  const { rows: snapshotRows = 50_000, ms: snapshotMs = 60_000 } = snapshot;
  const count = Number.POSITIVE_INFINITY;
  return {
    report,
    ended: runPipeline({ source, converter, dataset, count, snapshotRows, snapshotMs, report }),
  };
}

let files = 0;
const newDataset = () => openDataset({ schema: 2, name: 'test', csvPath: scratch(`${files++}.csv`) });

/** Waits until it is so. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('runPipeline', () => {
  test('everything before a fault of the source is a row, then the fault is thrown', async () => {
    const dataset = await newDataset();
    const fault = new Error('cut short');
    const { report, ended } = pipeline(new FakeSource([packets(700), packets(3)], fault), dataset);
    await expect(ended).rejects.toBe(fault);
    await dataset.close(report.ledger());
    expect(dataset.durableRows).toBe(703);
    expect(report.ledger()).toMatchObject({ received: 703, rows: 703, unread: 0 });
  });

  test('rows become durable although the line is quiet', async () => {
    const dataset = await newDataset();
    const source = new FakeSource([packets(10)], 'wait');
    const { ended } = pipeline(source, dataset, { ms: 50 });
    await until(() => dataset.durableRows === 10);
    await source.close();
    await ended;
    await dataset.close();
  });

  test('a snapshot is taken every so many rows', async () => {
    const dataset = await newDataset();
    const source = new FakeSource([packets(800)], 'wait');
    const { ended } = pipeline(source, dataset, { rows: 300 });
    await until(() => dataset.rows === 800);
    // They come in batches of 256: two of them make the snapshot, and 288 rows wait for the next.
    expect(dataset.durableRows).toBe(512);
    await source.close();
    await ended;
    await dataset.close();
  });

  test('a dataset that fails ends it, also while the source waits for packets', async () => {
    const full = new PipelineError('DISK_FULL', { path: 'x.csv' });
    const dataset = { rows: 0, durableRows: 0, append: () => Promise.reject(full) } as unknown as Dataset;
    const source = new FakeSource([packets(10)], 'wait');
    const { ended } = pipeline(source, dataset);
    await expect(ended).rejects.toBe(full);
    expect(source.closed).toBe(true);
  });

  test('and while the source has more than the queue holds', async () => {
    const full = new PipelineError('DISK_FULL', { path: 'x.csv' });
    const dataset = { rows: 0, durableRows: 0, append: () => Promise.reject(full) } as unknown as Dataset;
    const batches = Array.from({ length: 100 }, () => packets(1024));
    const { ended } = pipeline(new FakeSource(batches, 'end'), dataset);
    await expect(ended).rejects.toBe(full);
  });
});
