import { i32, u16 } from './bytes.ts';
import { Next } from './next.ts';
import type { PacketHeaders } from './packet-headers.ts';

const IPV4_HEADER = 20;
const MORE_FRAGMENTS = 0x20;

export function readIpv4(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < IPV4_HEADER) return Next.NONE;
  h.layers++;
  const headerLength = (data[pos] & 15) << 2;
  if (data[pos] >> 4 !== 4 || headerLength < IPV4_HEADER) return Next.NONE;
  if (h.version !== 0) h.enterNetwork(4);
  h.networkAt = pos;
  h.version = 4;
  h.source0 = i32(data, pos + 12);
  h.destination0 = i32(data, pos + 16);
  h.source1 = h.source2 = h.source3 = 0;
  h.destination1 = h.destination2 = h.destination3 = 0;
  h.ttl = data[pos + 8];
  h.protocol = data[pos + 9];
  const totalLength = u16(data, pos + 2);
  // Total length 0 is what segmentation offload leaves in a capture: the frame's own end counts.
  if (totalLength >= headerLength) h.limit(pos, totalLength);
  h.moreFragments = (data[pos + 6] & MORE_FRAGMENTS) !== 0;
  h.fragmentOffset = u16(data, pos + 6) & 0x1fff;
  h.fragmentId = u16(data, pos + 4);
  h.pos = pos + headerLength;
  if (h.pos > h.end) {
    h.pos = h.end;
    return Next.NONE;
  }
  return leave(h);
}

const IPV6_HEADER = 40;
const NO_NEXT_HEADER = 59;

export function readIpv6(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < IPV6_HEADER) return Next.NONE;
  h.layers++;
  if (data[pos] >> 4 !== 6) return Next.NONE;
  if (h.version !== 0) h.enterNetwork(6);
  h.networkAt = pos;
  h.version = 6;
  h.source0 = i32(data, pos + 8);
  h.source1 = i32(data, pos + 12);
  h.source2 = i32(data, pos + 16);
  h.source3 = i32(data, pos + 20);
  h.destination0 = i32(data, pos + 24);
  h.destination1 = i32(data, pos + 28);
  h.destination2 = i32(data, pos + 32);
  h.destination3 = i32(data, pos + 36);
  h.ttl = data[pos + 7];
  h.pos = pos + IPV6_HEADER;
  const payloadLength = u16(data, pos + 4);
  const next = data[pos + 6];
  // Payload length 0 is a jumbogram or segmentation offload, unless nothing may follow.
  if (payloadLength > 0 || next === NO_NEXT_HEADER) h.limit(h.pos, payloadLength);
  return readExtensions(h, next) ? leave(h) : Next.NONE;
}

const Extension = {
  HOP_BY_HOP: 0,
  ROUTING: 43,
  FRAGMENT: 44,
  AUTHENTICATION: 51,
  DESTINATION: 60,
  MOBILITY: 135,
  HIP: 139,
  SHIM6: 140,
} as const;
const MAX_EXTENSIONS = 16;

/** Moves behind the extension headers (RFC 8200); false where one of them is cut short. */
function readExtensions(h: PacketHeaders, first: number): boolean {
  const { data } = h;
  h.protocol = first;
  for (let headers = 0; ; headers++) {
    const kind = h.protocol;
    if (!isExtension(kind)) return true;
    const have = h.end - h.pos;
    const size = have < 8 ? 8 : extensionSize(kind, data[h.pos + 1]);
    if (have < size || headers === MAX_EXTENSIONS) {
      h.protocol = -1;
      return false;
    }
    h.protocol = data[h.pos];
    if (kind === Extension.FRAGMENT) {
      h.fragmentOffset = u16(data, h.pos + 2) >> 3;
      h.moreFragments = (data[h.pos + 3] & 1) !== 0;
      h.fragmentId = i32(data, h.pos + 4);
    }
    h.pos += size;
    // Behind a later fragment's header lies the middle of the packet, not another header.
    if (h.fragmentOffset > 0) return true;
  }
}

/** Whether a protocol number is that of an IPv6 extension header. */
export function isExtension(kind: number): boolean {
  switch (kind) {
    case Extension.HOP_BY_HOP:
    case Extension.ROUTING:
    case Extension.FRAGMENT:
    case Extension.AUTHENTICATION:
    case Extension.DESTINATION:
    case Extension.MOBILITY:
    case Extension.HIP:
    case Extension.SHIM6:
      return true;
    default:
      return false;
  }
}

function extensionSize(kind: number, length: number): number {
  if (kind === Extension.FRAGMENT) return 8;
  return kind === Extension.AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
}

/** Behind the IP header: only a first fragment goes on with a transport header. */
function leave(h: PacketHeaders): number {
  h.payloadLength = Math.max(0, h.wireEnd - h.pos);
  return h.fragmentOffset === 0 ? Next.IP_PROTOCOL + h.protocol : Next.NONE;
}
