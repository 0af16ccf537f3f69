import { LinkType, Packet } from '@antinex/decoder';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildFlows,
  FlowCollector,
  type FlowSet,
  PacketCursor,
  PacketFlag,
  streamFlows,
} from '../src/index.ts';
import { type ModelFlow, type ModelOptions, modelFlows, type Step } from './flow-model.ts';
import { batchOf, frameOf, type Segment } from './packets.ts';

const HOSTS = ['10.0.0.1', '10.0.0.2', '2001:db8::1', '2001:db8::2'];
const REASONS = ['idle', 'active', 'closed', 'evicted', 'capture end'];
const SECOND = 1e9;
const RUNS = process.env.LONG ? 400 : 60;
/** Counterexamples are made small no longer than this. */
const BRIEF = { interruptAfterTimeLimit: 30_000 };

/** A few hosts of both families, so that conversations meet again. */
const segment = fc
  .record({
    hosts: fc.constantFrom([0, 1], [1, 0], [2, 3], [3, 2]),
    ports: fc.constantFrom([1, 2], [2, 1], [1, 1]),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    flags: fc.constantFrom('S', 'SA', 'A', 'A', 'A', 'PA', 'F', 'FA', 'R'),
    payload: fc.nat(40),
  })
  .map(
    ({ hosts, ports, ...rest }): Segment => ({
      ...rest,
      from: HOSTS[hosts[0]],
      to: HOSTS[hosts[1]],
      ports: [ports[0], ports[1]],
    }),
  );

const steps = (gap: fc.Arbitrary<number>, maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ gap, segment }), { maxLength, size: 'max' }).map((list) => {
    let time = 5 * SECOND;
    return list.map((entry) => {
      time = Math.max(0, time + entry.gap);
      return { time, segment: entry.segment, size: frameOf(entry.segment).length };
    });
  });

const options: fc.Arbitrary<ModelOptions> = fc.record({
  bidirectional: fc.boolean(),
  tcpIdle: fc.constantFrom(1, 10, 600),
  otherIdle: fc.constantFrom(1, 10, 600),
  active: fc.constantFrom(3, 20, Number.POSITIVE_INFINITY),
  closedIdle: fc.constantFrom(-1, 0, 2, 5),
});

const packetOf = ({ time, segment: { ...shape } }: Step): Packet => {
  const frame = frameOf(shape);
  const seconds = Math.floor(time / SECOND);
  return new Packet(
    frame,
    0,
    frame.length,
    frame.length,
    LinkType.ETHERNET,
    1_600_000_000 + seconds,
    time - seconds * SECOND,
    '',
  );
};

const inNanos = (model: ModelOptions): ModelOptions => ({
  ...model,
  tcpIdle: model.tcpIdle * SECOND,
  otherIdle: model.otherIdle * SECOND,
  active: model.active * SECOND,
  closedIdle: model.closedIdle * SECOND,
});

const inTable = ({ bidirectional, tcpIdle, otherIdle, active, closedIdle }: ModelOptions) => ({
  bidirectional,
  tcpIdleSeconds: tcpIdle,
  idleSeconds: otherIdle,
  activeSeconds: active,
  tcpEndSeconds: closedIdle < 0 ? (false as const) : closedIdle,
});

/** What a set of flows holds, like the model's; times from the first packet's second on. */
function readable(flows: FlowSet, base: number): ModelFlow[] {
  const cursor = new PacketCursor(flows);
  return Array.from({ length: flows.size }, (_, i) => {
    const { source, destination, sourcePort, destinationPort, protocol } = flows.keyOf(i);
    const flow: ModelFlow = {
      key: `${protocol === 6 ? 'tcp' : 'udp'} ${source}:${sourcePort} ${destination}:${destinationPort}`,
      times: [],
      sizes: [],
      backward: [],
      reason: REASONS[flows.reason[i]],
    };
    cursor.start(i);
    do {
      flow.times.push(cursor.time + base);
      flow.sizes.push(cursor.size);
      flow.backward.push((cursor.flags & PacketFlag.BACKWARD) !== 0);
    } while (cursor.next());
    expect(flow.times[0]).toBe(flows.start[i] + base);
    expect(flow.times.at(-1)).toBe(flows.end[i] + base);
    return flow;
  });
}

