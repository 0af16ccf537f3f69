import type { PacketHeaders } from '../packet/packet-headers.ts';

/** Datagrams whose fragments are waited for at once. */
const MAX_DATAGRAMS = 8192;
/** Fragments that may wait for their first one: of a datagram, and of all. */
const MAX_WAITING = 64;
const MAX_WAITING_OF_ALL = 8192;
/** For reassembly hosts wait 60 s (RFC 8200, 4.5); a later fragment is none of that datagram. */
const LIFETIME_SECONDS = 60;

interface Datagram {
  readonly time: number;
  /** Known once the first fragment has come. */
  ports: readonly [source: number, destination: number] | undefined;
  /** What came before it. */
  waiting: PacketHeaders[];
}

/**
 * Finds the ports of later fragments, which only the first one has. Those that come before it wait
 * for it. Memory is bounded: of too many datagrams the oldest is given up.
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

  /** Notes a first fragment; answers those that waited for it, with its ports. */
  first(h: PacketHeaders): readonly PacketHeaders[] {
    const datagram = this.datagramOf(h);
    const { waiting } = datagram;
    datagram.ports = [h.sourcePort, h.destinationPort];
    datagram.waiting = [];
    this.waiting -= waiting.length;
    for (const fragment of waiting) setPorts(fragment, datagram.ports);
    return waiting;
  }

  /** Gives a later fragment its ports; false if they are not known (yet): it then waits. */
  later(h: PacketHeaders): boolean {
    const datagram = this.datagramOf(h);
    if (datagram.ports !== undefined) {
      setPorts(h, datagram.ports);
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
    const datagram: Datagram = { time: h.time, ports: undefined, waiting: [] };
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

function setPorts(h: PacketHeaders, [source, destination]: readonly [number, number]): void {
  h.hasPorts = true;
  h.sourcePort = source;
  h.destinationPort = destination;
}

const keyOf = (h: PacketHeaders): string =>
  `${h.fragmentId} ${h.protocol} ${h.source0} ${h.source1} ${h.source2} ${h.source3} ${h.destination0} ` +
  `${h.destination1} ${h.destination2} ${h.destination3} ${h.vlan} ${h.tunnel}`;
