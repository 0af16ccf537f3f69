import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  client,
  expectPart,
  expectRow,
  type Row,
  rowsOf,
  START,
  server,
  type TcpShape,
} from '../../test/statistics-rows.ts';

interface Step extends TcpShape {
  readonly backward: boolean;
  /** Milliseconds since the packet before. */
  readonly gap: number;
  readonly payload: number;
  readonly flags: string;
}

const step: fc.Arbitrary<Step> = fc.record({
  backward: fc.boolean(),
  gap: fc.oneof(fc.nat(20), fc.constantFrom(0, 1000, 1001, 6000)),
  payload: fc.oneof(fc.constant(0), fc.nat(1400)),
  flags: fc.constantFrom('A', 'PA', 'S', 'SA', 'FA', 'R', 'AU', 'AEC'),
});
/** Of one flow; the first packet is the client's. */
const steps = fc
  .array(step, { minLength: 1, maxLength: 40 })
  .map(([first, ...rest]) => [{ ...first, backward: false }, ...rest]);

const timesOf = (list: readonly Step[]): number[] => {
  let time = 0;
  return list.map(({ gap }) => (time += gap));
};
const packetsOf = (list: readonly Step[], times = timesOf(list)) =>
  list.map((entry, i) => (entry.backward ? server : client)(times[i], entry));

/** Nothing of one flow ends it. */
const ONE_FLOW = { activeSeconds: 1e6, idleSeconds: 1e6, tcpIdleSeconds: 1e6, tcpEndSeconds: false } as const;
const RUNS = { seed: 6, numRuns: 60 };

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number | null =>
  values.length > 0 ? sum(values) / values.length : null;
function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = sum(values) / values.length;
  return Math.sqrt(sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1));
}
const extreme = (of: (...values: number[]) => number, values: readonly number[]): number | null =>
  values.length > 0 ? of(...values) : null;
const gapsOf = (times: readonly number[]): number[] => times.slice(1).map((time, i) => time - times[i]);

/** What the columns of one side should say, by the textbook. */
function expectedSide(prefix: string, list: readonly Step[], times: readonly number[]): Row {
  const sizes = list.map(({ payload }) => 54 + payload);
  const gaps = gapsOf(times);
  return {
    [`${prefix}_first_seen_ms`]: extreme(
      Math.min,
      times.map((time) => START * 1000 + time),
    ),
    [`${prefix}_packets`]: list.length,
    [`${prefix}_bytes`]: sum(sizes),
    [`${prefix}_min_ps`]: extreme(Math.min, sizes),
    [`${prefix}_mean_ps`]: mean(sizes),
    [`${prefix}_max_ps`]: extreme(Math.max, sizes),
    [`${prefix}_min_piat_ms`]: extreme(Math.min, gaps),
    [`${prefix}_mean_piat_ms`]: mean(gaps),
    [`${prefix}_max_piat_ms`]: extreme(Math.max, gaps),
    [`${prefix}_psh_packets`]: list.filter(({ flags }) => flags.includes('P')).length,
    [`${prefix}_cwr_packets`]: list.filter(({ flags }) => flags.includes('C')).length,
  };
}

/** Differences of large squares: less exact than the rest. */
function expectDeviations(row: Row, prefix: string, list: readonly Step[], times: readonly number[]): void {
  const expected = [deviation(list.map(({ payload }) => payload)), deviation(gapsOf(times))];
  const found = [row[`${prefix}_stddev_ps`], row[`${prefix}_stddev_piat_ms`]];
  for (const [i, value] of expected.entries()) {
    if (value === null) expect(found[i]).toBeNull();
    else expect(found[i]).toBeCloseTo(value, 8);
  }
}

