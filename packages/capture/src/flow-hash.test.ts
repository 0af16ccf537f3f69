import {
  type DecodedPacket,
  decode,
  encodeLayers,
  type LayerInput,
  LinkType,
  Packet,
} from '@antinex/decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowHash } from './flow-hash.ts';

interface Ends {
  src: string;
  dst: string;
  sport: number;
  dport: number;
}

const ENDS: Ends = { src: '192.0.2.1', dst: '198.51.100.7', sport: 40_000, dport: 443 };
const ENDS6: Ends = { src: '2001:db8::1', dst: '2001:db8:ffff::25', sport: 53, dport: 5353 };
const ETHER = { layer: 'ether', dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01' } as const;
const TCP = 6;
const UDP = 17;

const back = ({ src, dst, sport, dport }: Ends): Ends => ({ src: dst, dst: src, sport: dport, dport: sport });

const isIpv6 = ({ src }: Ends): boolean => src.includes(':');

/** The IP header in front of `length` bytes. */
function ip(ends: Ends, proto: number, length: number, more: object = {}): LayerInput {
  const { src, dst } = ends;
  if (isIpv6(ends))
    return { layer: 'ipv6', version: 6, nh: proto, plen: length, hlim: 64, src, dst, ...more };
  return { layer: 'ip', version: 4, ihl: 5, len: 20 + length, ttl: 64, proto, src, dst, ...more };
}

const tcp = ({ sport, dport }: Ends) => ({ layer: 'tcp', sport, dport, dataofs: 5 }) as const;
const udp = ({ sport, dport }: Ends): LayerInput => ({ layer: 'udp', sport, dport, len: 8 });

/** A whole packet of the flow: TCP over Ethernet unless told. */
function layersOf(ends: Ends, proto = TCP): LayerInput[] {
  const type = isIpv6(ends) ? 0x86dd : 0x0800;
  const transport = proto === TCP ? tcp(ends) : udp(ends);
  return [{ ...ETHER, type }, ip(ends, proto, proto === TCP ? 20 : 8), transport];
}

function decoded(frame: Buffer, linkType: number = LinkType.ETHERNET, cut = frame.length): DecodedPacket {
  return decode(new Packet(frame, 0, Math.min(cut, frame.length), frame.length, linkType, 0, 0, 'eth0'));
}

const hashOf = (layers: readonly LayerInput[]): number => flowHash(decoded(encodeLayers(layers)));

const ethernet = (type: number, hex: string) =>
  encodeLayers([
    { ...ETHER, type },
    { layer: 'raw', load: hex },
  ]);

/** FNV-1a and MurmurHash3 as their authors define them, over bytes: nothing shared with the source. */
function fnv1a(bytes: Buffer): bigint {
  let hash = 0x811c9dc5n;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn;
  return hash;
}

function murmur3(bytes: Buffer): number {
  const u32 = (value: bigint) => value & 0xffffffffn;
  const rotate = (value: bigint, by: bigint) => u32((value << by) | (value >> (32n - by)));
  let h = 0n;
  for (let i = 0; i < bytes.length; i += 4) {
    const k = rotate(u32(BigInt(bytes.readUInt32LE(i)) * 0xcc9e2d51n), 15n);
    h = u32(rotate(h ^ u32(k * 0x1b873593n), 13n) * 5n + 0xe6546b64n);
  }
  h ^= BigInt(bytes.length);
  h = u32((h ^ (h >> 16n)) * 0x85ebca6bn);
  h = u32((h ^ (h >> 13n)) * 0xc2b2ae35n);
  return Number(h ^ (h >> 16n));
}

const end = (address: string, port: number): bigint =>
  fnv1a(Buffer.concat([Buffer.from(address, 'latin1'), Buffer.of(port >> 8, port & 255)]));

function expected(kind: number, protocol: number, a: bigint, b: bigint): number {
  const words = Buffer.alloc(16);
  [kind, protocol, Number(a < b ? a : b), Number(a < b ? b : a)].forEach((word, i) => {
    words.writeUInt32LE(word, 4 * i);
  });
  return murmur3(words);
}

const ipv4Text = fc.ipV4();
/** Addresses as RFC 5952 writes them, which is how the decoder does. */
const ipv6Text = fc
  .array(fc.integer({ min: 1, max: 0xffff }), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.map((group) => group.toString(16)).join(':'));
const port = fc.integer({ min: 0, max: 65_535 });
const anyEnds: fc.Arbitrary<Ends> = fc
  .constantFrom(ipv4Text, ipv6Text)
  .chain((address) => fc.record({ src: address, dst: address, sport: port, dport: port }));
const anyProtocol = fc.constantFrom(TCP, UDP);

describe('flowHash', () => {
  it('never changes: golden values', () => {
    const quoting: LayerInput[] = [
      { ...ETHER, type: 0x0800 },
      ip({ ...ENDS, src: '203.0.113.9' }, 1, 8 + 28),
      { layer: 'icmp', type: 3, code: 3, chksum: 0, unused: 0, length: 0, nexthopmtu: 0 },
      ip(ENDS, UDP, 8),
      udp(ENDS),
    ];
    const golden = {
      tcp: hashOf(layersOf(ENDS)),
      udp: hashOf(layersOf(ENDS, UDP)),
      tcp6: hashOf(layersOf(ENDS6)),
      icmp: hashOf([{ ...ETHER, type: 0x0800 }, ip(ENDS, 1, 8), { layer: 'icmp', type: 8, id: 1, seq: 1 }]),
      icmpError: hashOf(quoting),
      arp: hashOf(arp('192.0.2.1', '192.0.2.7', 1)),
      lldp: flowHash(decoded(ethernet(0x88cc, '0207'))),
      bytes: flowHash(decoded(Buffer.from('80000000ffffffff', 'hex'), 105)),
    };
    expect(golden).toEqual({
      tcp: 2_845_106_356,
      udp: 3_335_228_236,
      tcp6: 1_267_141_461,
      icmp: 4_136_634_603,
      icmpError: 3_335_228_236,
      arp: 2_863_960_462,
      lldp: 1_578_729_483,
      bytes: 3_427_697_593,
    });
  });

  it('is FNV-1a of each end and MurmurHash3 of all', () => {
    // Published values of the two.
    expect(fnv1a(Buffer.from('foobar'))).toBe(0xbf9cf968n);
    expect(murmur3(Buffer.from('test'))).toBe(0xba6bd213);
    fc.assert(
      fc.property(anyEnds, anyProtocol, (ends, proto) => {
        const hash = expected(1, proto, end(ends.src, ends.sport), end(ends.dst, ends.dport));
        expect(hashOf(layersOf(ends, proto))).toBe(hash);
      }),
      { seed: 31, numRuns: 500 },
    );
  });

  it('is the same in both directions', () => {
    fc.assert(
      fc.property(anyEnds, anyProtocol, (ends, proto) => {
        expect(hashOf(layersOf(back(ends), proto))).toBe(hashOf(layersOf(ends, proto)));
      }),
      { seed: 32, numRuns: 500 },
    );
  });

  it('tells flows apart by each address, port and the protocol', () => {
    const others: Ends[] = [
      { ...ENDS, src: '192.0.2.2' },
      { ...ENDS, dst: '198.51.100.8' },
      { ...ENDS, sport: 40_001 },
      { ...ENDS, dport: 444 },
      // The ports change places, the addresses do not.
      { ...ENDS, sport: ENDS.dport, dport: ENDS.sport },
    ];
    const hashes = others.map((ends) => hashOf(layersOf(ends)));
    const all = [hashOf(layersOf(ENDS)), hashOf(layersOf(ENDS, UDP)), ...hashes];
    expect(new Set(all).size).toBe(all.length);
  });

  it('does not depend on anything else in the packet', () => {
    const [ether, header] = layersOf(ENDS);
    const other: LayerInput[] = [
      { ...ETHER, src: '02:00:00:00:00:09', type: 0x8100 },
      { layer: 'dot1q', prio: [0], dei: [0], vlan: [7], type: [0x0800] },
      ip(ENDS, TCP, 23, { ttl: 3, id: 99, tos: 8 }),
      { ...tcp(ENDS), seq: 5, ack: 6, flags: 16 },
      { layer: 'raw', load: '010203' },
    ];
    expect(hashOf(other)).toBe(hashOf([ether, header, tcp(ENDS)]));
    expect(flowHash(decoded(encodeLayers([header, tcp(ENDS)]), LinkType.RAW))).toBe(hashOf(layersOf(ENDS)));
  });

  it('is the outermost flow of a tunnel', () => {
    const outer: Ends = { src: '203.0.113.1', dst: '203.0.113.2', sport: 0, dport: 0 };
    const tunnel = (inner: Ends) => [
      { ...ETHER, type: 0x0800 },
      ip(outer, 4, 40),
      ip(inner, TCP, 20),
      tcp(inner),
    ];
    expect(hashOf(tunnel(ENDS))).toBe(hashOf(tunnel({ ...ENDS, src: '10.0.0.1' })));
    expect(hashOf(tunnel(ENDS))).toBe(expected(1, 4, end(outer.src, 0), end(outer.dst, 0)));
  });

  it('leaves out ports the capture has cut off', () => {
    const frame = encodeLayers(layersOf(ENDS));
    const portless = expected(1, TCP, end(ENDS.src, 0), end(ENDS.dst, 0));
    expect(flowHash(decoded(frame, 1, 14 + 20 + 4))).toBe(hashOf(layersOf(ENDS)));
    expect(flowHash(decoded(frame, 1, 14 + 20 + 3))).toBe(portless);
    expect(flowHash(decoded(frame, 1, 14 + 20))).toBe(portless);
    // Without both IP addresses there are those of Ethernet.
    expect(flowHash(decoded(frame, 1, 14 + 19))).toBe(
      expected(3, 0x0800, end(ETHER.src, 0), end(ETHER.dst, 0)),
    );
  });
});

describe('flowHash of fragments', () => {
  const payload: LayerInput = { layer: 'raw', load: 'ab'.repeat(16) };

  it('IPv4: all of a datagram are together, without ports', () => {
    const first = [
      ip(ENDS, UDP, 24, { flags: 1, id: 7 }),
      udp(ENDS),
      { layer: 'raw', load: '00'.repeat(16) },
    ];
    const middle = [ip(ENDS, UDP, 16, { flags: 1, frag: 3, id: 7 }), payload];
    const last = [ip(ENDS, UDP, 16, { frag: 5, id: 7 }), payload];
    const hashes = [first, middle, last].map((each) =>
      hashOf([{ ...ETHER, type: 0x0800 }, ...(each as LayerInput[])]),
    );
    const portless = expected(1, UDP, end(ENDS.src, 0), end(ENDS.dst, 0));
    expect(hashes).toEqual([portless, portless, portless]);
    expect(hashOf(layersOf(ENDS, UDP))).not.toBe(portless);
  });

  /** A fragment header (RFC 8200, 4.5) before `rest`. */
  const ipv6Fragment = (nh: number, offset: number, more: number, rest: string) => {
    const head = Buffer.alloc(8);
    head[0] = nh;
    head.writeUInt16BE((offset << 3) | more, 2);
    head.writeUInt32BE(7, 4);
    const load = head.toString('hex') + rest;
    return hashOf([{ ...ETHER, type: 0x86dd }, ip(ENDS6, 44, load.length / 2), { layer: 'raw', load }]);
  };
  const datagram = encodeLayers([udp(ENDS6)]).toString('hex');

  it('IPv6: all of a datagram are together, also behind further extension headers', () => {
    const portless = expected(1, UDP, end(ENDS6.src, 0), end(ENDS6.dst, 0));
    expect(ipv6Fragment(UDP, 0, 1, datagram)).toBe(portless);
    expect(ipv6Fragment(UDP, 1, 1, datagram)).toBe(portless);
    expect(ipv6Fragment(UDP, 2, 0, '01')).toBe(portless);
    // Destination options, then UDP.
    const options = `${'1100010400000000'}${datagram}`;
    expect(ipv6Fragment(60, 0, 1, options)).toBe(ipv6Fragment(60, 2, 0, '0102'));
  });

  it('IPv6: a fragment header around a whole datagram makes no fragment', () => {
    expect(ipv6Fragment(UDP, 0, 0, datagram)).toBe(hashOf(layersOf(ENDS6, UDP)));
  });
});

describe('flowHash of ICMP', () => {
  const router = '203.0.113.200';

  it('keeps an error with the flow it is about, whoever sends it', () => {
    fc.assert(
      fc.property(anyEnds, anyProtocol, fc.boolean(), (ends, proto, whole) => {
        const six = isIpv6(ends);
        const quoted = [ip(ends, proto, 1000), proto === TCP ? tcp(ends) : udp(ends)];
        // An IPv4 router quotes 8 bytes behind the IP header.
        const quote = encodeLayers(quoted).subarray(0, (six ? 40 : 20) + (whole ? 20 : 8));
        const error = six
          ? { layer: 'icmpv6', type: 1, code: 4, unused: 0 }
          : { layer: 'icmp', type: 11, code: 0, length: 0, unused: 0 };
        const from = { ...ends, dst: ends.src, src: six ? '2001:db8:1:2:3:4:5:6' : router };
        const frame = encodeLayers([
          { ...ETHER, type: six ? 0x86dd : 0x0800 },
          ip(from, six ? 58 : 1, 8 + quote.length),
          error as LayerInput,
          { layer: 'raw', load: quote.toString('hex') },
        ]);
        expect(flowHash(decoded(frame))).toBe(hashOf(layersOf(ends, proto)));
      }),
      { seed: 33, numRuns: 500 },
    );
  });

  it('hashes an error without a quote, and everything else, by the addresses', () => {
    const of = (icmp: LayerInput, more: readonly LayerInput[] = []) =>
      hashOf([{ ...ETHER, type: 0x0800 }, ip(ENDS, 1, 8), icmp, ...more]);
    const byAddress = expected(1, 1, end(ENDS.src, 0), end(ENDS.dst, 0));
    expect(of({ layer: 'icmp', type: 3, code: 1, chksum: 0, unused: 0, length: 0, nexthopmtu: 0 })).toBe(
      byAddress,
    );
    expect(of({ layer: 'icmp', type: 8, id: 5, seq: 6 })).toBe(byAddress);
    expect(of({ layer: 'icmp', type: 0, id: 5, seq: 6 })).toBe(byAddress);
  });
});

function arp(psrc: string, pdst: string, op: number): LayerInput[] {
  const addresses = { hwsrc: '02:00:00:00:00:01', psrc, hwdst: '00:00:00:00:00:00', pdst };
  return [
    { ...ETHER, type: 0x0806 },
    { layer: 'arp', hwtype: 1, ptype: 0x0800, hwlen: 6, plen: 4, op, ...addresses },
  ];
}

describe('flowHash of what is not IP', () => {
  it('keeps an ARP request and its reply together', () => {
    const hash = expected(2, 0, end('192.0.2.1', 0), end('192.0.2.7', 0));
    expect(hashOf(arp('192.0.2.1', '192.0.2.7', 1))).toBe(hash);
    expect(hashOf(arp('192.0.2.7', '192.0.2.1', 2))).toBe(hash);
    expect(hashOf(arp('192.0.2.7', '192.0.2.8', 1))).not.toBe(hash);
  });

  it('takes addresses and EtherType of other Ethernet frames', () => {
    const there = flowHash(decoded(ethernet(0x88cc, '0207')));
    const reply = encodeLayers([
      { layer: 'ether', dst: ETHER.src, src: ETHER.dst, type: 0x88cc },
      { layer: 'raw', load: 'ffff' },
    ]);
    expect(there).toBe(expected(3, 0x88cc, end(ETHER.src, 0), end(ETHER.dst, 0)));
    expect(flowHash(decoded(reply))).toBe(there);
    expect(flowHash(decoded(ethernet(0x88cd, '0207')))).not.toBe(there);
  });

  it('takes 0 for the type of 802.3 frames, whose third field is a length', () => {
    const frame = (length: number) =>
      encodeLayers([
        { ...ETHER, len: length },
        { layer: 'raw', load: '4242030000' },
      ]);
    expect(flowHash(decoded(frame(5)))).toBe(flowHash(decoded(frame(4))));
  });

  it('takes the first bytes where there are no addresses', () => {
    const of = (hex: string) => flowHash(decoded(Buffer.from(hex, 'hex'), 105));
    expect(of('0102')).not.toBe(of('0103'));
    expect(of(`${'ab'.repeat(64)}01`)).toBe(of(`${'ab'.repeat(64)}02`));
    expect(of('')).toBe(of(''));
  });

  it('gives 32 bits for any bytes at all', () => {
    const links = fc.constantFrom(...Object.values(LinkType), 105, 65_535);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), links, fc.nat(120), (bytes, linkType, cut) => {
        const hash = flowHash(decoded(Buffer.from(bytes), linkType, cut));
        expect(hash).toBe(hash >>> 0);
      }),
      { seed: 34, numRuns: 3000 },
    );
  });
});
