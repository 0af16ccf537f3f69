import type { Packet } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { batchOf, packetAt, type Segment } from '../../test/packets.ts';
import { type BuildOptions, type BuiltFlows, buildFlows } from './build-flows.ts';
import { columnNames, FEATURE_TYPES, parseFeatureType } from './feature-shape.ts';
import { type FeatureOptions, Features, makeFeatures } from './features.ts';

const T0 = 1_600_000_000;
const there: Segment = { from: '10.0.0.1', to: '10.0.0.2', ports: [1000, 80] };
const udp: Segment = { from: '10.0.0.3', to: '10.0.0.4', ports: [53, 53], protocol: 'udp' };

/** Packets of one flow: seconds after the start, bytes on the wire (54 without payload, UDP 42). */
const flow = (segment: Segment, packets: readonly (readonly [seconds: number, size: number])[]): Packet[] =>
  packets.map(([seconds, size]) => {
    const bare = segment.protocol === 'udp' ? 42 : 54;
    const ipv6 = segment.from.includes(':') ? 20 : 0;
    return packetAt(T0 + seconds, { ...segment, payload: size - bare - ipv6 });
  });

const build = (packets: readonly Packet[], options: BuildOptions = {}): Promise<BuiltFlows> =>
  buildFlows(batchOf([...packets].sort((a, b) => Number(a.timestampNs - b.timestampNs))), options);

function rowsOf(features: Features): number[][] {
  const { values, rows, columns } = features.matrix();
  return Array.from({ length: rows }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]);
}

const rows = (built: BuiltFlows, options: FeatureOptions): number[][] => rowsOf(makeFeatures(built, options));

/** Three flows with 5, 4 and 2 packets, of 8, 3 and 1 seconds. */
const three = [
  ...flow(there, [
    [0, 60],
    [1, 100],
    [3, 80],
    [3, 1000],
    [8, 60],
  ]),
  ...flow(udp, [
    [0.5, 70],
    [1.5, 90],
    [2.5, 110],
    [3.5, 130],
  ]),
  ...flow({ ...there, from: '2001:db8::1', to: '2001:db8::2' }, [
    [1, 80],
    [2, 90],
  ]),
];
/** Nothing is split; columns for five packets. */
const whole: BuildOptions = { quantile: 1 };

describe('features of three flows', () => {
  it('IAT', async () => {
    const built = await build(three, whole);
    expect(built.interval).toBe(8);
    expect(rows(built, { type: 'IAT' })).toEqual([
      [1, 2, 0, 5],
      [1, 1, 1, 0],
      [1, 0, 0, 0],
    ]);
    expect(rows(built, { type: 'IAT', packets: 3 })).toEqual([
      [1, 2],
      [1, 1],
      [1, 0],
    ]);
  });

  it('SIZE', async () => {
    expect(rows(await build(three, whole), { type: 'SIZE' })).toEqual([
      [60, 100, 80, 1000, 60],
      [70, 90, 110, 130, 0],
      [80, 90, 0, 0, 0],
    ]);
  });

  it('IAT_SIZE: by turns, the last size at the end', async () => {
    expect(rows(await build(three, whole), { type: 'IAT_SIZE' })).toEqual([
      [1, 60, 2, 100, 0, 80, 5, 1000, 60],
      [1, 70, 1, 90, 1, 110, 130, 0, 0],
      [1, 80, 90, 0, 0, 0, 0, 0, 0],
    ]);
    expect(rows(await build(three, whole), { type: 'IAT_SIZE', packets: 2 })).toEqual([
      [1, 60, 2],
      [1, 70, 1],
      [1, 80, 90],
    ]);
  });

  it('STATS', async () => {
    const [first, second, third] = rows(await build(three, whole), { type: 'STATS' });
    // Mean 260 of 60, 100, 80, 1000, 60; squares of the differences: 2 * 200^2 + 160^2 + 180^2 + 740^2.
    const deviation = Math.sqrt((2 * 40_000 + 25_600 + 32_400 + 547_600) / 5);
    expect(first).toEqual([8, 0.625, 162.5, 260, deviation, 60, 80, 100, 60, 1000, 5, 1300]);
    expect(second).toEqual([3, 4 / 3, 400 / 3, 100, Math.sqrt(500), 85, 100, 115, 70, 130, 4, 400]);
    expect(third).toEqual([1, 2, 170, 85, 5, 82.5, 85, 87.5, 80, 90, 2, 170]);
  });

  it('SAMP_NUM and SAMP_SIZE: windows of 0.3 of the durations', async () => {
    const built = await build(three, whole);
    // Durations 1, 3, 8: the 0.3 quantile is 1 + 0.6 * 2.
    expect(makeFeatures(built, { type: 'SAMP_NUM' }).shape.window).toBe(2.2);
    expect(rows(built, { type: 'SAMP_NUM' })).toEqual([
      [2, 2, 0, 1],
      [3, 1, 0, 0],
      [2, 0, 0, 0],
    ]);
    expect(rows(built, { type: 'SAMP_SIZE' })).toEqual([
      [160, 1080, 0, 60],
      [270, 130, 0, 0],
      [170, 0, 0, 0],
    ]);
    expect(rows(built, { type: 'SAMP_NUM', window: 1, packets: 10 })[0]).toEqual([2, 0, 2, 0, 0, 0, 0, 1, 0]);
  });

  it('Fourier transforms, of the values as they are padded', async () => {
    const built = await build(three, whole);
    const [row] = rows(built, { type: 'IAT', fft: true });
    // Of 1, 2, 0, 5: the sum, 1 - 0, 1 - 2 + 0 - 5, 1 - 0.
    [8, 1, -6, 1].forEach((value, i) => {
      expect(row[i]).toBeCloseTo(value, 12);
    });
  });

  it('have a name for each column', async () => {
    const built = await build(three, whole);
    for (const type of FEATURE_TYPES) {
      for (const fft of [false, true]) {
        for (const header of [false, true]) {
          const features = makeFeatures(built, { type, fft, header });
          expect(features.columns).toHaveLength(features.matrix().columns);
          expect(new Set(features.columns).size).toBe(features.columns.length);
        }
      }
    }
    const { shape } = makeFeatures(built, { type: 'IAT_SIZE', header: true, packets: 2 });
    expect(columnNames(shape).slice(-4)).toEqual(['ttl_2', 'iat_0', 'size_0', 'iat_1']);
  });
});

