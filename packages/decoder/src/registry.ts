import { type Decoding, type LayerDecoder, Space } from './decoding.ts';
import { decodeArp } from './layers/arp.ts';
import { decodeCiscoMetadata } from './layers/cisco-metadata.ts';
import { decodeCookedV1, decodeCookedV2 } from './layers/cooked.ts';
import { decodeDhcp } from './layers/dhcp.ts';
import { decodeDns, decodeDnsTcp } from './layers/dns.ts';
import { decodeDot1q } from './layers/dot1q.ts';
import { decodeEthernet } from './layers/ethernet.ts';
import { decodeGre } from './layers/gre.ts';
import { decodeIcmp } from './layers/icmp.ts';
import { decodeIcmpv6 } from './layers/icmpv6.ts';
import { decodeIpv4 } from './layers/ipv4.ts';
import { decodeIpv6 } from './layers/ipv6.ts';
import { decodeLlc } from './layers/llc.ts';
import { decodeLoopback } from './layers/loopback.ts';
import { decodeMpls } from './layers/mpls.ts';
import { decodeNflog } from './layers/nflog.ts';
import { decodeNtp } from './layers/ntp.ts';
import { decodePbb } from './layers/pbb.ts';
import { decodeCiscoHdlc, decodePpp, decodePppHdlc } from './layers/ppp.ts';
import { decodePppoe } from './layers/pppoe.ts';
import { decodeTcp } from './layers/tcp.ts';
import { decodeUdp } from './layers/udp.ts';
import { decodeVxlan } from './layers/vxlan.ts';
import { LinkType } from './link-types.ts';

/** Raw IP has no header that names the version: the first nibble does. */
function decodeRawIp(d: Decoding): void {
  const version = d.pos < d.end ? d.data[d.pos] >> 4 : 0;
  if (version === 6) decodeIpv6(d);
  else decodeIpv4(d);
}

/** Which decoder reads which number. To add a protocol: its file in layers/ and a line here. */
const DECODERS: Record<Space, Map<number, LayerDecoder>> = {
  [Space.NONE]: new Map(),
  [Space.LINK]: new Map([
    [LinkType.NULL, decodeLoopback],
    [LinkType.LOOP, decodeLoopback],
    [LinkType.ETHERNET, decodeEthernet],
    [LinkType.PPP, decodePpp],
    [LinkType.PPP_HDLC, decodePppHdlc],
    [LinkType.PPP_ETHER, decodePppoe],
    [LinkType.C_HDLC, decodeCiscoHdlc],
    [LinkType.RAW, decodeRawIp],
    [LinkType.RAW_BSD, decodeRawIp],
    [LinkType.RAW_OPENBSD, decodeRawIp],
    [LinkType.IPV4, decodeIpv4],
    [LinkType.IPV6, decodeIpv6],
    [LinkType.LINUX_SLL, decodeCookedV1],
    [LinkType.LINUX_SLL2, decodeCookedV2],
    [LinkType.NFLOG, decodeNflog],
  ]),
  [Space.ETHER_TYPE]: new Map([
    [0x0800, decodeIpv4],
    [0x0806, decodeArp],
    [0x6558, decodeEthernet],
    [0x8100, decodeDot1q],
    [0x86dd, decodeIpv6],
    [0x880b, decodePpp],
    [0x8847, decodeMpls],
    [0x8848, decodeMpls],
    [0x8863, decodePppoe],
    [0x8864, decodePppoe],
    [0x88a8, decodeDot1q],
    [0x88e7, decodePbb],
    [0x8909, decodeCiscoMetadata],
    [0x9100, decodeDot1q],
  ]),
  [Space.PPP]: new Map([
    [0x0021, decodeIpv4],
    [0x0057, decodeIpv6],
    [0x0281, decodeMpls],
  ]),
  [Space.IP_PROTOCOL]: new Map([
    [1, decodeIcmp],
    [4, decodeIpv4],
    [6, decodeTcp],
    [17, decodeUdp],
    [41, decodeIpv6],
    [47, decodeGre],
    [58, decodeIcmpv6],
    [137, decodeMpls],
  ]),
  [Space.UDP_PORT]: new Map([
    [53, decodeDns],
    [67, decodeDhcp],
    [68, decodeDhcp],
    [123, decodeNtp],
    [4789, decodeVxlan],
    [5353, decodeDns],
    [5355, decodeDns],
  ]),
  [Space.TCP_PORT]: new Map([
    [53, decodeDnsTcp],
    [5353, decodeDnsTcp],
    [5355, decodeDnsTcp],
  ]),
  [Space.LLC_SAP]: new Map([[0, decodeLlc]]),
};

/** The same by array look-up, a fifth of the time of Map's: for each number, its place in `found`. */
interface Table {
  readonly places: Uint8Array;
  readonly found: readonly (LayerDecoder | undefined)[];
}

const TABLES: readonly Table[] = Object.values(Space).map((space) => {
  const places = new Uint8Array(Math.max(0, ...DECODERS[space].keys()) + 1);
  const found: (LayerDecoder | undefined)[] = [undefined];
  for (const [id, decoder] of DECODERS[space]) places[id] = found.push(decoder) - 1;
  return { places, found };
});

/** The decoder of what `d` says comes next. */
export function nextDecoder(d: Decoding): LayerDecoder | undefined {
  const { places, found } = TABLES[d.space];
  const place = d.id < places.length ? places[d.id] : 0;
  if (place > 0) return found[place];
  return d.otherId >= 0 && d.otherId < places.length ? found[places[d.otherId]] : undefined;
}
