import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { connectPublisher } from '@antinex/broker';
import { loadConfig } from '@antinex/runtime';
import { expect, it } from 'vitest';
import { Processor } from '../src/consume/processor.ts';
import { Receiver } from '../src/consume/receiver.ts';
import { openOutputs } from '../src/plan.ts';
import { PROCESSOR_SETTINGS } from '../src/settings.ts';
import { idsOf, manifestOf, newFolder } from './datasets.ts';
import { ledgerRecord, packets } from './feed.ts';

const NO_LIMIT = Number.POSITIVE_INFINITY;

/** A processor in this process, where messages come as they are: there is no codec to look at them. */
it('writes what a queue in memory holds, puts aside a delivery with what its dataset refuses, and ends with the queue', async () => {
  const csv = join(newFolder(), 'x.csv');
  const target = { url: 'memory:', queue: randomUUID() };
  const config = loadConfig(PROCESSOR_SETTINGS, { flags: { outputCsv: csv, queue: target.queue } });
  const { sinks, neighbours } = await openOutputs(config, () => {});
  const receiver = await Receiver.connect({ ...target, maxUnsettled: 1000, onEvent: () => {} });
  const rejected: [string, number][] = [];
  const processor = new Processor({
    receivers: [receiver],
    ...{
      sinks,
      neighbours,
      saveRows: 100,
      saveMs: 20,
      mostRows: NO_LIMIT,
      log: () => {},
      onMessages: undefined,
    },
    onReject: (reason, messages) => rejected.push([reason, messages]),
  });
  const publisher = await connectPublisher<unknown>(target.url, target);
  for (const batch of [
    packets(1, 10),
    [...packets(11, 12), ledgerRecord(1, 20), { schema: 2, data: {} }],
    packets(13, 20),
  ]) {
    await publisher.publish(batch);
  }
  const running = processor.run();
  await publisher.close();
  await running;
  expect(idsOf([csv])).toEqual(packets(1, 20).map(({ id }) => id));
  expect(rejected).toEqual([['not-a-message', 4]]);
  expect(processor.counts).toMatchObject({ consumed: 21, ledgers: 1 });
  expect(manifestOf(csv).ledger).toMatchObject({
    seen: [{ 'host-a-s1': '1-20' }],
    agents: { 'host-a-s1': { published: 20 } },
    writer: { state: 'ended' },
  });
});
