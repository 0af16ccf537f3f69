import { buildFlows, type FlowSet, type PacketBatch } from '@antinex/features';
import { describe, expect, it } from 'vitest';
import { packetAt, type Segment } from '../../../features/test/packets.ts';
import { EndedFlows } from './ended-flows.ts';

const T0 = 1_600_000_000;
const A: Segment = { from: '10.0.0.1', to: '10.0.0.2', ports: [1000, 80] };
const B: Segment = { from: '10.0.0.3', to: '10.0.0.4', ports: [1000, 53], protocol: 'udp' };

const describeFlows = (flows: FlowSet): string[] =>
  Array.from({ length: flows.size }, (_, i) => `${flows.keyOf(i).source} x${flows.packets[i]}`);

describe('flows as they end', () => {
  it('while few packets of others come', async () => {
    let others = 0;
    async function* slowly(): AsyncGenerator<PacketBatch> {
      yield [packetAt(T0, A), packetAt(T0 + 0.5, A)];
      for (; others < 100; others++) yield [packetAt(T0 + 1 + others / 4, B)];
    }
    const seen: string[] = [];
    for await (const flows of new EndedFlows(slowly(), { interval: 1 })) {
      if (seen.length === 0) expect(others).toBeLessThan(20);
      seen.push(...describeFlows(flows));
    }
    expect(seen).toEqual(['10.0.0.1 x2', '10.0.0.3 x100']);
  });

  it('are split as those that were learned from, when packets are out of order, too', async () => {
    const times = [0.5, 0, 0.1, 0.6, 0.2];
    async function* batches(): AsyncGenerator<PacketBatch> {
      for (const time of times) yield [packetAt(T0 + time, A)];
    }
    const [seen, learned]: string[][] = [[], []];
    for await (const flows of new EndedFlows(batches(), { interval: 0.2 }))
      seen.push(...describeFlows(flows));
    learned.push(...describeFlows((await buildFlows(batches(), { interval: 0.2 })).flows));
    expect(seen).toEqual(['10.0.0.1 x3', '10.0.0.1 x2']);
    expect(learned).toEqual(seen);
  });
});
