import { encodeLayers, type LayerInput, LinkType } from '@antinex/decoder';

/** A frame and the link type it is one of. */
export interface Sample {
  readonly frame: Buffer;
  readonly linkType: number;
}

const MAC = { dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01' };
const ether = (type: number): LayerInput => ({ layer: 'ether', ...MAC, type });
const ip = (proto: number, len: number, more: object = {}): LayerInput => ({
  layer: 'ip',
  version: 4,
  ihl: 5,
  tos: 0,
  len,
  id: 1,
  flags: 2,
  frag: 0,
  ttl: 64,
  proto,
  chksum: 0,
  src: '192.0.2.10',
  dst: '198.51.100.20',
  ...more,
});
const ipv6 = (nh: number, plen: number, more: object = {}): LayerInput => ({
  layer: 'ipv6',
  version: 6,
  tc: 0,
  fl: 0x12345,
  plen,
  nh,
  hlim: 64,
  src: '2001:db8:1::10',
  dst: '2001:db8:2::20',
  ...more,
});
const tcp = (dport: number, more: object = {}): LayerInput => ({
  layer: 'tcp',
  sport: 43600,
  dport,
  seq: 1,
  ack: 2,
  dataofs: 5,
  reserved: 0,
  flags: 0x18,
  window: 64240,
  chksum: 0,
  urgptr: 0,
  ...more,
});
const udp = (dport: number, len: number): LayerInput => ({
  layer: 'udp',
  sport: 44280,
  dport,
  len,
  chksum: 0,
});
const raw = (bytes: number, byte = 'a5'): LayerInput => ({ layer: 'raw', load: byte.repeat(bytes) });
const ARP: LayerInput = {
  layer: 'arp',
  hwtype: 1,
  ptype: 0x800,
  hwlen: 6,
  plen: 4,
  op: 1,
  hwsrc: MAC.src,
  psrc: '192.0.2.1',
  hwdst: MAC.dst,
  pdst: '192.0.2.2',
};
const icmp = (more: object): LayerInput => ({ layer: 'icmp', code: 0, chksum: 0, ...more });
const icmpv6 = (more: object): LayerInput => ({ layer: 'icmpv6', code: 0, cksum: 0, ...more });
const gre = (proto: number, more: object = {}): LayerInput => ({ layer: 'gre', flags: 0, proto, ...more });
const mpls = (...label: number[]): LayerInput => ({
  layer: 'mpls',
  label,
  cos: label.map(() => 0),
  s: label.map((_, i) => Number(i === label.length - 1)),
  ttl: label.map(() => 64),
});
const tags = (...type: number[]): LayerInput => ({
  layer: 'dot1q',
  prio: type.map(() => 3),
  dei: type.map(() => 0),
  vlan: type.map((_, i) => 100 + i),
  type,
});
const question = { qname: 'www.example.test.', qtype: 1, qclass: 1 };
const dns = (more: object = {}): LayerInput => ({
  layer: 'dns',
  id: 7,
  qr: 1,
  opcode: 0,
  aa: 0,
  tc: 0,
  rd: 1,
  ra: 1,
  z: 0,
  ad: 0,
  cd: 0,
  rcode: 0,
  qd: [question],
  an: [{ rrname: 'www.example.test.', type: 1, rclass: 1, ttl: 60, rdlen: 4, rdata: '192.0.2.1' }],
  ...more,
});
const SYN_OPTIONS = { raw: '020405b40402080ae1a7e7d9000000000103030a' };
const ROUTER_OPTIONS = {
  raw: '030440c0ffffffffffffffff0000000020010db800010000000000000000000005010000000005dc0101020000000101',
};

const ETHERNET: readonly LayerInput[][] = [
  [ether(0x0800), ip(6, 60), tcp(80, { dataofs: 10, flags: 2, options: SYN_OPTIONS })],
  [ether(0x0800), ip(6, 60), tcp(80), raw(20), { layer: 'padding', load: '0000' }],
  [ether(0x0800), ip(6, 0), tcp(443), raw(200)],
  [ether(0x0800), ip(17, 28 + 66), udp(53, 74), dns()],
  [ether(0x0800), ip(6, 40 + 68), tcp(53), dns({ length: 66 })],
  [ether(0x86dd), ipv6(17, 74), udp(5353, 74), dns()],
  [ether(0x0800), ip(17, 76), udp(123, 56), { layer: 'ntp', leap: 0, version: 4, mode: 3 }, raw(47)],
  [ether(0x0800), ip(17, 20 + 8 + 248), udp(67, 256), { layer: 'dhcp', op: 1 }, raw(247, '00')],
  [ether(0x0800), ip(17, 28 + 8, { flags: 1 }), udp(5000, 1400), raw(8)],
  [ether(0x0800), ip(17, 28, { frag: 185 }), raw(8)],
  [ether(0x0800), ip(1, 32, { ihl: 6, options: { raw: '94040000' } }), icmp({ type: 8, id: 1, seq: 2 })],
  [ether(0x0800), ip(1, 56, { ihl: 9, options: { raw: '070f04c000020ac000020bc000020c00' } }), raw(20)],
  [
    ether(0x0800),
    ip(1, 56),
    icmp({ type: 3, unused: 0, length: 0, nexthopmtu: 1400 }),
    ip(17, 60),
    udp(33434, 40),
  ],
  [ether(0x0800), ip(1, 56), icmp({ type: 5, gw: '192.0.2.77' }), ip(6, 60), tcp(80), raw(2)],
  [ether(0x0800), ip(1, 40), icmp({ type: 13, id: 1, seq: 2, ts_ori: 1, ts_rx: 2, ts_tx: 3 })],
  [
    ether(0x86dd),
    ipv6(58, 8 + 48),
    icmpv6({ type: 2, mtu: 1400 }),
    ipv6(58, 64),
    icmpv6({ type: 128, id: 1, seq: 2 }),
  ],
  [
    ether(0x86dd),
    ipv6(58, 64),
    icmpv6({
      type: 134,
      chlim: 64,
      raflags: 0,
      routerlifetime: 1800,
      reachabletime: 0,
      retranstimer: 0,
      options: ROUTER_OPTIONS,
    }),
  ],
  [ether(0x86dd), ipv6(58, 24), icmpv6({ type: 135, unused: 0, tgt: 'fe80::1' })],
  [
    ether(0x86dd),
    ipv6(0, 36, { extraw: '3a00050200000100' }),
    icmpv6({
      type: 143,
      unused: 0,
      records_number: 1,
      records: [{ rtype: 4, dst: 'ff02::16', sources: [], aux: '' }],
    }),
  ],
  [ether(0x86dd), ipv6(44, 24, { extraw: '110000015c89f539' }), udp(5000, 1400), raw(8)],
  [ether(0x86dd), ipv6(0, 36, { extraw: '2b000104000000000600010400000000' }), tcp(22)],
  [ether(0x0806), ARP, { layer: 'padding', load: '00'.repeat(18) }],
  [
    { layer: 'ether', ...MAC, len: 8 },
    { layer: 'llc', dsap: 0xaa, ssap: 0xaa, ctrl: 3 },
    { layer: 'snap', OUI: 0xc, code: 0x2000 },
  ],
  [ether(0x88a8), tags(0x8100, 0x0800), ip(17, 28), udp(5000, 8)],
  [ether(0x8100), tags(0x8100, 0x8100, 0x88b5), raw(4)],
  [
    ether(0x88a8),
    tags(0x88e7),
    { layer: 'pbb', prio: 0, dei: 0, flags: 0, isid: 7, ...MAC, type: 0x8100 },
    tags(0x0800),
    ip(1, 28),
    icmp({ type: 8, id: 1, seq: 1 }),
  ],
  [
    ether(0x8909),
    { layer: 'cmd', version: 1, length: 1, options: '00010064', type: 0x8100 },
    tags(0x0806),
    ARP,
  ],
  [
    ether(0x8864),
    { layer: 'pppoe', version: 1, type: 1, code: 0, sessionid: 9, len: 30 },
    { layer: 'ppp', proto: 0x21, protolen: 2 },
    ip(17, 28),
    udp(5000, 8),
  ],
  [ether(0x8847), mpls(16, 17, 1048575), ip(17, 28), udp(5000, 8)],
  [ether(0x8847), mpls(16), ip(47, 20 + 4 + 8 + 28), gre(0x8847), mpls(99, 98), ip(17, 28), udp(5000, 8)],
  [
    ether(0x0800),
    ip(47, 20 + 12 + 28),
    gre(0x0800, { flags: 0x3000, key: 1, seqnum: 2 }),
    ip(17, 28),
    udp(5000, 8),
  ],
  [
    ether(0x0800),
    ip(47, 20 + 12 + 1 + 28),
    gre(0x880b, { flags: 0x3001, key: 1, seqnum: 2 }),
    { layer: 'ppp', proto: 0x21, protolen: 1 },
    ip(17, 28),
    udp(5000, 8),
  ],
  [ether(0x0800), ip(47, 20 + 4 + 14 + 40), gre(0x6558), ether(0x86dd), ipv6(59, 0)],
  [ether(0x0800), ip(4, 88), ip(41, 68), ipv6(17, 8), udp(5000, 8)],
  [ether(0x86dd), ipv6(41, 68), ipv6(4, 28), ip(17, 28), udp(5000, 8)],
  [ether(0x0800), ip(137, 52), mpls(5), ip(17, 28), udp(5000, 8)],
  [
    ether(0x0800),
    ip(17, 28 + 8 + 14 + 28 + 8 + 14 + 28),
    udp(4789, 0),
    { layer: 'vxlan', flags: 8, reserved1: 0, vni: 42, reserved2: 0 },
    ether(0x0800),
    ip(17, 28 + 8 + 14 + 28),
    udp(4789, 0),
    { layer: 'vxlan', flags: 8, reserved1: 0, vni: 43, reserved2: 0 },
    ether(0x0806),
    ARP,
  ],
];

const OTHERS: readonly (readonly [number, LayerInput[]])[] = [
  [
    LinkType.LINUX_SLL,
    [
      { layer: 'sll', pkttype: 4, lladdrtype: 1, lladdrlen: 6, src: MAC.src, srcpad: '0000', proto: 0x0800 },
      ip(6, 40),
      tcp(22),
    ],
  ],
  [
    LinkType.LINUX_SLL2,
    [
      {
        layer: 'sll',
        proto: 0x86dd,
        reserved: 0,
        ifindex: 2,
        lladdrtype: 1,
        pkttype: 0,
        lladdrlen: 6,
        src: MAC.src,
        srcpad: '0000',
      },
      ipv6(6, 20),
      tcp(22),
    ],
  ],
  [
    LinkType.NULL,
    [{ layer: 'loopback', family: 2, order: 'little' }, ip(1, 28), icmp({ type: 8, id: 1, seq: 1 })],
  ],
  [
    LinkType.LOOP,
    [{ layer: 'loopback', family: 30, order: 'big' }, ipv6(58, 8), icmpv6({ type: 128, id: 1, seq: 1 })],
  ],
  [LinkType.RAW, [ip(17, 28), udp(5000, 8)]],
  [LinkType.RAW, [ipv6(17, 8), udp(5000, 8)]],
  [LinkType.IPV4, [ip(6, 40), tcp(80)]],
  [LinkType.IPV6, [ipv6(6, 20), tcp(80)]],
  [LinkType.PPP, [{ layer: 'ppp', address: 255, control: 3, proto: 0x21, protolen: 2 }, ip(6, 40), tcp(80)]],
  [LinkType.PPP_HDLC, [{ layer: 'chdlc', address: 15, control: 0, proto: 0x0800 }, ip(6, 40), tcp(80)]],
  [LinkType.C_HDLC, [{ layer: 'chdlc', address: 143, control: 0, proto: 0x86dd }, ipv6(59, 0)]],
  [
    LinkType.PPP_ETHER,
    [
      { layer: 'pppoe', version: 1, type: 1, code: 0, sessionid: 9, len: 2 },
      { layer: 'ppp', proto: 0xc021, protolen: 2 },
    ],
  ],
  [
    LinkType.NFLOG,
    [
      { layer: 'nflog', family: 2, version: 0, resource: 5, records: '05000a000000000020000900' },
      ip(17, 28),
      udp(5000, 8),
    ],
  ],
];

/** One frame of each kind the decoder reads, made with its own encoders. */
export const SAMPLES: readonly Sample[] = [
  ...ETHERNET.map((layers) => ({ frame: encodeLayers(layers), linkType: LinkType.ETHERNET })),
  ...OTHERS.map(([linkType, layers]) => ({ frame: encodeLayers(layers), linkType })),
];
