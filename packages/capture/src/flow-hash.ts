import type { DecodedPacket } from '@antinex/decoder';

/** What a hash is made of, of whatever layer; a header that was cut short lacks fields. */
interface Header {
  readonly layer: string;
  readonly src?: string;
  readonly dst?: string;
  readonly type?: number;
  readonly proto?: number;
  readonly nh?: number;
  readonly flags?: number;
  /** IPv4: offset in 8-byte units. IPv6: the fragment header. */
  readonly frag?: number | { readonly nh: number; readonly offset: number; readonly m: number };
  readonly psrc?: string;
  readonly pdst?: string;
  readonly sport?: number;
  readonly dport?: number;
}

/** Keeps the kinds of flows apart whose other numbers are the same. */
const Kind = { IP: 1, ARP: 2, ETHERNET: 3, BYTES: 4 } as const;
/** Of a frame without addresses, this much is looked at. */
const MAX_BYTES = 64;
const MORE_FRAGMENTS = 1;

/**
 * The number (32 bits, unsigned) of the flow a packet belongs to, the same in both directions:
 * - IP: addresses, protocol, and for TCP and UDP the ports, of the outermost IP header. All fragments
 *   of a datagram, the first too, are hashed without ports, since only the first has them.
 *   An ICMP error belongs to the flow of the packet it quotes.
 * - ARP: the protocol addresses.
 * - other Ethernet frames: the two addresses and the EtherType (0 for 802.3).
 * - anything else: the first 64 captured bytes, that is, each packet is a flow of its own.
 *
 * The same packet gives the same number on every host and in every version. Each end of a flow is
 * hashed with FNV-1a (32 bits) over its address as text (RFC 5952 for IPv6), then the port's two bytes,
 * high one first, 0 without ports; then MurmurHash3 (x86, 32 bits, seed 0) goes over four words: kind
 * (1 IP, 2 ARP, 3 Ethernet), protocol or EtherType (0 for ARP), and the ends, the smaller hash first.
 * Of bytes the four words are 4, how many, their FNV-1a, and 0.
 */
export function flowHash({ packet, layers }: DecodedPacket): number {
  for (let i = 0; i < layers.length; i++) {
    const header = layers[i] as Header;
    if (isWholeIp(header)) return ipHash(layers as readonly Header[], i);
    if (header.layer === 'arp') {
      const { psrc, pdst } = header;
      if (psrc !== undefined && pdst !== undefined) return pairHash(Kind.ARP, 0, psrc, 0, pdst, 0);
    }
  }
  const { layer, src, dst, type = 0 } = (layers[0] ?? NO_HEADER) as Header;
  if (layer === 'ether' && src !== undefined && dst !== undefined) {
    return pairHash(Kind.ETHERNET, type, src, 0, dst, 0);
  }
  return bytesHash(packet.data, packet.offset, Math.min(packet.capturedLength, MAX_BYTES));
}

const NO_HEADER: Header = { layer: '' };

/** Of the IP header at `at`, or of the one that an ICMP error behind it quotes. */
function ipHash(layers: readonly Header[], at: number): number {
  const ip = layers[at];
  const protocol = protocolOf(ip);
  let sport = 0;
  let dport = 0;
  if (!isFragment(ip) && at + 1 < layers.length) {
    const next = layers[at + 1];
    const { layer } = next;
    if (layer === 'tcp' || layer === 'udp') {
      if (next.sport !== undefined && next.dport !== undefined) {
        sport = next.sport;
        dport = next.dport;
      }
    } else if ((layer === 'icmp' || layer === 'icmpv6') && isWholeIp(layers[at + 2] ?? NO_HEADER)) {
      return ipHash(layers, at + 2);
    }
  }
  return pairHash(Kind.IP, protocol, ip.src as string, sport, ip.dst as string, dport);
}

/** Whether it is an IP header with both addresses. */
function isWholeIp({ layer, src, dst }: Header): boolean {
  return (layer === 'ip' || layer === 'ipv6') && src !== undefined && dst !== undefined;
}

/** An IPv6 fragment header around a whole datagram (RFC 6946) makes no fragment. */
function isFragment({ frag, flags = 0 }: Header): boolean {
  if (typeof frag === 'object') return frag.offset > 0 || frag.m === 1;
  return frag !== undefined && (frag > 0 || (flags & MORE_FRAGMENTS) !== 0);
}

/**
 * The protocol behind the IP header. Of an IPv6 fragment what its fragment header names: further
 * extension headers are only in the first one.
 */
function protocolOf(ip: Header): number {
  if (typeof ip.frag === 'object' && isFragment(ip)) return ip.frag.nh;
  return ip.proto ?? ip.nh ?? 0;
}

function pairHash(
  kind: number,
  protocol: number,
  a: string,
  aPort: number,
  b: string,
  bPort: number,
): number {
  const one = endHash(a, aPort);
  const other = endHash(b, bPort);
  return one < other ? murmur(kind, protocol, one, other) : murmur(kind, protocol, other, one);
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function endHash(address: string, port: number): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < address.length; i++) hash = Math.imul(hash ^ address.charCodeAt(i), FNV_PRIME);
  hash = Math.imul(hash ^ (port >>> 8), FNV_PRIME);
  return Math.imul(hash ^ (port & 255), FNV_PRIME) >>> 0;
}

function bytesHash(data: Buffer, from: number, length: number): number {
  let hash = FNV_OFFSET;
  for (let i = from; i < from + length; i++) hash = Math.imul(hash ^ data[i], FNV_PRIME);
  return murmur(Kind.BYTES, length, hash >>> 0, 0);
}

const MURMUR_BYTES = 16;

function murmur(a: number, b: number, c: number, d: number): number {
  let hash = murmurWord(murmurWord(murmurWord(murmurWord(0, a), b), c), d) ^ MURMUR_BYTES;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function murmurWord(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = hash ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}
