import { LinkType } from '@antinex/decoder/packet';
import {
  readBackbone,
  readCiscoHdlc,
  readCiscoMetadata,
  readCookedV1,
  readCookedV2,
  readEthernet,
  readLlc,
  readLoopback,
  readMpls,
  readNflog,
  readPpp,
  readPppHdlc,
  readPppoe,
  readVlan,
} from './link-layers.ts';
import { readIpv4, readIpv6 } from './network-layers.ts';
import { EtherType, IpProtocol, Next } from './next.ts';
import type { PacketHeaders } from './packet-headers.ts';
import { readGre, readIcmp, readPorts, readTcp, readUdp, readVxlan } from './transport-layers.ts';

/** Deepest stack that is followed. */
const MAX_LAYERS = 32;

const isTunnel = (next: number): boolean =>
  next === Next.VXLAN ||
  next === Next.IP_PROTOCOL + IpProtocol.IPV4 ||
  next === Next.IP_PROTOCOL + IpProtocol.IPV6 ||
  next === Next.IP_PROTOCOL + IpProtocol.GRE ||
  next === Next.IP_PROTOCOL + IpProtocol.MPLS;

/**
 * Reads the headers of the frame that `h` was started with, down to the innermost packet; with `outer`,
 * to the outermost one. Never throws. It reads what the decoder reads, without making an object of it.
 */
export function readHeaders(h: PacketHeaders, linkType: number, outer: boolean): void {
  let next: number = Next.LINK + linkType;
  while (h.layers < MAX_LAYERS) {
    next = readNext(h, next);
    if (next === Next.NONE || (outer && isTunnel(next))) return;
  }
}

/** Reads one header, which `next` names, and answers what follows it. */
export function readNext(h: PacketHeaders, next: number): number {
  switch (next) {
    case Next.LINK + LinkType.ETHERNET:
    case EtherType.ETHERNET:
      return readEthernet(h);
    case EtherType.IPV4:
    case Next.PPP + 0x0021:
    case Next.IP_PROTOCOL + IpProtocol.IPV4:
    case Next.LINK + LinkType.IPV4:
      return readIpv4(h);
    case Next.IP_PROTOCOL + IpProtocol.TCP:
      return readTcp(h);
    case Next.IP_PROTOCOL + IpProtocol.UDP:
      return readUdp(h);
    case EtherType.IPV6:
    case Next.PPP + 0x0057:
    case Next.IP_PROTOCOL + IpProtocol.IPV6:
    case Next.LINK + LinkType.IPV6:
      return readIpv6(h);
    case EtherType.VLAN:
    case EtherType.PROVIDER_VLAN:
    case EtherType.OLD_PROVIDER_VLAN:
      return readVlan(h);
    case Next.IP_PROTOCOL + IpProtocol.SCTP:
    case Next.IP_PROTOCOL + IpProtocol.DCCP:
    case Next.IP_PROTOCOL + IpProtocol.UDP_LITE:
      readPorts(h);
      return Next.NONE;
    case Next.IP_PROTOCOL + IpProtocol.ICMP:
    case Next.IP_PROTOCOL + IpProtocol.ICMPV6:
      return readIcmp(h);
    case Next.LLC:
      return readLlc(h);
    default:
      return readTunnel(h, next);
  }
}

/** What only the stacks of some networks have. */
function readTunnel(h: PacketHeaders, next: number): number {
  switch (next) {
    case Next.IP_PROTOCOL + IpProtocol.GRE:
      return readGre(h);
    case Next.VXLAN:
      return readVxlan(h);
    case EtherType.MPLS:
    case EtherType.MPLS_MULTICAST:
    case Next.PPP + 0x0281:
    case Next.IP_PROTOCOL + IpProtocol.MPLS:
      return readMpls(h);
    case EtherType.PPPOE_DISCOVERY:
    case EtherType.PPPOE_SESSION:
    case Next.LINK + LinkType.PPP_ETHER:
      return readPppoe(h);
    case EtherType.PPP:
    case Next.LINK + LinkType.PPP:
      return readPpp(h);
    case EtherType.BACKBONE:
      return readBackbone(h);
    case EtherType.CISCO_METADATA:
      return readCiscoMetadata(h);
    default:
      return readLink(h, next);
  }
}

/** Link layers other than Ethernet. */
function readLink(h: PacketHeaders, next: number): number {
  switch (next) {
    case Next.LINK + LinkType.RAW:
    case Next.LINK + LinkType.RAW_BSD:
    case Next.LINK + LinkType.RAW_OPENBSD:
      // No header names the version: the first nibble does.
      return h.pos < h.end && h.data[h.pos] >> 4 === 6 ? readIpv6(h) : readIpv4(h);
    case Next.LINK + LinkType.LINUX_SLL:
      return readCookedV1(h);
    case Next.LINK + LinkType.LINUX_SLL2:
      return readCookedV2(h);
    case Next.LINK + LinkType.NULL:
    case Next.LINK + LinkType.LOOP:
      return readLoopback(h);
    case Next.LINK + LinkType.PPP_HDLC:
      return readPppHdlc(h);
    case Next.LINK + LinkType.C_HDLC:
      return readCiscoHdlc(h);
    case Next.LINK + LinkType.NFLOG:
      return readNflog(h);
    default:
      return Next.NONE;
  }
}
