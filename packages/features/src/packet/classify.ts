import { isExtension } from './network-layers.ts';
import { IpProtocol } from './next.ts';
import type { PacketHeaders } from './packet-headers.ts';

/** What a packet is to a flow table. */
export const PacketKind = {
  /** It belongs to the flow its headers name. */
  WHOLE: 0,
  /** So does it, and later fragments with it. */
  FIRST_FRAGMENT: 1,
  /** Its ports, and of IPv6 maybe its protocol, are those of the first fragment. */
  LATER_FRAGMENT: 2,
  /** No IP packet, or its IP header cannot be read. */
  NOT_IP: 3,
  /** Of a protocol that was not asked for. */
  OTHER_PROTOCOL: 4,
  /** Its ports were cut off, or cannot be read. */
  NO_PORTS: 5,
} as const;
export type PacketKind = (typeof PacketKind)[keyof typeof PacketKind];

/** Says what kind of packet the headers are of. */
export function classify(h: PacketHeaders, allProtocols: boolean): PacketKind {
  if (h.version === 0 || h.protocol < 0) return PacketKind.NOT_IP;
  if (h.fragmentOffset > 0 && h.version === 6 && isExtension(h.protocol)) return PacketKind.LATER_FRAGMENT;
  if (!hasPorts(h.protocol)) return allProtocols ? PacketKind.WHOLE : PacketKind.OTHER_PROTOCOL;
  if (!allProtocols && h.protocol !== IpProtocol.TCP && h.protocol !== IpProtocol.UDP) {
    return PacketKind.OTHER_PROTOCOL;
  }
  if (h.fragmentOffset > 0) return PacketKind.LATER_FRAGMENT;
  if (!h.hasPorts) return PacketKind.NO_PORTS;
  return h.moreFragments ? PacketKind.FIRST_FRAGMENT : PacketKind.WHOLE;
}

/** Whether packets of an IP protocol begin with two ports. */
export function hasPorts(protocol: number): boolean {
  switch (protocol) {
    case IpProtocol.TCP:
    case IpProtocol.UDP:
    case IpProtocol.SCTP:
    case IpProtocol.DCCP:
    case IpProtocol.UDP_LITE:
      return true;
    default:
      return false;
  }
}