const baseOf = (list: readonly Step[]): number => Math.floor((list[0]?.time ?? 0) / SECOND) * SECOND;

function collect(list: readonly Step[], model: ModelOptions, batch = list.length): ModelFlow[] {
  const collector = new FlowCollector(inTable(model));
  for (let at = 0; at < list.length; at += Math.max(1, batch)) {
    collector.add(list.slice(at, at + Math.max(1, batch)).map(packetOf));
  }
  return readable(collector.finish(), baseOf(list));
}

describe('flows of random conversations', () => {
  it('are those of a table gone through by the book, packets in disorder too', () => {
    const gap = fc.oneof(fc.nat(SECOND), fc.integer({ min: -3 * SECOND, max: 12 * SECOND }));
    fc.assert(
      fc.property(steps(gap, 60), options, (list, model) => {
        expect(collect(list, model)).toEqual(modelFlows(list, inNanos(model)));
      }),
      { seed: 6, numRuns: RUNS, ...BRIEF },
    );
  });

  it('are the same when there are so many that waiting ones are swept up, in batches of any size', () => {
    const random = fc.sample(steps(fc.nat(SECOND / 2), 400), { seed: 61, numRuns: 40 });
    let time = 0;
    const long = random.flat().map(({ segment, size }, i) => {
      time += (i * 7919) % 400_000_000;
      return { time, segment, size };
    });
    expect(long.length).toBeGreaterThan(4000);
    for (const [model] of fc.sample(fc.tuple(options), { seed: 62, numRuns: 8 })) {
      const expected = modelFlows(long, inNanos(model));
      for (const batch of [1, 1000, long.length]) expect(collect(long, model, batch)).toEqual(expected);
    }
  });

  it('lose no packet: all are in flows, or counted', async () => {
    await fc.assert(
      fc.asyncProperty(steps(fc.nat(4 * SECOND), 80), options, async (list, model) => {
        fc.pre(list.length > 0);
        const built = await buildFlows(batchOf(list.map(packetOf)), {
          ...inTable(model),
          minPackets: 1,
        });
        const packets = built.flows.packets.subarray(0, built.flows.size);
        expect(packets.reduce((sum, count) => sum + count, 0)).toBe(list.length);
        expect(built.counts).toMatchObject({ packets: list.length, inFlows: list.length });
      }),
      { seed: 63, numRuns: RUNS / 2, ...BRIEF },
    );
  });

  it('are the same as they end and at the end, for a known interval', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps(fc.nat(4 * SECOND), 80),
        options,
        fc.constantFrom(0.5, 2, 30),
        async (...given) => {
          const [list, model, interval] = given;
          fc.pre(list.length > 0);
          const table = {
            ...inTable({ ...model, active: Number.POSITIVE_INFINITY }),
            minPackets: 1,
            interval,
          };
          const built = await buildFlows(batchOf(list.map(packetOf)), table);
          const streamed: ModelFlow[] = [];
          for await (const flows of streamFlows(batchOf(list.map(packetOf), 7), table)) {
            streamed.push(...readable(flows, baseOf(list)));
          }
          // Which end of a later part is the source is another matter: as they end, the one that speaks first.
          const sorted = (flows: ModelFlow[]) =>
            flows
              .map(({ key, times, sizes }) => JSON.stringify([key.split(/[ ]/).sort(), times, sizes]))
              .sort();
          expect(sorted(streamed)).toEqual(sorted(readable(built.flows, baseOf(list))));
        },
      ),
      { seed: 64, numRuns: RUNS / 2, ...BRIEF },
    );
  });
});
