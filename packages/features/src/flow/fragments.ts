import type { PacketHeaders } from '../packet/packet-headers.ts';

/** Datagrams whose fragments are waited for at once. */
const MAX_DATAGRAMS = 8192;
/** Fragments that may wait for their first one: of a datagram, and of all. */
const MAX_WAITING = 64;
const MAX_WAITING_OF_ALL = 8192;
/** For reassembly hosts wait 60 s (RFC 8200, 4.5); a later fragment is none of that datagram. */
const LIFETIME_SECONDS = 60;

interface Transport {
  /** Of IPv6, later fragments may name an extension header instead. */
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

interface Datagram {
  readonly time: number;
  /** What only the first fragment tells; undefined until it has come. */
  transport: Transport | undefined;
  /** What came before it. */
  waiting: PacketHeaders[];
}

/**
 * Finds protocol and ports of later fragments, which only the first one has. Those that come before it
 * wait for it. Memory is bounded: of too many datagrams the oldest is given up.
 */
export class Fragments {
  /** Fragments that found no first one. */
  orphans = 0;
  private readonly datagrams = new Map<string, Datagram>();
  private readonly lifetime: number;
  private waiting = 0;

  constructor(unitsPerSecond: number) {
    this.lifetime = LIFETIME_SECONDS * unitsPerSecond;
  }

  /** Notes a first fragment; answers those that waited for it, with its protocol and ports. */
  first(h: PacketHeaders): readonly PacketHeaders[] {
    const datagram = this.datagramOf(h);
    const { waiting } = datagram;
    const { protocol, sourcePort, destinationPort } = h;
    datagram.transport = { protocol, sourcePort, destinationPort };
    datagram.waiting = [];
    this.waiting -= waiting.length;
    for (const fragment of waiting) complete(fragment, datagram.transport);
    return waiting;
  }

  /** Gives a later fragment its protocol and ports; false if they are not known (yet): it then waits. */
  later(h: PacketHeaders): boolean {
    const datagram = this.datagramOf(h);
    if (datagram.transport !== undefined) {
      complete(h, datagram.transport);
      return true;
    }
    if (datagram.waiting.length < MAX_WAITING && this.waiting < MAX_WAITING_OF_ALL) {
      datagram.waiting.push(h.copy());
      this.waiting++;
    } else this.orphans++;
    return false;
  }

  /** Gives up what still waits. */
  clear(): void {
    for (const key of this.datagrams.keys()) this.drop(key);
  }

  private datagramOf(h: PacketHeaders): Datagram {
    const key = keyOf(h);
    const known = this.datagrams.get(key);
    if (known !== undefined && Math.abs(h.time - known.time) <= this.lifetime) return known;
    if (known !== undefined) this.drop(key);
    else if (this.datagrams.size === MAX_DATAGRAMS) {
      const [oldest] = this.datagrams.keys();
      this.drop(oldest);
    }
    const datagram: Datagram = { time: h.time, transport: undefined, waiting: [] };
    this.datagrams.set(key, datagram);
    return datagram;
  }

  private drop(key: string): void {
    const lost = this.datagrams.get(key)?.waiting.length ?? 0;
    this.orphans += lost;
    this.waiting -= lost;
    this.datagrams.delete(key);
  }
}

function complete(h: PacketHeaders, { protocol, sourcePort, destinationPort }: Transport): void {
  h.protocol = protocol;
  h.hasPorts = true;
  h.sourcePort = sourcePort;
  h.destinationPort = destinationPort;
}

/** Of IPv4 the protocol tells datagrams apart (RFC 791), of IPv6 it does not (RFC 8200, 4.5). */
const keyOf = (h: PacketHeaders): string =>
  `${h.fragmentId} ${h.version === 4 ? h.protocol : ''} ${h.source0} ${h.source1} ${h.source2} ${h.source3} ` +
  `${h.destination0} ${h.destination1} ${h.destination2} ${h.destination3} ${h.vlan} ${h.tunnel}`;
