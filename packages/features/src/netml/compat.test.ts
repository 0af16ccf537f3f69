import { type LayerInput, LinkType, type Packet } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { batchOf, captured, frameOf, packetAt, type Segment } from '../../test/packets.ts';
import { type BuildOptions, buildFlows } from './build-flows.ts';
import { makeFeatures } from './features.ts';

/* netml 0.7.1 as it is, on packets made here. */

const T0 = 1_600_000_000;
const there: Segment = { from: '10.0.0.1', to: '10.0.0.2', ports: [1000, 80], flags: 'S' };
const udp: Segment = { from: '10.0.0.3', to: '10.0.0.4', ports: [5, 53], protocol: 'udp' };
const NOTHING_SPLIT: BuildOptions = { compat: 'netml', quantile: 1 };

const at = (segment: Segment, seconds: readonly number[]): Packet[] =>
  seconds.map((second) => packetAt(T0 + second, segment));

const build = (packets: readonly Packet[], options: BuildOptions = NOTHING_SPLIT) =>
  buildFlows(batchOf(packets), options);

/** `source:port > destination:port/protocol xPackets` of each flow. */
async function flowsOf(packets: readonly Packet[], options?: BuildOptions): Promise<string[]> {
  const { flows } = await build(packets, options);
  return Array.from({ length: flows.size }, (_, i) => {
    const { source, sourcePort, destination, destinationPort, protocol } = flows.keyOf(i);
    return `${source}:${sourcePort} > ${destination}:${destinationPort}/${protocol} x${flows.packets[i]}`;
  });
}

async function headersOf(packets: readonly Packet[]): Promise<number[]> {
  const { values } = makeFeatures(await build(packets), { type: 'SIZE', header: true, packets: 2 }).matrix();
  return [...values.subarray(0, 10)];
}

describe('keys', () => {
  it('go one way, in the order in which flows begin', async () => {
    const back: Segment = { ...there, from: there.to, to: there.from, ports: [80, 1000] };
    const packets = [
      ...at(udp, [0]),
      ...at(there, [1]),
      ...at(back, [1, 2]),
      ...at(there, [2]),
      ...at(udp, [3]),
    ];
    expect(await flowsOf(packets)).toEqual([
      '10.0.0.3:5 > 10.0.0.4:53/17 x2',
      '10.0.0.1:1000 > 10.0.0.2:80/6 x2',
      '10.0.0.2:80 > 10.0.0.1:1000/6 x2',
    ]);
  });

  it('of IPv6 are all the same', async () => {
    const packets = [
      ...at({ from: '2001:db8::1', to: '2001:db8::2' }, [0]),
      ...at({ from: '2001:db8::3', to: '2001:db8::4', protocol: 'udp' }, [1]),
    ];
    expect(await flowsOf(packets)).toEqual([':-1 > :-1/-1 x2']);
  });

  it('in tunnels are the outer addresses with the inner ports', async () => {
    const tunnel: LayerInput[] = [
      {
        layer: 'ip',
        version: 4,
        ihl: 5,
        tos: 0,
        len: 60,
        id: 0,
        flags: 0,
        frag: 0,
        ttl: 9,
        proto: 4,
        chksum: 0,
        src: '192.0.2.1',
        dst: '192.0.2.2',
      },
    ];
    const packets = at({ ...there, tunnel }, [0, 1]);
    expect(await flowsOf(packets)).toEqual(['192.0.2.1:1000 > 192.0.2.2:80/6 x2']);
    // Flags are looked for at a fixed depth; the TTL is the outer one.
    expect(await headersOf(packets)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 9, 9]);
  });

  it('do not look at VLANs', async () => {
    const packets = [...at({ ...there, vlans: [1] }, [0]), ...at({ ...there, vlans: [2] }, [1])];
    expect(await flowsOf(packets)).toEqual(['10.0.0.1:1000 > 10.0.0.2:80/6 x2']);
    expect(await headersOf(packets)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 64, 64]);
  });

  it('need a whole transport header: no later fragments, no cut ones', async () => {
    const cut = frameOf(udp).subarray(0, 14 + 20 + 7);
    const later: Segment = { ...udp, payload: 8, fragment: [2, false, 5] };
    const packets = [...at(udp, [0]), captured(cut, T0 + 1), ...at(later, [2]), ...at(udp, [3])];
    expect(await flowsOf(packets)).toEqual(['10.0.0.3:5 > 10.0.0.4:53/17 x2']);
  });
});