describe('statistics of random flows', () => {
  it('are those of the textbook', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const times = timesOf(list);
        const rows = rowsOf('nfstream', packetsOf(list), { ...ONE_FLOW, splt: 20 });
        expect(rows).toHaveLength(1);
        const sides: [prefix: string, isIn: (entry: Step) => boolean][] = [
          ['bidirectional', () => true],
          ['src2dst', ({ backward }) => !backward],
          ['dst2src', ({ backward }) => backward],
        ];
        for (const [prefix, isIn] of sides) {
          const own = list.filter(isIn);
          const ownTimes = times.filter((_, i) => isIn(list[i]));
          expectPart(rows[0], expectedSide(prefix, own, ownTimes));
          expectDeviations(rows[0], prefix, own, ownTimes);
        }
        for (const [i, { backward, payload }] of list.slice(0, 20).entries()) {
          expect(rows[0][`splt_direction_${i + 1}`]).toBe(backward ? 1 : 0);
          expect(rows[0][`splt_ps_${i + 1}`]).toBe(54 + payload);
          expect(rows[0][`splt_piat_ms_${i + 1}`]).toBe(i === 0 ? 0 : list[i].gap);
        }
      }),
      RUNS,
    );
  });

  it('of both directions add up', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const [nf] = rowsOf('nfstream', packetsOf(list), ONE_FLOW);
        for (const name of Object.keys(nf).filter((key) => /^bidirectional_.*(packets|bytes)$/.test(key))) {
          const of = (prefix: string) => Number(nf[name.replace('bidirectional', prefix)]);
          expect(nf[name], name).toBe(of('src2dst') + of('dst2src'));
        }
        const [cic] = rowsOf('cicflowmeter', packetsOf(list), ONE_FLOW);
        const value = (name: string) => Number(cic[name]);
        const bytes = value('Total Length of Fwd Packets') + value('Total Length of Bwd Packets');
        const packets = value('Total Fwd Packets') + value('Total Backward Packets');
        expect(value('Packet Length Mean')).toBeCloseTo(bytes / packets, 9);
        expect(value('PSH Flag Count')).toBe(value('Fwd PSH Flags') + value('Bwd PSH Flags'));
        expect(value('Flow IAT Mean') * (packets - 1)).toBeCloseTo(value('Flow Duration'), 3);
        // Times of activity and idle times fill the flow.
        const gaps = list.slice(1).map(({ gap }) => gap);
        const idle = gaps.filter((gap) => gap > 5000);
        expect(cic['Idle Mean']).toBe(idle.length > 0 ? 6_000_000 : null);
        const active = (value('Flow Duration') - 6_000_000 * idle.length) / (idle.length + 1);
        expect(value('Active Mean')).toBeCloseTo(active, 3);
        const subflows = 1 + gaps.filter((gap) => gap > 1000).length;
        expect(value('Subflow Fwd Packets') * subflows).toBeCloseTo(value('Total Fwd Packets'), 9);
      }),
      RUNS,
    );
  });

  it('do not depend on how packets are batched', () => {
    const set = fc.constantFrom('nfstream' as const, 'cicflowmeter' as const);
    fc.assert(
      fc.property(set, steps, fc.integer({ min: 1, max: 7 }), (name, list, size) => {
        expect(rowsOf(name, packetsOf(list), {}, size)).toEqual(rowsOf(name, packetsOf(list)));
      }),
      RUNS,
    );
  });

  it('but for times between packets, do not depend on the order of reading', () => {
    const shuffled = steps.chain((list) =>
      fc.record({
        list: fc.constant(list),
        order: fc.shuffledSubarray([...list.keys()].slice(1), { minLength: list.length - 1 }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ list, order }) => {
        const packets = packetsOf(list);
        const [row] = rowsOf('nfstream', packets, ONE_FLOW);
        const [other] = rowsOf('nfstream', [packets[0], ...order.map((i) => packets[i])], ONE_FLOW);
        const kept = (values: Row): Row =>
          Object.fromEntries(Object.entries(values).filter(([name]) => !name.includes('piat')));
        expectRow({ ...kept(other), ...deviations(other) }, { ...kept(row), ...deviations(row) });
        for (const [name, value] of Object.entries(other)) {
          if (name.includes('piat')) expect(value === null || Number(value) >= 0, name).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

/** Sums of squares depend on the order in their last digits. */
const deviations = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => name.includes('stddev_ps'))
      .map(([name, value]) => [name, value === null ? null : Number(Number(value).toFixed(8))]),
  );