describe('headers', () => {
  it('count flags and give TTLs behind VLAN tags, in tunnels and of IPv6', async () => {
    const segments: Segment[] = [
      { ...there, vlans: [5], flags: 'S', ttl: 33 },
      { ...there, vlans: [5], flags: 'PA', ttl: 34 },
      { from: '2001:db8::1', to: '2001:db8::2', flags: 'FA', ttl: 7 },
      { from: '2001:db8::1', to: '2001:db8::2', flags: 'A', ttl: 8 },
    ];
    const built = await build(segments.map((segment, i) => packetAt(T0 + i, segment)));
    expect(rows(built, { type: 'SIZE', header: true })).toEqual([
      [0, 1, 0, 1, 1, 0, 0, 0, 33, 34, 58, 58],
      [1, 0, 0, 0, 2, 0, 0, 0, 7, 8, 74, 74],
    ]);
  });

  it('are cut and padded like the values, and transformed apart from them', async () => {
    const built = await build(three, whole);
    const features = makeFeatures(built, { type: 'IAT', header: true, fft: true, packets: 3 });
    const [row] = rowsOf(features);
    expect(row).toHaveLength(8 + 2 + 2);
    // Five packets without flags, TTL 64, of which two columns are.
    expect(row[0]).toBeCloseTo(128, 10);
    expect(row.slice(10)).toEqual([3, -1]);
  });
});

describe('splits', () => {
  const gaps = flow(there, [
    [0, 60],
    [1, 60],
    [20, 60],
    [21, 60],
    [60, 60],
  ]);
  const other = flow(udp, [
    [0, 60],
    [2, 60],
  ]);

  it('keep every part that is long enough, the last one too', async () => {
    const built = await build(gaps, { interval: 5, minPackets: 1 });
    expect([...built.flows.packets.subarray(0, built.flows.size)]).toEqual([2, 2, 1]);
    const two = await build(gaps, { interval: 5 });
    expect([...two.flows.packets.subarray(0, two.flows.size)]).toEqual([2, 2]);
  });

  it('come at a quantile of the durations', async () => {
    const built = await build([...gaps, ...other], { quantile: 0.5 });
    expect(built.interval).toBe(31);
    expect(Array.from({ length: built.flows.size }, (_, i) => built.flows.duration(i))).toEqual([21, 2]);
  });

  it('do not come where no flow lasts', async () => {
    const built = await build([
      ...flow(there, [
        [0, 60],
        [0, 70],
      ]),
      ...flow(udp, [
        [1, 60],
        [1, 60],
      ]),
    ]);
    expect(built.interval).toBe(Number.POSITIVE_INFINITY);
    expect(rows(built, { type: 'SAMP_SIZE' })).toEqual([[130], [120]]);
    expect(rows(built, { type: 'STATS' })[0].slice(0, 3)).toEqual([0, 0, 0]);
  });

  it('come at a quantile of those that last, where most do not', async () => {
    const still = Array.from({ length: 9 }, (_, i) =>
      flow({ ...udp, ports: [i, 1] }, [
        [i, 60],
        [i, 60],
      ]),
    ).flat();
    const built = await build([...still, ...gaps], { quantile: 0.5 });
    expect(built.interval).toBe(60);
    expect(makeFeatures(built, { type: 'SAMP_NUM' }).shape.window).toBe(60);
  });
});

