import { type ArpFields, encodeArp } from './layers/arp.ts';
import { type CiscoMetadataFields, encodeCiscoMetadata } from './layers/cisco-metadata.ts';
import { type CookedFields, encodeCooked } from './layers/cooked.ts';
import { type DhcpFields, encodeDhcp } from './layers/dhcp.ts';
import { type DnsFields, encodeDns } from './layers/dns.ts';
import { type Dot1qFields, encodeDot1q } from './layers/dot1q.ts';
import { type EthernetFields, encodeEthernet } from './layers/ethernet.ts';
import { encodeGre, type GreFields } from './layers/gre.ts';
import { encodeIcmp, type IcmpFields } from './layers/icmp.ts';
import { encodeIcmpv6, type Icmpv6Fields } from './layers/icmpv6.ts';
import { encodeIpv4, type Ipv4Fields } from './layers/ipv4.ts';
import { encodeIpv6, type Ipv6Fields } from './layers/ipv6.ts';
import { encodeLlc, encodeSnap, type LlcFields, type SnapFields } from './layers/llc.ts';
import { encodeLoopback, type LoopbackFields } from './layers/loopback.ts';
import { encodeMpls, type MplsFields } from './layers/mpls.ts';
import { encodeNflog, type NflogFields } from './layers/nflog.ts';
import { encodeNtp, type NtpFields } from './layers/ntp.ts';
import { encodePbb, type PbbFields } from './layers/pbb.ts';
import { type CiscoHdlcFields, encodeCiscoHdlc, encodePpp, type PppFields } from './layers/ppp.ts';
import { encodePppoe, type PppoeFields } from './layers/pppoe.ts';
import { encodeRaw, type RawFields } from './layers/raw.ts';
import { encodeTcp, type TcpFields } from './layers/tcp.ts';
import { encodeUdp, type UdpFields } from './layers/udp.ts';
import { encodeVxlan, type VxlanFields } from './layers/vxlan.ts';
import type { MessageData } from './message-data.ts';
import { QUOTED_LAYERS } from './nesting.ts';
import { Writer } from './writer.ts';

/** The layers that can be encoded, by their names in a message. */
export interface EncodableLayers {
  ether: EthernetFields;
  dot1q: Dot1qFields;
  pbb: PbbFields;
  cmd: CiscoMetadataFields;
  llc: LlcFields;
  snap: SnapFields;
  sll: CookedFields;
  loopback: LoopbackFields;
  nflog: NflogFields;
  pppoe: PppoeFields;
  ppp: PppFields;
  chdlc: CiscoHdlcFields;
  mpls: MplsFields;
  arp: ArpFields;
  ip: Ipv4Fields;
  ipv6: Ipv6Fields;
  icmp: IcmpFields;
  icmpv6: Icmpv6Fields;
  gre: GreFields;
  vxlan: VxlanFields;
  tcp: TcpFields;
  udp: UdpFields;
  dns: DnsFields;
  dhcp: DhcpFields;
  ntp: NtpFields;
  raw: RawFields;
  padding: RawFields;
}

export const ENCODERS: {
  [Name in keyof EncodableLayers]: (fields: EncodableLayers[Name], w: Writer) => void;
} = {
  ether: encodeEthernet,
  dot1q: encodeDot1q,
  pbb: encodePbb,
  cmd: encodeCiscoMetadata,
  llc: encodeLlc,
  snap: encodeSnap,
  sll: encodeCooked,
  loopback: encodeLoopback,
  nflog: encodeNflog,
  pppoe: encodePppoe,
  ppp: encodePpp,
  chdlc: encodeCiscoHdlc,
  mpls: encodeMpls,
  arp: encodeArp,
  ip: encodeIpv4,
  ipv6: encodeIpv6,
  icmp: encodeIcmp,
  icmpv6: encodeIcmpv6,
  gre: encodeGre,
  vxlan: encodeVxlan,
  tcp: encodeTcp,
  udp: encodeUdp,
  dns: encodeDns,
  dhcp: encodeDhcp,
  ntp: encodeNtp,
  raw: encodeRaw,
  padding: encodeRaw,
};

/** An encodable layer with its name. */
export type LayerInput = {
  [Name in keyof EncodableLayers]: { layer: Name } & EncodableLayers[Name];
}[keyof EncodableLayers];

/**
 * The bytes of layers in the order given. Fields are written as they are: lengths and checksums too.
 * A header ends behind the last of its fields that is given, as a cut one does.
 */
export function encodeLayers(layers: readonly LayerInput[]): Buffer {
  const w = new Writer();
  for (const layer of layers) encodeLayer(layer.layer, layer, w);
  return w.finish();
}

/** Layers that are not encodable are passed over. */
function encodeLayer(name: string, fields: object, w: Writer): void {
  ENCODERS[name as keyof EncodableLayers]?.(fields as never, w);
}

const UNQUOTED = new Map(Object.entries(QUOTED_LAYERS).map(([layer, quoted]) => [quoted, layer]));
const BACKBONE = 0x88e7;

/**
 * The frame that a message's data was decoded from, byte for byte when the message kept its whole
 * payload.
 *
 * @throws TypeError or RangeError for data that no decoder makes, such as a list that is a number.
 */
export function encodeMessage(data: MessageData): Buffer {
  const w = new Writer();
  encodeLevel(data, w);
  if (data.padding) encodeRaw(data.padding as RawFields, w);
  return w.finish();
}

function encodeLevel(level: MessageData, w: Writer): void {
  let pbb = level.pbb as PbbFields | undefined;
  for (const [name, fields] of Object.entries(level)) {
    if (name === 'frame' || name === 'padding' || fields === undefined) continue;
    if (name === 'inner') encodeLevel(fields as MessageData, w);
    else if (name === 'dot1q' && pbb && (fields as unknown as Dot1qFields).type.includes(BACKBONE)) {
      encodeTags(fields as unknown as Dot1qFields, pbb, w);
      pbb = undefined;
    } else if (name !== 'pbb') encodeLayer(UNQUOTED.get(name) ?? name, fields, w);
    else if (pbb) {
      encodePbb(pbb, w);
      pbb = undefined;
    }
  }
}

/** A backbone tag stands among the VLAN tags, behind the one that names it. */
function encodeTags(tags: Dot1qFields, pbb: PbbFields, w: Writer): void {
  const outer = tags.type.indexOf(BACKBONE) + 1;
  const cut = (from: number, to?: number): Dot1qFields => ({
    prio: tags.prio.slice(from, to),
    dei: tags.dei.slice(from, to),
    vlan: tags.vlan.slice(from, to),
    type: tags.type.slice(from, to),
    len: tags.len,
  });
  encodeDot1q(cut(0, outer), w);
  encodePbb(pbb, w);
  encodeDot1q(cut(outer), w);
}
