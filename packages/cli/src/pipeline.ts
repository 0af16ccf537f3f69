import {
  type Consumer,
  connectConsumer,
  connectPublisher,
  MAX_BATCH_MESSAGES,
  type Publisher,
} from '@antinex/broker';
import type { Converter, Message, PacketSource } from '@antinex/capture';
import type { Dataset } from '@antinex/dataset';
import type { LazyMessage } from '@antinex/decoder';
import { within } from '@antinex/runtime';
import type { RunReport } from './run-report.ts';

export interface PipelineOptions {
  readonly source: PacketSource;
  readonly converter: Converter;
  readonly dataset: Dataset;
  /** Packets to take. */
  readonly count: number;
  /** Rows after which a snapshot is taken. */
  readonly snapshotRows: number;
  /** And the time after which one is, if there are new rows. */
  readonly snapshotMs: number;
  readonly report: RunReport;
}

type Item = Message | LazyMessage;

const QUEUE = 'netpipe-run';
/** Packets on their way: enough to keep both ends busy, few enough to die young in V8's heap. */
const BROKER = 'memory:?capacity=1024';

/**
 * The whole pipeline in one process: packets become messages, go through the memory broker, become
 * rows. Broker and dataset live and die together here, so nothing is acked; the ledger counts rows that
 * are durable. Everything read before a fault of the source is written before that fault is thrown.
 */
export async function runPipeline(options: PipelineOptions): Promise<void> {
  const consumer = await connectConsumer<Item>(BROKER, { queue: QUEUE, autoAck: true });
  const publisher = await connectPublisher<Item>(BROKER, { queue: QUEUE });
  const stop = new AbortController();
  const consuming = consume(consumer, options).catch(async (error: unknown) => {
    stop.abort(error);
    // The producer may be waiting for packets that never come.
    await options.source.close();
    throw error;
  });
  const producing = produce(publisher, options, stop.signal).finally(() => publisher.close());
  const [consumed, produced] = await Promise.allSettled([consuming, producing]);
  await consumer.close();
  await options.source.close();
  // A dataset that failed also ends the producer: its error is the cause.
  if (consumed.status === 'rejected') throw consumed.reason;
  if (produced.status === 'rejected') throw produced.reason;
}

async function produce(
  publisher: Publisher<Item>,
  options: PipelineOptions,
  signal: AbortSignal,
): Promise<void> {
  const { source, converter, count, report } = options;
  let taken = 0;
  for await (const packets of source) {
    const wanted = Math.min(packets.length, count - taken);
    taken += wanted;
    let messages: Item[] = [];
    for (let i = 0; i < wanted; i++) {
      const message = source.keepsBytes ? converter.convertLazily(packets[i]) : converter.convert(packets[i]);
      if (message === null) report.withoutMessage++;
      else messages.push(message);
      if (messages.length < MAX_BATCH_MESSAGES) continue;
      await publisher.publish(messages, { signal });
      messages = [];
    }
    if (messages.length > 0) await publisher.publish(messages, { signal });
    if (taken >= count) return;
  }
}

async function consume(consumer: Consumer<Item>, options: PipelineOptions): Promise<void> {
  const { dataset, snapshotRows, snapshotMs, report } = options;
  let rows = 0;
  let snapshotAt = performance.now() + snapshotMs;
  // A quiet line must not keep rows from the disk: the clock runs also when nothing comes.
  const untilSnapshotMs = () => (rows > 0 ? snapshotAt - performance.now() : undefined);
  for await (const delivery of withTicks(consumer.receive(), untilSnapshotMs)) {
    if (delivery !== undefined) {
      report.refused += (await dataset.append(delivery.messages)).refused.length;
      rows += delivery.messages.length;
      report.add(delivery.messages);
    }
    if (rows < snapshotRows && (rows === 0 || performance.now() < snapshotAt)) continue;
    await dataset.snapshot(report.ledger());
    rows = 0;
    snapshotAt = performance.now() + snapshotMs;
  }
}

/** The items, and undefined when `msToTick` have passed without one; where it says undefined there is no tick. */
async function* withTicks<T>(
  items: AsyncIterable<T>,
  msToTick: () => number | undefined,
): AsyncGenerator<T | undefined> {
  const iterator = items[Symbol.asyncIterator]();
  let next = iterator.next();
  for (;;) {
    const ms = msToTick();
    const result = ms === undefined ? await next : await within(ms, next);
    if (result === undefined) yield undefined;
    else if (result.done) return;
    else {
      next = iterator.next();
      yield result.value;
    }
  }
}
