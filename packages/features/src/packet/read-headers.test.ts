import { encodeLayers, type LayerInput, LinkType } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { address, frameOf, type Segment } from '../../test/packets.ts';
import { classify, PacketKind } from './classify.ts';
import { PacketHeaders } from './packet-headers.ts';
import { readHeaders } from './read-headers.ts';

const A = '10.0.0.1';
const B = '10.0.0.2';

interface Options {
  linkType?: number;
  outer?: boolean;
  /** Bytes the capture did not keep. */
  cut?: number;
}

function read(frame: Buffer, { linkType = LinkType.ETHERNET, outer = false, cut = 0 }: Options = {}) {
  const h = new PacketHeaders();
  const block = Buffer.concat([Buffer.alloc(5, 0xee), frame, Buffer.alloc(9, 0xee)]);
  h.start(block, 5, frame.length - cut, frame.length);
  readHeaders(h, linkType, outer);
  return h;
}

const readSegment = (segment: Segment, options?: Options) => read(frameOf(segment), options);

const outerIp = (proto: number, innerLength: number, src = '192.0.2.1', dst = '192.0.2.2'): LayerInput => ({
  layer: 'ip',
  version: 4,
  ihl: 5,
  tos: 0,
  len: 20 + innerLength,
  id: 0,
  flags: 0,
  frag: 0,
  ttl: 9,
  proto,
  chksum: 0,
  src,
  dst,
});
const inner: Segment = { from: A, to: B, ports: [1000, 443], flags: 'SA', payload: 6, ttl: 33 };
const innerLength = 20 + 20 + 6;

