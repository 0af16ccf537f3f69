import { encodeLayers, LinkType, type Packet } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { captured, packetAt, type Segment } from '../../test/packets.ts';
import { type CollectOptions, FlowCollector } from './flow-collector.ts';
import { FlowEnd } from './flow-observer.ts';
import type { FlowSet } from './flow-set.ts';
import { PacketFlag } from './packet-store.ts';

const A = '10.0.0.1';
const B = '10.0.0.2';
const T0 = 1_600_000_000;
const there: Segment = { from: A, to: B, ports: [1000, 80] };
const back: Segment = { from: B, to: A, ports: [80, 1000] };

/** `protocol source:port > destination:port packets sizes reason`, of each flow. */
function describeFlows(flows: FlowSet): string[] {
  const reasons = Object.entries(FlowEnd);
  return Array.from({ length: flows.size }, (_, i) => {
    const { source, sourcePort, destination, destinationPort } = flows.keyOf(i);
    const reason = reasons.find(([, code]) => code === flows.reason[i])?.[0];
    return `${source}:${sourcePort} > ${destination}:${destinationPort} x${flows.packets[i]} ${reason}`;
  });
}

function collect(packets: readonly Packet[], options: CollectOptions = {}) {
  const collector = new FlowCollector(options);
  collector.add(packets);
  const flows = collector.finish();
  return { flows, text: describeFlows(flows), counts: collector.counts };
}

const handshake = (start: number): Packet[] => [
  packetAt(start, { ...there, flags: 'S' }),
  packetAt(start + 0.001, { ...back, flags: 'SA' }),
  packetAt(start + 0.002, { ...there, flags: 'A' }),
];

describe('directions', () => {
  it('are flows of their own', () => {
    expect(collect(handshake(T0)).text).toEqual([
      '10.0.0.1:1000 > 10.0.0.2:80 x2 CAPTURE_END',
      '10.0.0.2:80 > 10.0.0.1:1000 x1 CAPTURE_END',
    ]);
  });

  it('are one flow where asked for, forward as the first packet goes', () => {
    const { flows, text } = collect(handshake(T0), { bidirectional: true });
    expect(text).toEqual(['10.0.0.1:1000 > 10.0.0.2:80 x3 CAPTURE_END']);
    const { store, firstPacket } = flows;
    const second = store.next(firstPacket[0]);
    const flags = [firstPacket[0], second, store.next(second)].map((packet) => store.flags(packet));
    expect(flags).toEqual([2, 0x12 | PacketFlag.BACKWARD, 0x10]);
  });

  it('between the same port and address are one all the same', () => {
    const self: Segment = { from: A, to: A, ports: [7, 7] };
    const { text } = collect([packetAt(T0, self), packetAt(T0 + 1, self)], { bidirectional: true });
    expect(text).toEqual(['10.0.0.1:7 > 10.0.0.1:7 x2 CAPTURE_END']);
  });
});

describe('TCP’s ends', () => {
  const bidirectional = true;

  it('a RST ends a connection: the next SYN begins another', () => {
    const packets = [
      ...handshake(T0),
      packetAt(T0 + 1, { ...back, flags: 'R' }),
      packetAt(T0 + 1.1, { ...there, flags: 'A' }),
      ...handshake(T0 + 2),
    ];
    expect(collect(packets, { bidirectional }).text).toEqual([
      '10.0.0.1:1000 > 10.0.0.2:80 x5 CLOSED',
      '10.0.0.1:1000 > 10.0.0.2:80 x3 CAPTURE_END',
    ]);
    expect(collect(packets, { bidirectional, tcpEndSeconds: false }).text).toEqual([
      '10.0.0.1:1000 > 10.0.0.2:80 x8 CAPTURE_END',
    ]);
  });

  it('FIN ends it when both sides have sent one; the last ACK belongs to it', () => {
    const packets = [
      ...handshake(T0),
      packetAt(T0 + 1, { ...there, flags: 'FA' }),
      packetAt(T0 + 2, { ...back, flags: 'A' }),
      packetAt(T0 + 200, { ...back, flags: 'FA' }),
      packetAt(T0 + 200.1, { ...there, flags: 'A' }),
    ];
    expect(collect(packets, { bidirectional }).text).toEqual(['10.0.0.1:1000 > 10.0.0.2:80 x7 CLOSED']);
  });

  it('stragglers are waited for only so long', () => {
    const packets = [
      packetAt(T0, { ...there, flags: 'R' }),
      packetAt(T0 + 4, { ...there, flags: 'A' }),
      packetAt(T0 + 10, { ...there, flags: 'A' }),
    ];
    expect(collect(packets).text).toEqual([
      '10.0.0.1:1000 > 10.0.0.2:80 x2 CLOSED',
      '10.0.0.1:1000 > 10.0.0.2:80 x1 CAPTURE_END',
    ]);
  });

  it('a retransmitted SYN or FIN begins nothing', () => {
    const packets = [
      packetAt(T0, { ...there, flags: 'S' }),
      packetAt(T0 + 1, { ...there, flags: 'S' }),
      packetAt(T0 + 2, { ...there, flags: 'FA' }),
      packetAt(T0 + 3, { ...there, flags: 'FA' }),
    ];
    expect(collect(packets).text).toEqual(['10.0.0.1:1000 > 10.0.0.2:80 x4 CLOSED']);
  });
});