describe('headers', () => {
  it('count flags over IPv4 in Ethernet', async () => {
    expect(await headersOf(at(there, [0, 1]))).toEqual([0, 2, 0, 0, 0, 0, 0, 0, 64, 64]);
  });

  it.each([
    ['IPv6', at({ from: '2001:db8::1', to: '2001:db8::2' }, [0, 1])],
    ['raw IP', [0, 1].map((i) => captured(frameOf(there).subarray(14), T0 + i, { linkType: LinkType.RAW }))],
  ])('are none in %s', async (_name, packets) => {
    await expect(headersOf(packets)).rejects.toMatchObject({
      code: 'NETML_FAILS',
      details: { error: 'AttributeError: proto' },
    });
  });
});

describe('sizes', () => {
  it('are those captured', async () => {
    const packets = [0, 1].map((i) => packetAt(T0 + i, { ...there, payload: 100 }, 50));
    const { values } = makeFeatures(await build(packets), { type: 'SIZE' }).matrix();
    expect([...values]).toEqual([104, 104]);
  });
});

describe('splits', () => {
  it('at time-outs lose the last part', async () => {
    const packets = at(there, [0, 1, 700, 701, 702, 1400, 1401]);
    expect(await flowsOf(packets)).toEqual([
      '10.0.0.1:1000 > 10.0.0.2:80/6 x2',
      '10.0.0.1:1000 > 10.0.0.2:80/6 x3',
    ]);
  });

  it('at time-outs of TCP for UDP too, where a port is 6', async () => {
    const options: BuildOptions = { ...NOTHING_SPLIT, tcpIdleSeconds: 10, idleSeconds: 100 };
    const times = [0, 1, 50, 51];
    expect(await flowsOf(at({ ...udp, ports: [5, 7] }, times), options)).toEqual([
      '10.0.0.3:5 > 10.0.0.4:7/17 x4',
    ]);
    expect(await flowsOf(at({ ...udp, ports: [5, 6] }, times), options)).toEqual([
      '10.0.0.3:5 > 10.0.0.4:6/17 x2',
    ]);
  });

  it('at intervals count from the window behind the first packet of a part', async () => {
    // Windows of 5 s: the packet at 14 lies in the one from 10 on, so the next is 6 s behind and not 2.
    const packets = at(there, [0, 1, 14, 16, 17, 18]);
    const { flows } = await build(packets, { compat: 'netml', interval: 5 });
    expect([...flows.packets.subarray(0, flows.size)]).toEqual([2]);
    const plain = await build(packets, { interval: 5 });
    expect([...plain.flows.packets.subarray(0, plain.flows.size)]).toEqual([2, 4]);
  });

  it('at a given interval leave no features', async () => {
    const built = await build(at(there, [0, 1]), { compat: 'netml', interval: 5 });
    expect(() => makeFeatures(built, { type: 'IAT' })).toThrow(
      expect.objectContaining({
        details: { error: "AttributeError: 'PCAP' object has no attribute 'q_interval'" },
      }),
    );
  });

  it('leave no flows of single packets, whatever is asked for', async () => {
    const packets = [...at(there, [0]), ...at(udp, [0, 1])];
    expect(await flowsOf(packets, { ...NOTHING_SPLIT, minPackets: 1 })).toEqual([
      '10.0.0.3:5 > 10.0.0.4:53/17 x2',
    ]);
  });
});

it('times are seconds since 1970 as doubles, with what these lose', async () => {
  const built = await build([packetAt(T0 + 0.25, there), packetAt(T0 + 0.75, there)]);
  const exact = await build([packetAt(0.001, there), packetAt(0.003, there)]);
  expect([...makeFeatures(built, { type: 'IAT' }).matrix().values]).toEqual([0.5]);
  expect([...makeFeatures(exact, { type: 'IAT' }).matrix().values]).toEqual([0.003 - 0.001]);
});

it('packets in disorder are sorted by time, equal times as they came', async () => {
  const packets = [3, 1, 2, 1].map((second, i) => packetAt(T0 + second, { ...there, payload: i }));
  const built = await build(packets);
  expect([...makeFeatures(built, { type: 'IAT_SIZE' }).matrix().values]).toEqual([0, 55, 1, 57, 1, 56, 54]);
});
