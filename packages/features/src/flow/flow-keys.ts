import { formatIpv4, formatIpv6 } from '@antinex/decoder/packet';
import { hasPorts } from '../packet/classify.ts';
import type { PacketHeaders } from '../packet/packet-headers.ts';
import { AddressPairs } from './address-pairs.ts';
import { grown } from './growing.ts';
import { KEY_NUMBER, NO_NUMBER } from './key-numbers.ts';

/** Words of a key: ports, protocol and version, VLAN, tunnel, and two IPv4 addresses. */
const WORDS = 6;
const PORTS = 0;
const PROTOCOL = 1;
const VLAN = 2;
const TUNNEL = 3;
const SOURCE = 4;
const DESTINATION = 5;
/** In the place of the addresses, of IPv6: the number of the pair. */
const PAIR = 4;
const VERSION_SHIFT = 8;
const IPV6 = 6;

/** What tells a flow from others, readable. */
export interface FlowKey {
  /** Addresses as text (RFC 5952 for IPv6). */
  readonly source: string;
  readonly destination: string;
  /** 0 where the protocol has no ports. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** IP protocol number: 6 is TCP, 17 UDP. */
  readonly protocol: number;
  readonly ipVersion: 4 | 6 | undefined;
  /** The innermost VLAN identifier; 0 for none. */
  readonly vlan: number;
  /** A number that stands for the tunnels around the flow; 0 for none. */
  readonly tunnel: number;
}

/** netml's one key for everything that is not IPv4. */
const NETML_REST: FlowKey = {
  source: '',
  destination: '',
  sourcePort: -1,
  destinationPort: -1,
  protocol: -1,
  ipVersion: undefined,
  vlan: 0,
  tunnel: 0,
};

/** Keys of a segment: memory grows by segments, so that no key is ever copied to a larger place. */
const SEGMENT_SHIFT = 10;
const SEGMENT = 1 << SEGMENT_SHIFT;
const SEGMENT_MASK = SEGMENT - 1;

/** Flow keys by number, as words in arrays: 24 bytes each, and 32 more of IPv6. */
export class FlowKeys {
  private readonly segments: Int32Array[] = [];
  private readonly pairs = new AddressPairs();

  constructor(capacity: number) {
    this.grow(capacity);
  }

  /** Makes room for the keys 0 .. capacity - 1. */
  grow(capacity: number): void {
    const { segments } = this;
    const first = Math.min(capacity, SEGMENT) * WORDS;
    if (segments.length === 0) segments.push(new Int32Array(first));
    else if (first > segments[0].length) segments[0] = grown(segments[0], first);
    while (segments.length << SEGMENT_SHIFT < capacity) segments.push(new Int32Array(SEGMENT * WORDS));
  }

  /** Puts the key of a packet's flow in the place of the one there was. */
  put(index: number, h: PacketHeaders): void {
    const words = this.wordsOf(index);
    const at = placeOf(index);
    const pair = this.pairFor(words, at, h.version === IPV6);
    words[at + PORTS] = (h.sourcePort << 16) | h.destinationPort;
    words[at + PROTOCOL] = (h.version << VERSION_SHIFT) | h.protocol;
    words[at + VLAN] = h.vlan;
    words[at + TUNNEL] = h.tunnel;
    if (pair < 0) {
      words[at + SOURCE] = h.source0;
      words[at + DESTINATION] = h.destination0;
    } else {
      words[at + PAIR] = pair;
      this.pairs.put(pair, h);
    }
  }

  /** Takes over key `fromIndex` of other keys. */
  copy(index: number, from: FlowKeys, fromIndex: number): void {
    const fromWords = from.wordsOf(fromIndex);
    const fromAt = placeOf(fromIndex);
    const words = this.wordsOf(index);
    const at = placeOf(index);
    const pair = this.pairFor(words, at, isIpv6(fromWords, fromAt));
    for (let word = 0; word < WORDS; word++) words[at + word] = fromWords[fromAt + word];
    if (pair < 0) return;
    words[at + PAIR] = pair;
    this.pairs.copy(pair, from.pairs, fromWords[fromAt + PAIR]);
  }

  /** Whether a packet goes the way the key says. */
  isForward(index: number, h: PacketHeaders): boolean {
    const words = this.wordsOf(index);
    const at = placeOf(index);
    if (words[at + PORTS] !== ((h.sourcePort << 16) | h.destinationPort)) return false;
    if (!isSameNetwork(words, at, h)) return false;
    if (h.version === IPV6) return this.pairs.isForward(words[at + PAIR], h);
    return words[at + SOURCE] === h.source0 && words[at + DESTINATION] === h.destination0;
  }

