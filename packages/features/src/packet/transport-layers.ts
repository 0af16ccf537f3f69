import { i32, u16 } from './bytes.ts';
import { EtherType, Next } from './next.ts';
import type { PacketHeaders } from './packet-headers.ts';

const TCP_HEADER = 20;
const TCP_FLAGS_END = 14;

export function readTcp(h: PacketHeaders): number {
  if (!readPorts(h)) return Next.NONE;
  const { data, pos, end } = h;
  if (end - pos >= TCP_FLAGS_END) {
    h.tcpFlags = data[pos + 13];
    h.transportLength = Math.max(TCP_HEADER, (data[pos + 12] >> 4) << 2);
  } else h.transportLength = TCP_HEADER;
  h.payloadLength = Math.max(0, h.wireEnd - pos - h.transportLength);
  return Next.NONE;
}

const UDP_HEADER = 8;
const VXLAN_PORT = 4789;

export function readUdp(h: PacketHeaders): number {
  if (!readPorts(h)) return Next.NONE;
  const { data, pos, end } = h;
  h.transportLength = UDP_HEADER;
  h.payloadLength = Math.max(0, h.wireEnd - pos - UDP_HEADER);
  if (end - pos < UDP_HEADER) return Next.NONE;
  const length = u16(data, pos + 4);
  // Length 0 stands for "up to the end" in jumbograms (RFC 2675).
  if (length >= UDP_HEADER) {
    h.limit(pos, length);
    h.payloadLength = Math.max(0, h.wireEnd - pos - UDP_HEADER);
  }
  h.pos = pos + UDP_HEADER;
  return isVxlan(h.destinationPort, h.sourcePort) ? Next.VXLAN : Next.NONE;
}

/** The destination's port says what a datagram holds, unless only the sender's is known. */
function isVxlan(destinationPort: number, sourcePort: number): boolean {
  if (destinationPort === VXLAN_PORT) return true;
  return sourcePort === VXLAN_PORT && !DECODED_PORTS.has(destinationPort);
}

/** DNS, DHCP, NTP, multicast DNS, LLMNR. */
const DECODED_PORTS = new Set([53, 67, 68, 123, 5353, 5355]);

/** The ports lead every transport that has any; what follows them may be cut off. */
export function readPorts(h: PacketHeaders): boolean {
  const { data, pos, end } = h;
  if (end - pos < 4) return false;
  h.layers++;
  h.transportAt = pos;
  h.sourcePort = u16(data, pos);
  h.destinationPort = u16(data, pos + 2);
  h.hasPorts = true;
  return true;
}

export function readIcmp(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < 2) return Next.NONE;
  h.transportAt = pos;
  h.icmpType = data[pos];
  h.icmpCode = data[pos + 1];
  return Next.NONE;
}

export function readVxlan(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < 8) return Next.NONE;
  h.layers++;
  h.enterTunnel(i32(data, pos + 4) >>> 8);
  h.pos = pos + 8;
  return EtherType.ETHERNET;
}

const GreFlag = { CHECKSUM: 0x8000, ROUTING: 0x4000, KEY: 0x2000, SEQUENCE: 0x1000, ACK: 0x80 } as const;

export function readGre(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < 4) return Next.NONE;
  h.layers++;
  const flags = u16(data, pos);
  const version = flags & 7;
  let at = pos + 4;
  if (flags & (GreFlag.CHECKSUM | GreFlag.ROUTING)) at += 4;
  const keyAt = at;
  if (flags & GreFlag.KEY) at += 4;
  if (flags & GreFlag.SEQUENCE) at += 4;
  if (version === 1 && flags & GreFlag.ACK) at += 4;
  if (at > end || flags & GreFlag.ROUTING) return Next.NONE;
  h.pos = at;
  // Version 1 has there what differs by packet and direction: the length, and the receiver's number of the call.
  h.enterTunnel(version === 0 && flags & GreFlag.KEY ? i32(data, keyAt) : 0);
  // It numbers what carries something.
  return version === 0 || flags & GreFlag.SEQUENCE ? u16(data, pos + 2) : Next.NONE;
}