describe('flows of single packets', () => {
  it('are flows where asked for', async () => {
    const built = await build(flow(there, [[0, 60]]), { minPackets: 1 });
    expect(rows(built, { type: 'SIZE' })).toEqual([[60, 0]]);
    expect(rows(built, { type: 'IAT' })).toEqual([[0]]);
    expect(rows(built, { type: 'STATS' })).toEqual([[0, 0, 0, 60, 0, 60, 60, 60, 60, 60, 1, 60]]);
  });

  it('are none otherwise', async () => {
    await expect(build(flow(there, [[0, 60]]))).rejects.toMatchObject({ code: 'NO_FLOWS' });
  });
});

it('a shape made of some flows fits others', async () => {
  const { shape } = makeFeatures(await build(three, whole), { type: 'SAMP_NUM', header: true, fft: true });
  const others = await build(
    flow(there, [
      [0, 60],
      [1, 61],
      [2, 62],
    ]),
  );
  expect(new Features(others.flows, JSON.parse(JSON.stringify(shape))).matrix()).toMatchObject({
    rows: 1,
    columns: columnNames(shape).length,
  });
});

it('times are exact to the nanosecond', async () => {
  const packets = [3, 3.001, 3.001000001, 90_000.5].map((seconds) => packetAt(seconds, there));
  const built = await build(packets, { quantile: 1, tcpIdleSeconds: 1e6 });
  expect(rows(built, { type: 'IAT' })).toEqual([[0.001, 1e-9, 89_997.498999999]]);
});

describe('what cannot be', () => {
  it.each([
    [{ quantile: 0 }],
    [{ quantile: 1.1 }],
    [{ interval: 0 }],
    [{ interval: -1 }],
    [{ minPackets: 0 }],
    [{ quantile: Number.NaN }],
  ])('%j is refused', async (options) => {
    await expect(build(three, options)).rejects.toMatchObject({ code: 'FEATURES_INVALID', exitCode: 2 });
  });

  it('a shape without packets or windows is refused', async () => {
    const built = await build(three, whole);
    for (const options of [{ packets: 0 }, { packets: 1.5 }, { window: 0 }, { window: Number.NaN }]) {
      expect(() => makeFeatures(built, { type: 'SAMP_NUM', ...options })).toThrow(
        expect.objectContaining({ code: 'FEATURES_INVALID' }),
      );
    }
  });

  it('no packets are no flows', async () => {
    await expect(build([])).rejects.toMatchObject({ code: 'NO_FLOWS' });
    await expect(build([], { compat: 'netml' })).rejects.toMatchObject({
      code: 'NETML_FAILS',
      details: { error: expect.stringContaining('IndexError') },
    });
  });

  it('netml fails where its code does', async () => {
    const still = Array.from({ length: 9 }, (_, i) =>
      flow({ ...udp, ports: [i, 1] }, [
        [i, 60],
        [i, 60],
      ]),
    ).flat();
    const built = await build([...still, ...three], { compat: 'netml', quantile: 1 });
    expect(() => makeFeatures(built, { type: 'SAMP_NUM' })).toThrow(
      expect.objectContaining({ details: { error: expect.stringContaining('OverflowError') } }),
    );
    await expect(build([...still, ...three], { compat: 'netml', quantile: 0.1 })).rejects.toMatchObject({
      details: { error: expect.stringContaining('OverflowError') },
    });
  });

  it('names of types', () => {
    expect(parseFeatureType(' iat-size ')).toBe('IAT_SIZE');
    expect(parseFeatureType('FFT-SAMP_NUM')).toBe('SAMP_NUM');
    expect(() => parseFeatureType('IATS')).toThrow(/there is no feature type "IATS"/);
  });
});
