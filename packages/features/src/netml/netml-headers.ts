import { PacketKind } from '../packet/classify.ts';
import { EtherType, IpProtocol, Next } from '../packet/next.ts';
import type { PacketHeaders } from '../packet/packet-headers.ts';
import { readNext } from '../packet/read-headers.ts';

const MAX_LAYERS = 32;
const TCP_HEADER = 20;
const UDP_HEADER = 8;

/** What scapy, as netml loads it, reads as bytes without a meaning. */
const isUnknownToScapy = (next: number): boolean =>
  next === EtherType.MPLS ||
  next === EtherType.MPLS_MULTICAST ||
  next === EtherType.CISCO_METADATA ||
  next === Next.IP_PROTOCOL + IpProtocol.MPLS;

/**
 * Reads a frame as netml 0.7.1 does: the addresses of its first IPv4 header, the ports of its first TCP
 * or UDP header, whatever lies between them; flags and TTL only where its code looks for them. Frames
 * without IPv4 share one key; frames without a whole TCP or UDP header are left out.
 */
export function readNetmlHeaders(h: PacketHeaders, linkType: number): PacketKind {
  let next: number = Next.LINK + linkType;
  let address: Address | undefined;
  let ports: Ports | undefined;
  while (h.layers < MAX_LAYERS) {
    const { layers } = h;
    next = readNext(h, next);
    if (address === undefined && h.version === 4) address = addressOf(h, layers);
    if (ports === undefined && isWholeTransport(h)) ports = portsOf(h);
    if (next === Next.NONE || isUnknownToScapy(next)) break;
  }
  if (ports === undefined) return h.version === 0 ? PacketKind.NOT_IP : PacketKind.NO_PORTS;
  fill(h, address, ports);
  return PacketKind.WHOLE;
}

interface Address {
  readonly source: number;
  readonly destination: number;
  readonly ttl: number;
  /** IPv4 is the second layer, and TCP follows: then netml finds the flags. */
  readonly showsFlags: boolean;
  /** IPv4 is the first layer of all. */
  readonly isFirst: boolean;
}

const addressOf = (h: PacketHeaders, layersBefore: number): Address => ({
  source: h.source0,
  destination: h.destination0,
  ttl: h.ttl,
  showsFlags: layersBefore === 1 && h.protocol === IpProtocol.TCP,
  isFirst: layersBefore === 0,
});

interface Ports {
  readonly protocol: number;
  readonly source: number;
  readonly destination: number;
  readonly tcpFlags: number;
}

const portsOf = (h: PacketHeaders): Ports => ({
  protocol: h.protocol,
  source: h.sourcePort,
  destination: h.destinationPort,
  tcpFlags: h.tcpFlags,
});

function isWholeTransport(h: PacketHeaders): boolean {
  if (h.transportAt < 0) return false;
  const have = h.end - h.transportAt;
  return (
    (h.protocol === IpProtocol.TCP && have >= TCP_HEADER) ||
    (h.protocol === IpProtocol.UDP && have >= UDP_HEADER)
  );
}

function fill(h: PacketHeaders, address: Address | undefined, ports: Ports): void {
  h.source1 = h.source2 = h.source3 = 0;
  h.destination1 = h.destination2 = h.destination3 = 0;
  h.vlan = 0;
  h.tunnel = 0;
  h.noHeader = address === undefined || address.isFirst;
  h.tcpFlags = address?.showsFlags ? ports.tcpFlags : 0;
  if (address === undefined) {
    h.version = h.protocol = h.sourcePort = h.destinationPort = h.source0 = h.destination0 = h.ttl = 0;
    return;
  }
  h.version = 4;
  h.source0 = address.source;
  h.destination0 = address.destination;
  h.ttl = address.ttl;
  h.protocol = ports.protocol;
  h.sourcePort = ports.source;
  h.destinationPort = ports.destination;
}