  /** Whether a packet goes the other way. */
  isBackward(index: number, h: PacketHeaders): boolean {
    const words = this.wordsOf(index);
    const at = placeOf(index);
    if (words[at + PORTS] !== ((h.destinationPort << 16) | h.sourcePort)) return false;
    if (!isSameNetwork(words, at, h)) return false;
    if (h.version === IPV6) return this.pairs.isBackward(words[at + PAIR], h);
    return words[at + DESTINATION] === h.source0 && words[at + SOURCE] === h.destination0;
  }

  read(index: number): FlowKey {
    const words = this.wordsOf(index);
    const at = placeOf(index);
    const version = words[at + PROTOCOL] >> VERSION_SHIFT;
    if (version === 0) return NETML_REST;
    return {
      source: this.addressText(index, 'source'),
      destination: this.addressText(index, 'destination'),
      sourcePort: words[at + PORTS] >>> 16,
      destinationPort: words[at + PORTS] & 0xffff,
      protocol: words[at + PROTOCOL] & 0xff,
      ipVersion: version === IPV6 ? 6 : 4,
      vlan: words[at + VLAN] & 0xfff,
      tunnel: words[at + TUNNEL],
    };
  }

  /** Puts the numbers of a key where KEY_NUMBER says: for tests of many flows, nothing is made. */
  unpack(index: number, into: Uint32Array): void {
    const words = this.wordsOf(index);
    const at = placeOf(index);
    const version = words[at + PROTOCOL] >> VERSION_SHIFT;
    const protocol = words[at + PROTOCOL] & 0xff;
    const withPorts = version !== 0 && hasPorts(protocol);
    into[KEY_NUMBER.VERSION] = version;
    into[KEY_NUMBER.PROTOCOL] = version === 0 ? NO_NUMBER : protocol;
    into[KEY_NUMBER.SOURCE_PORT] = withPorts ? words[at + PORTS] >>> 16 : NO_NUMBER;
    into[KEY_NUMBER.DESTINATION_PORT] = withPorts ? words[at + PORTS] & 0xffff : NO_NUMBER;
    if (version === IPV6) this.pairs.unpack(words[at + PAIR], into);
    else {
      into[KEY_NUMBER.SOURCE] = words[at + SOURCE];
      into[KEY_NUMBER.DESTINATION] = words[at + DESTINATION];
    }
  }

  /** An address as its 4 or 16 bytes. */
  address(index: number, end: 'source' | 'destination'): Buffer {
    return Buffer.from(scratch.subarray(0, this.putAddress(index, end)));
  }

  private addressText(index: number, end: 'source' | 'destination'): string {
    return this.putAddress(index, end) === 16 ? formatIpv6(scratch, 0) : formatIpv4(scratch, 0);
  }

  /** Puts the bytes of an address into `scratch`, and answers how many there are. */
  private putAddress(index: number, end: 'source' | 'destination'): number {
    const words = this.wordsOf(index);
    const at = placeOf(index);
    if (isIpv6(words, at)) return this.pairs.putAddress(words[at + PAIR], end, scratch);
    return scratch.writeInt32BE(words[at + (end === 'source' ? SOURCE : DESTINATION)]);
  }

  private wordsOf(index: number): Int32Array {
    return this.segments[index >>> SEGMENT_SHIFT];
  }

  /** The pair for a key of IPv6, that of the key it replaces if that was one too; -1 for IPv4. */
  private pairFor(words: Int32Array, at: number, needed: boolean): number {
    const had = isIpv6(words, at);
    if (had && needed) return words[at + PAIR];
    if (had) this.pairs.remove(words[at + PAIR]);
    return needed ? this.pairs.add() : -1;
  }
}

/** The bytes of one address: a buffer for each would cost more than all else of a key. */
const scratch = Buffer.alloc(16);

/** Where in its segment a key begins. */
const placeOf = (index: number): number => (index & SEGMENT_MASK) * WORDS;

const isIpv6 = (words: Int32Array, at: number): boolean => words[at + PROTOCOL] >> VERSION_SHIFT === IPV6;

function isSameNetwork(words: Int32Array, at: number, h: PacketHeaders): boolean {
  return (
    words[at + PROTOCOL] === ((h.version << VERSION_SHIFT) | h.protocol) &&
    words[at + VLAN] === h.vlan &&
    words[at + TUNNEL] === h.tunnel
  );
}