describe('headers of a packet', () => {
  it('are read from Ethernet, IPv4 and TCP', () => {
    const h = readSegment({ from: A, to: B, ports: [1000, 443], flags: 'SAEC', payload: 10, ttl: 61 });
    expect(h).toMatchObject({
      version: 4,
      protocol: 6,
      hasPorts: true,
      sourcePort: 1000,
      destinationPort: 443,
      ttl: 61,
      tcpFlags: 0b11010010,
      transportLength: 20,
      payloadLength: 10,
      vlan: 0,
      tunnel: 0,
      networkAt: 5 + 14,
      transportAt: 5 + 34,
    });
    expect([address(h, 'source'), address(h, 'destination')]).toEqual([A, B]);
  });

  it('are read from IPv6 and UDP', () => {
    const h = readSegment({ from: '2001:db8::1', to: 'fe80::5', protocol: 'udp', ports: [5, 6], payload: 3 });
    expect(h).toMatchObject({
      version: 6,
      protocol: 17,
      sourcePort: 5,
      destinationPort: 6,
      payloadLength: 3,
    });
    expect([address(h, 'source'), address(h, 'destination')]).toEqual(['2001:db8::1', 'fe80::5']);
  });

  it('count the payload that was on the wire: no padding, but what the capture cut off', () => {
    expect(readSegment({ from: A, to: B, payload: 2, padding: 4 }).payloadLength).toBe(2);
    expect(readSegment({ from: A, to: B, payload: 500 }, { cut: 490 }).payloadLength).toBe(500);
    expect(readSegment({ from: A, to: B, protocol: 'udp', payload: 500 }, { cut: 490 }).payloadLength).toBe(
      500,
    );
  });

  it('count the frame’s own bytes where segmentation offload left the length 0', () => {
    const frame = frameOf({ from: A, to: B, payload: 30 });
    frame.writeUInt16BE(0, 16);
    expect(read(frame).payloadLength).toBe(30);
  });

  it.each([
    [[7], 7],
    [[0], 0],
    [[100, 200], (100 << 12) | 200],
    [[1, 2, 3], (2 << 12) | 3],
  ])('stand behind the VLAN tags %j', (vlans, vlan) => {
    expect(readSegment({ from: A, to: B, vlans })).toMatchObject({ vlan, hasPorts: true, tunnel: 0 });
  });

  it.each(['tcp', 'udp'] as const)('have ports as soon as four bytes of %s are there', (protocol) => {
    const segment: Segment = { from: A, to: B, protocol, flags: 'S' };
    const { length } = frameOf(segment);
    const cutTo = (bytes: number) => readSegment(segment, { cut: length - 34 - bytes });
    expect(classify(cutTo(4), false)).toBe(PacketKind.WHOLE);
    expect(cutTo(4)).toMatchObject({ sourcePort: 1000, destinationPort: 80, tcpFlags: 0 });
    expect(classify(cutTo(3), false)).toBe(PacketKind.NO_PORTS);
    if (protocol === 'tcp') expect(cutTo(14).tcpFlags).toBe(2);
  });

  it('tell fragments', () => {
    const first = readSegment({ from: A, to: B, protocol: 'udp', fragment: [0, true, 77], payload: 8 });
    expect(first).toMatchObject({ moreFragments: true, fragmentOffset: 0, fragmentId: 77, sourcePort: 1000 });
    expect(classify(first, false)).toBe(PacketKind.FIRST_FRAGMENT);
    const later = readSegment({ from: A, to: B, protocol: 'udp', fragment: [2, false, 77], payload: 8 });
    expect(later).toMatchObject({ fragmentOffset: 2, hasPorts: false, payloadLength: 8 });
    expect(classify(later, false)).toBe(PacketKind.LATER_FRAGMENT);
  });

  it('tell ICMP’s type, and go no further into what it quotes', () => {
    const quoted = encodeLayers([outerIp(6, 20), { layer: 'raw', load: '0050'.repeat(10) }]);
    const frame = Buffer.concat([
      encodeLayers([
        { layer: 'ether', dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01', type: 0x0800 },
        outerIp(1, 8 + quoted.length, A, B),
        { layer: 'icmp', type: 3, code: 1, chksum: 0, unused: 0, length: 0, nexthopmtu: 0 },
      ]),
      quoted,
    ]);
    const h = read(frame);
    expect(h).toMatchObject({ protocol: 1, icmpType: 3, icmpCode: 1, hasPorts: false });
    expect(address(h, 'source')).toBe(A);
    expect([classify(h, false), classify(h, true)]).toEqual([PacketKind.OTHER_PROTOCOL, PacketKind.WHOLE]);
  });

  it.each([
    [
      'no IP',
      encodeLayers([{ layer: 'ether', dst: 'ff:ff:ff:ff:ff:ff', src: '02:00:00:00:00:01', type: 0x0806 }]),
    ],
    ['nothing', Buffer.alloc(0)],
    ['another version', Buffer.concat([frameOf(inner).subarray(0, 14), Buffer.alloc(40, 0x55)])],
  ])('are not there: %s', (_name, frame) => {
    expect(classify(read(frame), true)).toBe(PacketKind.NOT_IP);
  });
});

describe('tunnels', () => {
  const gre = (key?: number): LayerInput[] => [
    outerIp(47, (key === undefined ? 4 : 8) + innerLength),
    {
      layer: 'gre',
      flags: key === undefined ? 0 : 0x2000,
      version: 0,
      proto: 0x0800,
      ...(key !== undefined && { key }),
    },
  ];
  const vxlan = (vni: number): LayerInput[] => [
    outerIp(17, 8 + 8 + 14 + innerLength),
    { layer: 'udp', sport: 3333, dport: 4789, len: 8 + 8 + 14 + innerLength, chksum: 0 },
    { layer: 'vxlan', flags: 8, reserved1: 0, vni, reserved2: 0 },
    { layer: 'ether', dst: '02:00:00:00:00:04', src: '02:00:00:00:00:03', type: 0x0800 },
  ];

  it.each([
    ['IP in IP', [outerIp(4, innerLength)], 4],
    ['GRE', gre(), 47],
    ['GRE with a key', gre(5), 47],
    ['VXLAN', vxlan(9), 17],
  ])('%s: the packet inside, or the one around it', (_name, tunnel, protocol) => {
    const inside = readSegment({ ...inner, tunnel });
    expect(inside).toMatchObject({
      protocol: 6,
      sourcePort: 1000,
      destinationPort: 443,
      tcpFlags: 0x12,
      ttl: 33,
    });
    expect(inside.payloadLength).toBe(6);
    expect([address(inside, 'source'), address(inside, 'destination')]).toEqual([A, B]);
    const around = readSegment({ ...inner, tunnel }, { outer: true });
    expect(around).toMatchObject({ protocol, ttl: 9, tunnel: 0, hasPorts: protocol === 17 });
    expect(address(around, 'source')).toBe('192.0.2.1');
  });

  it('are told apart by kind and identifier, not by their ends', () => {
    const tunnelOf = (tunnel?: LayerInput[]) => readSegment({ ...inner, ...(tunnel && { tunnel }) }).tunnel;
    const all = [undefined, [outerIp(4, innerLength)], gre(), gre(5), gre(6), vxlan(1), vxlan(2)].map(
      tunnelOf,
    );
    expect(new Set(all).size).toBe(all.length);
    expect(tunnelOf([outerIp(4, innerLength, '192.0.2.77')])).toBe(tunnelOf([outerIp(4, innerLength)]));
  });

  it('of PPTP, whose call identifiers differ by direction, are one both ways', () => {
    const pptp = (callId: number): LayerInput[] => [
      outerIp(47, 12 + 4 + innerLength),
      {
        layer: 'gre',
        flags: 0x3001,
        version: 1,
        proto: 0x880b,
        key: (4 + innerLength) * 0x10000 + callId,
        seqnum: 1,
      },
      { layer: 'raw', load: 'ff030021' },
    ];
    const [there, back] = [1, 2].map((callId) => readSegment({ ...inner, tunnel: pptp(callId) }));
    expect(there).toMatchObject({ sourcePort: 1000, tunnel: back.tunnel });
    expect(there.tunnel).not.toBe(0);
  });

  it('that are broken leave the packet around', () => {
    const frame = frameOf({ ...inner, tunnel: vxlan(9) });
    const h = read(frame.subarray(0, 14 + 20 + 8 + 8 + 14 + 10));
    expect(h).toMatchObject({ protocol: 17, sourcePort: 3333, destinationPort: 4789 });
    expect(address(h, 'source')).toBe('192.0.2.1');
  });
});

it('one object reads packet after packet, and forgets', () => {
  const h = new PacketHeaders();
  const frames = [
    frameOf({ from: A, to: B, vlans: [5], flags: 'S', payload: 5 }),
    frameOf({ from: '2001:db8::1', to: '2001:db8::2', protocol: 'udp' }),
    Buffer.alloc(3),
    frameOf({ from: A, to: B, protocol: 'udp', fragment: [2, true, 9], payload: 8 }),
  ];
  for (const frame of [...frames, ...frames].reverse()) {
    h.start(frame, 0, frame.length, frame.length);
    readHeaders(h, LinkType.ETHERNET, false);
    const { data: _data, ...got } = h;
    const { data: _other, ...fresh } = read(frame);
    if (h.version === 0) expect(classify(h, true)).toBe(PacketKind.NOT_IP);
    else {
      const shift = (value: number) => (value < 0 ? value : value - 5);
      expect({ ...got }).toEqual({
        ...fresh,
        pos: shift(fresh.pos),
        end: shift(fresh.end),
        wireEnd: shift(fresh.wireEnd),
        networkAt: shift(fresh.networkAt),
        transportAt: shift(fresh.transportAt),
      });
    }
  }
});