describe('time-outs', () => {
  const idle = { tcpIdleSeconds: 10, idleSeconds: 2 };
  const udp: Segment = { ...there, protocol: 'udp' };

  it('end a flow at a longer gap, and not at an equal one', () => {
    const times = [0, 10, 20.001];
    expect(
      collect(
        times.map((s) => packetAt(T0 + s, there)),
        idle,
      ).text,
    ).toEqual(['10.0.0.1:1000 > 10.0.0.2:80 x2 IDLE', '10.0.0.1:1000 > 10.0.0.2:80 x1 CAPTURE_END']);
    expect(
      collect(
        [0, 2, 4.5].map((s) => packetAt(T0 + s, udp)),
        idle,
      ).text,
    ).toEqual(['10.0.0.1:1000 > 10.0.0.2:80 x2 IDLE', '10.0.0.1:1000 > 10.0.0.2:80 x1 CAPTURE_END']);
  });

  it('end a flow that lasts', () => {
    const packets = [0, 1, 2, 3, 4, 5].map((s) => packetAt(T0 + s, there));
    expect(collect(packets, { activeSeconds: 2 }).text).toEqual([
      '10.0.0.1:1000 > 10.0.0.2:80 x3 ACTIVE',
      '10.0.0.1:1000 > 10.0.0.2:80 x3 CAPTURE_END',
    ]);
  });

  it('end flows when told the time, without packets', () => {
    const collector = new FlowCollector(idle);
    collector.add([packetAt(T0, there), packetAt(T0, udp)]);
    collector.expire(T0 + 5, 0);
    expect(describeFlows(collector.takeEnded())).toEqual(['10.0.0.1:1000 > 10.0.0.2:80 x1 IDLE']);
    collector.expire(T0 + 11, 0);
    expect(collector.takeEnded().size).toBe(1);
    expect(collector.finish().size).toBe(0);
  });

  it('end flows soon where asked for, when others have moved time on', () => {
    const collector = new FlowCollector({ ...idle, lateSeconds: 1 });
    const endedAt = (...seconds: number[]) => {
      for (const s of seconds) collector.add([packetAt(T0 + s, back)]);
      return describeFlows(collector.takeEnded());
    };
    collector.add([packetAt(T0, there)]);
    // One packet's time may be wrong.
    expect(endedAt(1, 2, 10.9, 500)).not.toContain('10.0.0.1:1000 > 10.0.0.2:80 x1 IDLE');
    expect(endedAt(11.3)).toEqual(['10.0.0.1:1000 > 10.0.0.2:80 x1 IDLE']);
  });

  it('are not over for all because of one packet with a wrong time', () => {
    const packets = Array.from({ length: 3000 }, (_, i) => packetAt(T0 + i / 1000, i % 2 ? there : back));
    packets[1023] = packetAt(T0 + 1e8, { from: A, to: '10.0.0.9' });
    const { text } = collect(packets, idle);
    expect(text.filter((flow) => flow.includes('x1 '))).toHaveLength(1);
    expect(text).toHaveLength(3);
  });
});

describe('networks', () => {
  it('VLANs are apart, unless they are to be one', () => {
    const packets = [packetAt(T0, { ...there, vlans: [1] }), packetAt(T0, { ...there, vlans: [2] })];
    const { flows } = collect(packets);
    expect([flows.keyOf(0).vlan, flows.keyOf(1).vlan]).toEqual([1, 2]);
    expect(collect(packets, { separateNetworks: false }).text).toEqual([
      '10.0.0.1:1000 > 10.0.0.2:80 x2 CAPTURE_END',
    ]);
  });

  it('IPv4 and IPv6 are apart, each address counts', () => {
    const hosts = ['10.0.0.1', '10.0.0.2', '::a00:1', '2001:db8::1', '2001:db8:0:1::1', '2001:db8::1:0:1'];
    const packets = hosts.map((from) =>
      packetAt(T0, { from, to: from.includes(':') ? '2001:db8::9' : '10.0.0.9' }),
    );
    const { flows } = collect([...packets, ...packets], { bidirectional: true });
    expect(flows.size).toBe(hosts.length);
    expect(Array.from({ length: flows.size }, (_, i) => flows.keyOf(i).ipVersion)).toEqual([
      4, 4, 6, 6, 6, 6,
    ]);
  });

  it('all of IP, where asked for', () => {
    const icmp = packetAt(T0, there);
    icmp.data[14 + 9] = 1;
    const sctp = packetAt(T0, there);
    sctp.data[14 + 9] = 132;
    const arp = captured(Buffer.alloc(60), T0);
    const some = collect([icmp, sctp, arp]);
    expect(some.text).toEqual([]);
    expect(some.counts).toMatchObject({ packets: 3, inFlows: 0, otherProtocols: 2, notIp: 1 });
    const all = collect([icmp, sctp, arp], { protocols: 'all' });
    expect(all.text).toEqual([
      '10.0.0.1:0 > 10.0.0.2:0 x1 CAPTURE_END',
      '10.0.0.1:1000 > 10.0.0.2:80 x1 CAPTURE_END',
    ]);
  });
});

/** A frame whose IPv6 packet is a fragment that begins with destination options. */
function fragmentOf6(offset: number, more: boolean, load: string): Buffer {
  const header = Buffer.from('3c00000000000009', 'hex');
  header.writeUInt16BE((offset << 3) | (more ? 1 : 0), 2);
  const body = Buffer.concat([header, Buffer.from(load, 'hex')]);
  const ends = { src: '2001:db8::1', dst: '2001:db8::2' };
  const ip = {
    layer: 'ipv6',
    version: 6,
    tc: 0,
    fl: 0,
    plen: body.length,
    nh: 44,
    hlim: 64,
    ...ends,
  } as const;
  const link = { layer: 'ether', dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01', type: 0x86dd } as const;
  return Buffer.concat([encodeLayers([link, ip]), body]);
}

describe('fragments', () => {
  const part = (offset: number, more: boolean, id = 5): Segment => ({
    ...there,
    protocol: 'udp',
    payload: 16,
    fragment: [offset, more, id],
  });

  it('belong to the flow of their first one, in any order', () => {
    const orders = [
      [part(0, true), part(3, true), part(5, false)],
      [part(5, false), part(3, true), part(0, true)],
      [part(3, true), part(0, true), part(5, false)],
    ];
    for (const order of orders) {
      const { text, counts } = collect(order.map((segment, i) => packetAt(T0 + i, segment)));
      expect(text).toEqual(['10.0.0.1:1000 > 10.0.0.2:80 x3 CAPTURE_END']);
      expect(counts).toMatchObject({ packets: 3, inFlows: 3, orphanFragments: 0 });
    }
  });

  it('of datagrams with other identifiers, addresses or protocols are others', () => {
    const { counts } = collect([
      packetAt(T0, part(0, true, 1)),
      packetAt(T0, part(3, false, 2)),
      packetAt(T0, { ...part(3, false, 1), from: '10.0.0.77' }),
      packetAt(T0, { ...part(3, false, 1), protocol: 'tcp' }),
    ]);
    expect(counts).toMatchObject({ inFlows: 1, orphanFragments: 3 });
  });

  it('of IPv6 may name an extension header, whose protocol only the first one shows', () => {
    const options = '1100010400000000';
    const datagram = [
      fragmentOf6(0, true, `${options}03e80050001800000102030405060708`),
      fragmentOf6(3, false, 'ff'),
    ];
    for (const frames of [datagram, datagram.toReversed()]) {
      const { text, counts } = collect(frames.map((frame, i) => captured(frame, T0 + i)));
      expect(text).toEqual(['2001:db8::1:1000 > 2001:db8::2:80 x2 CAPTURE_END']);
      expect(counts).toMatchObject({ packets: 2, inFlows: 2, orphanFragments: 0, otherProtocols: 0 });
    }
  });

  it('that come a minute later are others too', () => {
    const { counts } = collect([packetAt(T0, part(0, true)), packetAt(T0 + 61, part(3, false))]);
    expect(counts).toMatchObject({ inFlows: 1, orphanFragments: 1 });
  });

  it('without end are counted and not kept', () => {
    const collector = new FlowCollector();
    for (let round = 0; round < 30; round++) {
      collector.add(
        Array.from({ length: 1000 }, (_, i) => {
          const packet = packetAt(T0, part(3, true, 0));
          packet.data.writeUInt16BE((round * 1000 + i) & 0xffff, 18);
          return packet;
        }),
      );
    }
    collector.finish();
    expect(collector.counts).toMatchObject({ packets: 30_000, inFlows: 0, orphanFragments: 30_000 });
  });
});

describe('limits', () => {
  it('of flows: the one that waited longest makes room, and is counted', () => {
    const flow = (port: number, time: number) => packetAt(T0 + time, { ...there, ports: [port, 80] });
    const { text, counts } = collect([flow(1, 0), flow(2, 1), flow(1, 2), flow(3, 3), flow(4, 4)], {
      maxFlows: 2,
    });
    expect(text).toEqual([
      '10.0.0.1:1 > 10.0.0.2:80 x2 EVICTED',
      '10.0.0.1:2 > 10.0.0.2:80 x1 EVICTED',
      '10.0.0.1:3 > 10.0.0.2:80 x1 CAPTURE_END',
      '10.0.0.1:4 > 10.0.0.2:80 x1 CAPTURE_END',
    ]);
    expect(counts).toMatchObject({ flows: 4, evictedFlows: 2, inFlows: 5 });
  });

  it('of packets held: an error at the end of a capture, flows that end early on the way', () => {
    const packets = Array.from({ length: 50 }, (_, i) =>
      packetAt(T0 + i, { ...there, ports: [1 + (i % 5), 80] }),
    );
    expect(() => collect(packets, { maxPackets: 20 })).toThrow(
      expect.objectContaining({ code: 'TOO_MANY_PACKETS', details: { limit: 20 } }),
    );
    const collector = new FlowCollector({ maxPackets: 20 });
    let packetsOut = 0;
    for (const packet of packets) {
      const ended = collector.takeEnded();
      packetsOut += ended.packets.reduce((sum, count) => sum + count, 0);
      collector.release(ended);
      collector.add([packet]);
    }
    expect(packetsOut).toBeGreaterThan(20);
    expect(collector.counts.evictedFlows).toBeGreaterThan(0);
    const rest = collector.finish();
    expect(packetsOut + rest.packets.reduce((sum, count) => sum + count, 0)).toBe(50);
  });

  it('hold memory in bounds, however many flows and packets come', () => {
    const frame = packetAt(T0, there).data;
    const length = 1000;
    const column = (value: number) => new Uint32Array(length).fill(value);
    const batch = {
      length,
      data: Buffer.concat(Array.from({ length }, () => frame)),
      offset: column(0).map((_, i) => i * frame.length),
      capturedLength: column(frame.length),
      originalLength: column(frame.length),
      linkType: column(LinkType.ETHERNET),
      seconds: new Float64Array(length).fill(T0),
      nanos: column(0),
    };
    const collector = new FlowCollector({ maxFlows: 2000, maxPackets: 5000 });
    let flows = 0;
    const round = (number: number) => {
      for (let i = 0; i < length; i++) batch.data.writeUInt32BE(number * length + i, i * frame.length + 26);
      collector.add(batch);
      const ended = collector.takeEnded();
      flows += ended.size;
      collector.release(ended);
    };
    collector.takeEnded();
    for (let number = 0; number < 50; number++) round(number);
    const before = process.memoryUsage().arrayBuffers;
    for (let number = 50; number < 500; number++) round(number);
    // Two segments of packets, and sets that nobody has collected yet.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 << 20);
    expect(flows).toBe(500 * length - 2000);
    expect(collector.counts).toMatchObject({ packets: 500 * length, evictedFlows: flows });
  });

  it('thousands of flows at once', () => {
    const packets = Array.from({ length: 20_000 }, (_, i) =>
      packetAt(T0 + i / 1e6, { from: `10.1.${i % 100}.${(i / 100) | 0}`, to: B, ports: [i % 7, 80] }),
    );
    const { flows } = collect([...packets, ...packets].map((packet) => packet));
    expect(flows.size).toBe(20_000);
    expect(new Set(flows.packets.subarray(0, flows.size))).toEqual(new Set([2]));
  });
});

it('options that make no sense are refused', () => {
  for (const options of [
    { tcpIdleSeconds: -1 },
    { idleSeconds: Number.NaN },
    { maxFlows: 0 },
    { maxFlows: 1.5 },
  ]) {
    expect(() => new FlowCollector(options)).toThrow(expect.objectContaining({ code: 'FEATURES_INVALID' }));
  }
});

it('sizes are those of the wire, or of the capture', () => {
  const packet = packetAt(T0, { ...there, payload: 100 }, 60);
  const size = ({ flows }: { flows: FlowSet }) => flows.store.size(flows.firstPacket[0]);
  expect([size(collect([packet])), size(collect([packet], { lengths: 'captured' }))]).toEqual([154, 94]);
});

it('frames of other link layers are flows as well', () => {
  const { data } = packetAt(T0, there);
  const raw = captured(data.subarray(14), T0, { linkType: LinkType.RAW });
  const nothing = captured(data, T0, { linkType: 9999 });
  expect(collect([raw, nothing])).toMatchObject({
    text: ['10.0.0.1:1000 > 10.0.0.2:80 x1 CAPTURE_END'],
    counts: { inFlows: 1, notIp: 1 },
  });
});
